#pragma once
/// A blocking WebSocket for text messages.
#include "node/client/http_client.hpp"

#include <optional>

namespace recado::client {

class web_socket {
public:
  using milliseconds = std::chrono::milliseconds;

  /// Connects and upgrades. A refusal gives its status and body as a sentence.
  static tl::expected<web_socket, std::string>
  open(const server_url& where, const std::string& target, const header_list& headers,
       const std::string& subprotocol, milliseconds limit = milliseconds{10'000});
  ~web_socket();
  web_socket(web_socket&&) noexcept;
  web_socket& operator=(web_socket&&) noexcept;

  tl::expected<void, std::string> send(std::string_view text);

  /// The next message; nothing if none comes within `limit`; an error when the connection is over.
  tl::expected<std::optional<std::string>, std::string> receive(milliseconds limit);

  /// The code that the server closed with; 0 while open, 1006 without one.
  int close_code() const;
  void close();

private:
  struct impl;
  explicit web_socket(std::unique_ptr<impl> made);
  std::unique_ptr<impl> impl_;
};

} // namespace recado::client
