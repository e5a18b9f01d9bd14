#pragma once
/// Our errors as CAF errors, and back. Only `*_actor` files need this.
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/error.hpp>
#include <caf/fwd.hpp>
#include <caf/make_message.hpp>
#include <string>
#include <vector>

#include "schemas/problem.hpp"

// CAF keeps eight bits of an error code; error.cpp asserts that the catalogue fits.
CAF_ERROR_CODE_ENUM(recado::ec, "recado")
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<recado::field_error>)

namespace recado::actor {

/// The problem as a CAF error; its detail and its field errors travel as context.
caf::error to_error(problem what);

/// The problem inside a CAF error. CAF's own errors become ours: no answer in time is
/// outcome_unknown, a receiver that is gone is abandoned, all else is internal with CAF's text.
problem to_problem(const caf::error& what);

/// One line for a log: our code and detail, or CAF's text.
std::string describe(const caf::error& what);

/// Lets CAF print our codes by name.
void add_error_category(caf::actor_system_config& config);

} // namespace recado::actor
