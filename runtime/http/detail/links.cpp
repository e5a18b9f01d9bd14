#include "runtime/http/detail/links.hpp"

#include <algorithm>

namespace recado::http::detail {

void waker::wake() {
  loop_->post([self = shared_from_this()] {
    if (self->on_wake) self->on_wake();
  });
}

bool ws_link::send(std::string text) {
  switch (out.push(std::move(text), close_code::slow_reader)) {
  case outbox::outcome::queued:
    return true;
  case outbox::outcome::wake_writer:
    wake->wake();
    return true;
  case outbox::outcome::overflow:
    wake->wake();
    return false;
  case outbox::outcome::refused:
    return false;
  }
  return false;
}

/// A control frame has room for 123 bytes (RFC 6455, 5.5); a character is not cut.
static std::string fitting(std::string reason) {
  std::size_t size = std::min<std::size_t>(reason.size(), 123);
  while (size < reason.size() && size > 0 && (reason[size] & 0xc0) == 0x80)
    --size;
  reason.resize(size);
  return reason;
}

void ws_link::close(int code, std::string reason) {
  if (out.end({code, fitting(std::move(reason)), false})) wake->wake();
}

void ws_link::consumed() {
  if (unconsumed_.fetch_sub(1) == unconsumed_max_) wake->wake();
}

bool stream_link::send(std::string bytes) {
  if (bytes.empty()) return !out.ended(); // an empty chunk would end the answer
  switch (out.push(std::move(bytes), 0)) {
  case outbox::outcome::queued:
    return true;
  case outbox::outcome::wake_writer:
    wake->wake();
    return true;
  case outbox::outcome::overflow:
    wake->wake();
    return false;
  case outbox::outcome::refused:
    return false;
  }
  return false;
}

void stream_link::close() {
  if (out.end({0, {}, false})) wake->wake();
}

} // namespace recado::http::detail
