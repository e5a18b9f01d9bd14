#pragma once
/// The checks of the contract in their order: path 404, method 405, token 401, media type 415, size
/// 413, JSON 400, scope 403. What is left to the handlers: schema 422, object 404.
#include "gateway/auth/authority.hpp"
#include "gateway/config.hpp"
#include "gateway/rest/router.hpp"

namespace recado::rest {

class gate {
public:
  /// `on_unknown_key` is called when a token names a key that we do not know.
  gate(const gateway_limits& limits, auth::authority& tokens, std::function<wall_time()> now,
       std::function<void()> on_unknown_key);

  /// Before the body: leaves a call_ptr in the context.
  http::early_answer before_body(const http::request& head) const;

  /// With the body: nothing if the handler may run.
  std::optional<problem> before_handler(call& on) const;

private:
  std::optional<problem> check_token(const http::request& head, call& on) const;
  std::optional<problem> check_media_type(const http::request& head, const call& on) const;
  std::optional<problem> parse_body(call& on) const;
  std::optional<problem> check_scope(const call& on) const;

  const gateway_limits limits_;
  auth::authority& tokens_;
  const std::function<wall_time()> now_;
  const std::function<void()> on_unknown_key_;
  const router routes_;
};

/// The media type without parameters, in lower case; empty if there is none or its charset is not
/// UTF-8.
std::string media_type_of(const http::request& head);
bool has_body(const http::request& head);

} // namespace recado::rest
