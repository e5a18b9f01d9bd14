#pragma once
/// A server that gives prepared answers to POSTs, one after the other, and keeps what it was asked.
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace recado::chaos {

class scripted_server {
public:
  /// An empty answer: the connection is closed without one.
  explicit scripted_server(std::vector<std::string> answers);
  ~scripted_server();
  scripted_server(const scripted_server&) = delete;
  scripted_server& operator=(const scripted_server&) = delete;

  std::uint16_t port() const noexcept { return port_; }
  std::vector<std::string> asked() const; ///< heads with bodies

private:
  void serve();
  bool answer_all(int peer);

  std::vector<std::string> answers_;
  std::size_t next_ = 0;
  mutable std::mutex guard_;
  std::vector<std::string> asked_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> quit_ = false;
  std::thread thread_;
};

/// A port on which nobody listens.
std::uint16_t closed_port();

} // namespace recado::chaos
