#pragma once
/// Errors as callers see them: problem+json (RFC 9457) and the members of an error frame.
#include "gateway/json/writer.hpp"
#include "schemas/problem.hpp"

namespace recado::shapes {

/// The code that is shown: what is internal to the cluster never is.
ec shown(ec code) noexcept;

std::string problem_body(const problem& what, std::string_view trace_id);
/// For an error that the catalogue does not hold.
std::string problem_body(int status, std::string_view code, std::string_view title,
                         std::string_view detail, std::string_view trace_id);

/// Writes status, code, detail and, if there are any, errors into an open object.
void append_problem(json::writer& to, const problem& what);

} // namespace recado::shapes
