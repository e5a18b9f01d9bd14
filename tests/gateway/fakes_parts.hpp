#pragma once
/// What the world of fakes is made of.
#include "fakes.hpp"

namespace recado::test {

std::shared_ptr<client_service> make_clients(world& of);
std::shared_ptr<directory_service> make_directory(world& of);
std::shared_ptr<history_service> make_history(world& of);
std::shared_ptr<idempotency_service> make_idempotency(world& of);
std::shared_ptr<watch_service> make_watches(world& of);
std::shared_ptr<cluster_service> make_cluster();
std::shared_ptr<presence_service> make_presence(world& of);
std::shared_ptr<quota_service> make_quotas(world& of);

} // namespace recado::test
