#include "chaos/load/receiver.hpp"

#include <array>

namespace recado::load {
namespace {

enum opcode : unsigned { text_frame = 1, close_frame = 8, ping_frame = 9 };

/// A control frame of a client is masked (RFC 6455, 5.3); a mask of zeros is a mask.
std::string pong(std::string_view payload) {
  std::string out{"\x8a", 1};
  out.push_back(static_cast<char>(0x80u | payload.size())); // at most 125: it is a ping's
  out.append(4, '\0');
  out.append(payload);
  return out;
}

} // namespace

void receiver::start(poller& loop, const std::string& host, std::uint16_t port,
                     const std::string& token) {
  loop.connect(*this, host, port);
  send("GET /v1/ws HTTP/1.1\r\nHost: " + host + ":" + std::to_string(port) +
       "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: recado.v1.json\r\n"
       "Authorization: Bearer " +
       token + "\r\n\r\n");
}

std::size_t receiver::on_bytes(std::string_view all) {
  std::size_t used = 0;
  if (!upgraded_) {
    auto end = all.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    if (!all.starts_with("HTTP/1.1 101")) {
      lost_ = true;
      return all.size();
    }
    upgraded_ = true;
    used = end + 4;
  }
  while (auto taken = on_frame(all.substr(used)))
    used += taken;
  return used;
}

std::size_t receiver::on_frame(std::string_view all) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(all[i]); };
  if (all.size() < 2) return 0;
  std::size_t length = byte(1) & 0x7fu;
  std::size_t head = length == 126 ? 4 : length == 127 ? 10 : 2;
  if (all.size() < head) return 0;
  if (head > 2) {
    length = 0;
    for (std::size_t i = 2; i < head; ++i)
      length = length << 8 | byte(i);
  }
  if (all.size() - head < length) return 0;
  auto payload = all.substr(head, length);
  switch (byte(0) & 0x0fu) {
  case text_frame:
    if (!ready_)
      ready_ = payload.find("\"ready\"") != std::string_view::npos;
    else
      heard_(*this, payload);
    break;
  case ping_frame:
    send(pong(payload));
    break;
  case close_frame:
    lost_ = true;
    break;
  default:
    break;
  }
  return head + length;
}

} // namespace recado::load
