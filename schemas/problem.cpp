#include "schemas/problem.hpp"

#include <array>

namespace recado {
namespace {

constexpr std::array catalogue{
  problem_info{ec::none, "none", 200, "No error"},
  problem_info{ec::malformed_request, "malformed_request", 400, "The request is not valid HTTP"},
  problem_info{ec::invalid_json, "invalid_json", 400, "The body is not valid JSON"},
  problem_info{ec::json_too_deep, "json_too_deep", 400, "The JSON is nested too deeply"},
  problem_info{ec::invalid_cursor, "invalid_cursor", 400,
               "The cursor does not belong to this list"},
  problem_info{ec::unauthorized, "unauthorized", 401, "A bearer token is required"},
  problem_info{ec::invalid_client, "invalid_client", 401, "Unknown client or wrong secret"},
  problem_info{ec::invalid_token, "invalid_token", 401, "The token is invalid or has expired"},
  problem_info{ec::insufficient_scope, "insufficient_scope", 403,
               "The token lacks a required scope"},
  problem_info{ec::forbidden_sender, "forbidden_sender", 403,
               "The token may not speak for this user"},
  problem_info{ec::forbidden, "forbidden", 403, "The user may not do this here"},
  problem_info{ec::not_found, "not_found", 404, "There is nothing at this path"},
  problem_info{ec::user_not_found, "user_not_found", 404, "Unknown user"},
  problem_info{ec::identity_not_found, "identity_not_found", 404,
               "The user has no identity on this channel"},
  problem_info{ec::conversation_not_found, "conversation_not_found", 404, "Unknown conversation"},
  problem_info{ec::member_not_found, "member_not_found", 404, "Not a member of this conversation"},
  problem_info{ec::message_not_found, "message_not_found", 404, "Unknown message"},
  problem_info{ec::method_not_allowed, "method_not_allowed", 405,
               "The path does not take this method"},
  problem_info{ec::request_timeout, "request_timeout", 408, "The request did not arrive in time"},
  problem_info{ec::conversation_exists, "conversation_exists", 409,
               "The conversation exists with other fields"},
  problem_info{ec::user_deleted, "user_deleted", 409,
               "The user was deleted; its id is never used again"},
  problem_info{ec::identity_taken, "identity_taken", 409, "The address belongs to another user"},
  problem_info{ec::already_sent, "already_sent", 409, "The message has already been sent"},
  problem_info{ec::conflict, "conflict", 409, "The request conflicts with the current state"},
  problem_info{ec::precondition_failed, "precondition_failed", 412, "The object has changed"},
  problem_info{ec::body_too_large, "body_too_large", 413, "The body exceeds the limit"},
  problem_info{ec::unsupported_media_type, "unsupported_media_type", 415,
               "The media type is not supported"},
  problem_info{ec::invalid_request, "invalid_request", 422, "The request has invalid fields"},
  problem_info{ec::not_a_member, "not_a_member", 422,
               "The user is not a member of the conversation"},
  problem_info{ec::conversation_closed, "conversation_closed", 422,
               "The conversation takes no messages"},
  problem_info{ec::idempotency_mismatch, "idempotency_mismatch", 422,
               "The id or key was used for another request"},
  problem_info{ec::not_available_yet, "not_available_yet", 422,
               "This feature is not available yet"},
  problem_info{ec::poison, "poison", 422, "The command could not be applied and was set aside"},
  problem_info{ec::rate_limited, "rate_limited", 429, "Too many requests"},
  problem_info{ec::headers_too_large, "headers_too_large", 431,
               "The header fields exceed the limit"},
  problem_info{ec::internal, "internal", 500, "An internal error"},
  problem_info{ec::overloaded, "overloaded", 503, "Too much work in flight; try again"},
  problem_info{ec::owner_unavailable, "owner_unavailable", 503,
               "The conversation's owner is away; try again"},
  problem_info{ec::outcome_unknown, "outcome_unknown", 503,
               "No answer in time; the same id is safe to retry"},
  problem_info{ec::store_unavailable, "store_unavailable", 503,
               "The database does not answer; try again"},
  problem_info{ec::shutting_down, "shutting_down", 503, "The node is shutting down; try again"},
  problem_info{ec::moved, "moved", 503, "The partition has moved"},
  problem_info{ec::out_of_order, "out_of_order", 503, "A predecessor is not decided"},
  problem_info{ec::abandoned, "abandoned", 503,
               "The command was abandoned; the same id is safe to retry"},
  problem_info{ec::account_not_found, "account_not_found", 404, "Unknown account"},
  problem_info{ec::account_exists, "account_exists", 409,
               "The channel has an account of this name already"},
};

constexpr bool in_order() {
  for (std::size_t i = 0; i < catalogue.size(); ++i)
    if (static_cast<std::size_t>(catalogue[i].value) != i) return false;
  return true;
}
static_assert(in_order(), "the catalogue follows the order of the enum");
static_assert(catalogue.size() == static_cast<std::size_t>(ec::account_exists) + 1);

} // namespace

const problem_info& info_of(ec value) noexcept {
  auto index = static_cast<std::size_t>(value);
  return catalogue[index < catalogue.size() ? index : static_cast<std::size_t>(ec::internal)];
}

ec ec_of(std::string_view code) noexcept {
  for (const auto& row : catalogue)
    if (row.code == code) return row.value;
  return ec::internal;
}

} // namespace recado
