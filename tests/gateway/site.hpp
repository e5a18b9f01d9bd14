#pragma once
/// A gateway on a real socket, with the services in memory, and callers that speak its contract.
#include "../runtime/http/client.hpp"
#include "fakes.hpp"
#include "gateway/gateway.hpp"
#include "runtime/http/server.hpp"

#include <caf/actor_system.hpp>
#include <nlohmann/json.hpp>

namespace recado::test {

using nlohmann::json;

struct response {
  int status = 0;
  std::map<std::string, std::string> headers;
  std::string text;
  json body; ///< discarded if the text is not JSON
  std::string code() const { return body.is_object() ? body.value("code", "") : ""; }
  /// The pointers of a problem.
  std::vector<std::string> pointers() const;
};

class site {
public:
  explicit site(gateway_config config = quick(), http::server_config listen = {});
  ~site();

  static gateway_config quick(); ///< short waits

  /// One request on its own connection. `headers` end with CRLF each.
  response ask(std::string_view method, std::string_view path, std::string_view token = "",
               std::string_view body = "", std::string_view headers = "");
  response post(std::string_view path, std::string_view token, const json& body,
                std::string_view headers = "") {
    return ask("POST", path, token, body.dump(), headers);
  }
  response put(std::string_view path, std::string_view token, const json& body) {
    return ask("PUT", path, token, body.dump());
  }
  response get(std::string_view path, std::string_view token = "") {
    return ask("GET", path, token);
  }
  response remove(std::string_view path, std::string_view token) {
    return ask("DELETE", path, token);
  }

  std::string token(); ///< of the demo client
  std::string token_of(const client_record& who);
  std::string user_token(const std::string& user);
  std::string conversation(const std::vector<std::string>& members,
                           const std::string& type = "group");
  response say(const std::string& conversation, const std::string& from, const std::string& text,
               std::string_view headers = "");

  /// Ends WebSockets and streams, as a node does before it stops.
  void restart_soon() { server_->close_lasting(1012, std::chrono::milliseconds{0}); }
  std::uint16_t port() const { return server_->port(); }
  class gateway& gateway() {
    return *gateway_;
  }

  world below;

private:
  std::unique_ptr<caf::actor_system_config> settings_;
  std::unique_ptr<caf::actor_system> system_;
  observe::health health_;
  observe::metrics metrics_;
  std::unique_ptr<recado::gateway> gateway_;
  std::unique_ptr<http::server> server_;
  std::string token_;
};

/// A WebSocket caller.
class line {
public:
  line(site& at, const std::string& token); ///< authenticates by header, reads `ready`
  line(site& at, std::nullptr_t);           ///< does not authenticate

  void say(const json& frame) { wire.text(frame.dump()); }
  /// The next frame as JSON, but for those that tell of somebody's presence: anybody who comes is
  /// one, and few tests are about that. Null if the connection ended (see closed).
  json read();
  /// The next frame that tells of somebody's presence.
  json presence();
  /// The next frame of this type; others are kept in `passed`.
  json read(const std::string& type);
  /// Sends a frame and reads the ack or error with its id.
  json ask(json frame);
  /// Nothing came before an response to a frame sent now.
  bool quiet();

  http::test::ws_client wire;
  std::vector<json> passed;
  std::deque<json> presences; ///< not yet read
  int closed = 0;

private:
  json next();
  int last_id_ = 1000;
};

} // namespace recado::test
