#pragma once
/// A client that sends exactly what it is told, well-formed or not. Blocking, with a time limit.
#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace recado::http::test {

struct reply {
  int status = 0;                             ///< 0: the connection ended before a whole head came
  std::map<std::string, std::string> headers; ///< names in lower case
  std::string body;
};

class client {
public:
  explicit client(std::uint16_t port, int receive_buffer_bytes = 0);
  ~client() { close(); }
  client(client&& other) noexcept;
  client(const client&) = delete;

  /// False: the other side no longer takes it.
  bool send(std::string_view bytes);

  /// Empty: the end, a reset, or the time limit.
  std::string read_some();

  /// Reads one answer; the body by its Content-Length, or none.
  reply read_reply(bool head_only = false);
  reply ask(std::string_view request);

  /// All that comes until the end.
  std::string read_to_end();

  /// True if the other side ends the connection; what comes before is thrown away.
  bool ends();

  void shutdown_send();
  void close();
  void reset(); ///< closes with RST
  int fd() const { return fd_; }

  std::string input; ///< received, not yet read

private:
  int fd_ = -1;
  bool timed_out_ = false;
};

/// WebSocket frames over a client.
struct frame {
  int opcode = -1; ///< -1: the connection ended; 1 text, 8 close, 9 ping, 10 pong
  std::string payload;
  int close_code() const;
};

class ws_client {
public:
  explicit ws_client(std::uint16_t port, std::string_view path = "/ws",
                     std::string_view headers = "", int receive_buffer_bytes = 0);

  bool send(int opcode, std::string_view payload, bool fin = true);
  bool text(std::string_view payload) { return send(1, payload); }

  /// The next frame; pings are answered and passed over unless wanted.
  frame read(bool pass_over_pings = true);

  reply handshake;
  client wire;
};

/// Waits until it holds, at most 20 s.
template <class F>
bool eventually(F holds) {
  for (int i = 0; i < 2000; ++i) {
    if (holds()) return true;
    struct timespec pause {
      0, 10'000'000
    };
    ::nanosleep(&pause, nullptr);
  }
  return holds();
}

} // namespace recado::http::test
