#pragma once
/// One thread, many sockets: epoll, level-triggered, and plain buffers. It is written by hand
/// because these clients share two cores with what they measure.
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace recado::chaos {

/// A non-blocking TCP connection to the server under test. It may be opened again after its end,
/// but not from within its own on_… methods.
class connection {
public:
  virtual ~connection();
  connection(const connection&) = delete;
  connection& operator=(const connection&) = delete;

  /// Bytes to write now, or as soon as the socket takes them.
  void send(std::string_view bytes);
  bool open() const noexcept { return fd_ >= 0; }
  /// Connected, not only on the way there.
  bool connected() const noexcept { return fd_ >= 0 && !connecting_; }
  /// Closes it; on_closed() is not called.
  void hang_up();

protected:
  connection() = default;
  /// It can be written to; not called for poller::connect().
  virtual void on_open() {}
  /// Everything received and not consumed yet; returns how much of it was consumed.
  virtual std::size_t on_bytes(std::string_view all) = 0;
  /// The other side closed it, or could not be reached.
  virtual void on_closed() = 0;

private:
  friend class poller;
  void readable();
  void writable();
  void established();
  void lose();
  void take(std::string_view fresh);

  class poller* loop_ = nullptr;
  int fd_ = -1;
  std::string in_;
  std::string out_;
  bool wants_write_ = false;
  bool connecting_ = false;
};

class poller {
public:
  poller();
  ~poller();
  poller(const poller&) = delete;
  poller& operator=(const poller&) = delete;

  /// Connects (blocking: loopback answers at once) and watches it. Throws std::system_error.
  void connect(connection& what, const std::string& host, std::uint16_t port);
  /// Begins to connect: on_open() or on_closed() follows. False: it failed at once.
  [[nodiscard]] bool begin_connect(connection& what, const std::string& host, std::uint16_t port);
  /// Serves whatever is ready, waiting at most so long.
  void turn(std::chrono::microseconds wait_max);

private:
  friend class connection;
  void want_write(connection& what, bool yes) const;
  bool watch(connection& what, bool connecting);

  int epoll_ = -1;
};

} // namespace recado::chaos
