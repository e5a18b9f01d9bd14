#pragma once
/// What a database that has just started still needs before nodes may use it.
#include "node/embedded/data_folder.hpp"
#include "node/embedded/postgres_server.hpp"

#include <functional>
#include <string>

namespace recado::embedded {

/// The database itself, its schema, the password of TCP, and the two demo clients. May be called
/// again on one that has all that.
attempt<void> set_up_database(const postgres_place& place, const credentials& secrets,
                              const std::function<void(const std::string&)>& progress);

/// Only the password and the demo clients, in a database with a schema.
attempt<void> set_up_clients(const postgres_place& place, const credentials& secrets);

} // namespace recado::embedded
