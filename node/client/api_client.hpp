#pragma once
/// What a program needs to know about Recado's API: tokens, problems, a few calls.
#include "node/client/http_client.hpp"
#include "node/client/web_socket.hpp"

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace recado::client {

struct api_login {
  std::string url; ///< http or https
  std::string client_id;
  std::string client_secret;
};

/// A client of one server; gets a token when it needs one and again before it expires.
class api_client {
public:
  static tl::expected<api_client, std::string> make(const api_login& login);

  /// With the bearer token. A problem answer (4xx, 5xx) is an answer, not an error.
  tl::expected<answer, std::string> ask(call what);

  /// The same, but a problem becomes an error: "404 conversation_not_found: …".
  tl::expected<std::string, std::string> ask_for_body(call what);

  tl::expected<std::string, std::string> token();
  tl::expected<web_socket, std::string> open_socket();

  /// Called with every call that was answered, and its answer; the body of /auth/token included.
  void observe(std::function<void(const call&, const answer&)> seen) { seen_ = std::move(seen); }

  const server_url& where() const noexcept { return where_; }

private:
  api_client(api_login login, server_url where);
  tl::expected<answer, std::string> exchange(const call& what);

  api_login login_;
  server_url where_;
  http_client http_;
  std::function<void(const call&, const answer&)> seen_;
  std::string token_;
  std::chrono::steady_clock::time_point renew_at_{};
};

} // namespace recado::client
