#include "client.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace recado::http::test {

client::client(std::uint16_t port, int receive_buffer_bytes) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd_ < 0) throw std::runtime_error{"socket"};
  if (receive_buffer_bytes) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
  const timeval limit{30, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const int one = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0) {
    throw std::runtime_error{"connect"};
  }
}

client::client(client&& other) noexcept
  : input(std::move(other.input)),
    fd_(std::exchange(other.fd_, -1)) {}

bool client::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

std::string client::read_some() {
  if (!input.empty()) return std::exchange(input, {});
  std::string out(64 * 1024, '\0');
  const auto n = ::recv(fd_, out.data(), out.size(), 0);
  timed_out_ = n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  out.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return out;
}

reply client::read_reply(bool head_only) {
  std::string all;
  std::size_t end;
  while ((end = all.find("\r\n\r\n")) == std::string::npos) {
    const auto more = read_some();
    if (more.empty()) return {};
    all += more;
  }
  reply out;
  out.status = std::stoi(all.substr(9, 3));
  std::size_t at = all.find("\r\n") + 2;
  while (at < end) {
    const auto line = all.substr(at, all.find("\r\n", at) - at);
    at += line.size() + 2;
    auto name = line.substr(0, line.find(':'));
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    out.headers[name] = line.substr(line.find(':') + 2);
  }
  all.erase(0, end + 4);
  const auto length = out.headers.find("content-length");
  const auto size = length == out.headers.end() || head_only ? 0 : std::stoul(length->second);
  while (all.size() < size) {
    const auto more = read_some();
    if (more.empty()) return {};
    all += more;
  }
  out.body = all.substr(0, size);
  input = all.substr(size);
  return out;
}

reply client::ask(std::string_view request) {
  send(request);
  return read_reply();
}

std::string client::read_to_end() {
  std::string all;
  for (;;) {
    const auto more = read_some();
    if (more.empty()) return all;
    all += more;
  }
}

bool client::ends() {
  read_to_end();
  return !timed_out_;
}

void client::shutdown_send() {
  ::shutdown(fd_, SHUT_WR);
}

void client::close() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void client::reset() {
  const linger now{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close();
}

int frame::close_code() const {
  if (opcode != 8 || payload.size() < 2) return 0;
  return static_cast<unsigned char>(payload[0]) * 256 + static_cast<unsigned char>(payload[1]);
}

ws_client::ws_client(std::uint16_t port, std::string_view path, std::string_view headers,
                     int receive_buffer_bytes)
  : wire(port, receive_buffer_bytes) {
  handshake = wire.ask("GET " + std::string{path} +
                       " HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: "
                       "websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                       "dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                       std::string{headers} + "\r\n");
}

bool ws_client::send(int opcode, std::string_view payload, bool fin) {
  std::string out;
  out += static_cast<char>((fin ? 0x80 : 0) | opcode);
  const auto size = payload.size();
  if (size < 126) {
    out += static_cast<char>(0x80 | size);
  } else if (size < 65536) {
    out += static_cast<char>(0x80 | 126);
    out += static_cast<char>(size >> 8);
    out += static_cast<char>(size);
  } else {
    out += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8)
      out += static_cast<char>(size >> shift);
  }
  out.append(4, '\0'); // a mask of zeros
  out += payload;
  return wire.send(out);
}

frame ws_client::read(bool pass_over_pings) {
  auto& in = wire.input;
  std::string all = std::exchange(in, {});
  const auto need = [&](std::size_t bytes) {
    while (all.size() < bytes) {
      const auto more = wire.read_some();
      if (more.empty()) return false;
      all += more;
    }
    return true;
  };
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>(all[i]));
  };
  if (!need(2)) return {};
  frame out;
  out.opcode = static_cast<int>(byte(0) & 15);
  std::size_t size = byte(1) & 127;
  std::size_t at = 2;
  if (size >= 126) {
    const std::size_t width = size == 126 ? 2 : 8;
    if (!need(2 + width)) return {};
    size = 0;
    for (std::size_t i = 0; i < width; ++i)
      size = size * 256 + byte(2 + i);
    at += width;
  }
  if (!need(at + size)) return {};
  out.payload = all.substr(at, size);
  in = all.substr(at + size);
  if (out.opcode == 9 && pass_over_pings) {
    send(10, out.payload);
    return read();
  }
  return out;
}

} // namespace recado::http::test
