#pragma once
/// Every path of the contract.
#include "gateway/auth/scope.hpp"
#include "gateway/rest/call.hpp"

#include <span>

namespace recado::rest {

class api;

enum class access : std::uint8_t {
  open,   ///< no token
  bearer, ///< a client's token, or a user's
  client, ///< a client's token only
  socket, ///< a token in the header or in the first frame
};

enum class body_kind : std::uint8_t {
  none,          ///< what there is is ignored
  json,          ///< application/json, required
  optional_json, ///< application/json or nothing
  credentials,   ///< application/json or application/x-www-form-urlencoded
  merge_patch,   ///< application/json or application/merge-patch+json
  any,           ///< any media type
};

struct route {
  std::string_view method;
  std::string_view path; ///< segments in braces are parameters
  access who = access::bearer;
  auth::scope needs = auth::scope::messages_read;
  body_kind body = body_kind::none;
  void (api::*run)(const call_ptr&) = nullptr; ///< null: not available yet
  bool bulk = false;                           ///< the larger limit of the body
};

std::span<const route> all_routes();

} // namespace recado::rest
