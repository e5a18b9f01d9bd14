#include "chaos/sockets/web_socket.hpp"

#include <charconv>
#include <utility>

namespace recado::chaos {
namespace {

enum opcode : unsigned { text_frame = 1, close_frame = 8, ping_frame = 9, pong_frame = 10 };

/// Frames of a client are masked (RFC 6455, 5.3); a mask of zeros is a mask.
std::string frame(opcode kind, std::string_view payload) {
  std::string out;
  out.reserve(payload.size() + 8);
  out.push_back(static_cast<char>(0x80u | kind));
  if (payload.size() < 126) {
    out.push_back(static_cast<char>(0x80u | payload.size()));
  } else { // nothing that we send is longer than 65,535
    out.push_back(static_cast<char>(0x80u | 126u));
    out.push_back(static_cast<char>(payload.size() >> 8));
    out.push_back(static_cast<char>(payload.size() & 0xffu));
  }
  out.append(4, '\0');
  out.append(payload);
  return out;
}

} // namespace

void web_socket::forget() {
  upgraded_ = ready_ = lost_ = false;
  close_code_ = refusal_ = 0;
}

void web_socket::start(poller& loop, const std::string& host, std::uint16_t port,
                       const std::string& token) {
  forget();
  loop.connect(*this, host, port);
  ask(host, port, token);
}

bool web_socket::begin(poller& loop, const std::string& host, std::uint16_t port,
                       const std::string& token) {
  forget();
  if (!loop.begin_connect(*this, host, port)) return false;
  ask(host, port, token);
  return true;
}

void web_socket::ask(const std::string& host, std::uint16_t port, const std::string& token) {
  send("GET /v1/ws HTTP/1.1\r\nHost: " + host + ":" + std::to_string(port) +
       "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: recado.v1.json\r\n"
       "Authorization: Bearer " +
       token + "\r\n\r\n");
}

void web_socket::send_text(std::string_view text) {
  send(frame(text_frame, text));
}
void web_socket::send_ping() {
  send(frame(ping_frame, {}));
}
void web_socket::send_close() {
  send(frame(close_frame, "\x03\xe8")); // 1000
}

void web_socket::on_closed() {
  if (std::exchange(lost_, true)) return;
  ready_ = false;
  on_lost();
}

std::size_t web_socket::on_bytes(std::string_view all) {
  std::size_t used = 0;
  if (!upgraded_) {
    auto end = all.find("\r\n\r\n");
    if (end == std::string_view::npos) return 0;
    if (!all.starts_with("HTTP/1.1 101")) {
      std::from_chars(all.data() + 9, all.data() + 12, refusal_);
      hang_up();
      on_closed();
      return all.size();
    }
    upgraded_ = true;
    used = end + 4;
  }
  while (auto taken = open() ? on_frame(all.substr(used)) : 0)
    used += taken;
  return used;
}

std::size_t web_socket::on_frame(std::string_view all) {
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
  ++frames_;
  switch (byte(0) & 0x0fu) {
  case text_frame:
    take_text(payload);
    break;
  case ping_frame:
    send(frame(pong_frame, payload));
    break;
  case close_frame:
    if (payload.size() >= 2) close_code_ = byte(head) << 8 | byte(head + 1);
    hang_up();
    on_closed();
    break;
  default:
    break;
  }
  return head + length;
}

void web_socket::take_text(std::string_view text) {
  if (ready_) return heard_(*this, text);
  if (text.find("\"ready\"") == std::string_view::npos) return;
  ready_ = true;
  on_ready();
}

} // namespace recado::chaos
