#pragma once
/// INTERNAL: one connection through the proxy. Runs on the proxy's thread.
#include "chaos/proxy/stream.hpp"
#include "chaos/proxy/weather.hpp"

#include <cstdint>
#include <optional>
#include <poll.h>
#include <string>
#include <string_view>

namespace recado::chaos::links {

class connection {
public:
  /// Takes the client's socket and begins to connect to this port of the loopback.
  connection(int client, std::uint16_t to);
  ~connection(); ///< with a reset if `reset` was called, else orderly
  connection(connection&& other) noexcept;
  connection& operator=(connection&&) = delete;

  /// What to wait for under this weather: the client's socket, then the server's.
  void ask(const weather& now, pollfd& client, pollfd& server, proxy_clock::time_point at) const;
  /// Moves what can be moved; false: it is over.
  bool turn(const weather& now, const pollfd& client, const pollfd& server,
            proxy_clock::time_point at);
  /// When, after `at`, there is something to do though no socket moves.
  std::optional<proxy_clock::time_point> next_due(const weather& now,
                                                  proxy_clock::time_point at) const;

  /// What the client has just sent contains this.
  bool said(std::string_view word) const { return heard_.find(word) != std::string::npos; }
  void forget() { heard_.clear(); }

  /// From now on the client hears nothing; at `when` both ends are reset.
  void mute_until_reset(proxy_clock::time_point when) { reset_at_ = when; }
  bool muted() const noexcept { return reset_at_.has_value(); }
  void reset() noexcept { hard_ = true; }

private:
  bool move(int from, stream& way, int to, bool open, const weather& now, short seen,
            proxy_clock::time_point at, std::string* copy);
  bool to_client_open(const weather& now) const { return now.to_client && !muted(); }

  int client_;
  int server_;
  stream up_;   ///< client → server
  stream down_; ///< server → client
  std::string heard_;
  std::optional<proxy_clock::time_point> reset_at_;
  bool hard_ = false;
};

} // namespace recado::chaos::links
