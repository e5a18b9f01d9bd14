#pragma once
/// One thread, many sockets: epoll, level-triggered, and plain buffers. It is written by hand
/// because the generator shares two cores with what it measures.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace recado::load {

/// A non-blocking TCP connection to the server under test.
class connection {
public:
  virtual ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Bytes to write now, or as soon as the socket takes them.
  void send(std::string_view bytes);
  bool open() const noexcept { return fd_ >= 0; }

protected:
  connection() = default;
  /// Everything received and not consumed yet; returns how much of it was consumed.
  virtual std::size_t on_bytes(std::string_view all) = 0;
  virtual void on_closed() = 0;

private:
  friend class poller;
  void readable();
  void writable();
  void close_now();

  class poller* loop_ = nullptr;
  int fd_ = -1;
  std::string in_;
  std::string out_;
  bool wants_write_ = false;
};

class poller {
public:
  poller();
  ~poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  /// Connects (blocking: loopback answers at once) and watches it. Throws std::system_error.
  void connect(connection& what, const std::string& host, std::uint16_t port);
  /// Serves whatever is ready, waiting at most so long.
  void turn(std::chrono::microseconds wait_max);

private:
  friend class connection;
  void want_write(connection& what, bool yes) const;

  int epoll_ = -1;
};

} // namespace recado::load
