#pragma once
/// Errors as callers see them: problem+json (RFC 9457) and the members of an error frame.
#include "gateway/json/writer.hpp"
#include "schemas/reply.hpp"

namespace recado::shapes {

/// The code that is shown: what is internal to the cluster never is.
ec shown(ec code) noexcept;

/// An owner's refusal as the caller may see it. To a user's token a conversation without that user
/// does not exist.
problem problem_of(const reply& said, const user_id& acting);

/// `violated` names the policy of RateLimit-Policy that a 429 is about, if it is known.
std::string problem_body(const problem& what, std::string_view trace_id,
                         std::string_view violated = {});
/// For an error that the catalogue does not hold.
std::string problem_body(int status, std::string_view code, std::string_view title,
                         std::string_view detail, std::string_view trace_id);

/// Writes status, code, detail and, if there are any, errors into an open object. A 422 has at
/// least one: about the whole request, if nobody knew a place.
void append_problem(json::writer& to, const problem& what);

} // namespace recado::shapes
