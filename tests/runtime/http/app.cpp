#include "app.hpp"

#include <stdexcept>

namespace recado::http::test {

namespace {

struct counting_sink : body_sink {
  explicit counting_sink(std::atomic<std::size_t>& into_) : into(into_) {}
  void on_part(std::string part, std::function<void(bool)> next) override {
    into += part.size();
    next(true);
  }
  std::atomic<std::size_t>& into;
};

} // namespace

early_answer app::on_headers(const request& head) {
  early_answer out;
  if (head.path == "/refused") {
    ++refused_before_body;
    out.refuse = response{.status = 401, .content_type = "text/plain", .body = "no"};
  }
  if (head.path == "/throw-early") throw std::runtime_error{"early"};
  if (head.path == "/small") out.body_bytes_max = 10;
  if (head.path == "/sink") {
    out.body_bytes_max = 64 << 20;
    out.sink = std::make_shared<counting_sink>(sunk);
  }
  out.context = std::string{"seen"};
  return out;
}

void app::on_request(request asked, responder answer) {
  response out{.status = 200, .content_type = "text/plain"};
  if (asked.path == "/later") {
    const std::lock_guard lock{mutex_};
    parked_.push_back(std::move(answer));
    return changed_.notify_all();
  }
  if (asked.path == "/abandon") return;
  if (asked.path == "/throw") throw std::runtime_error{"late"};
  if (asked.path == "/stream") {
    const std::lock_guard lock{mutex_};
    out.body = "first;";
    streams_.push_back(answer.stream(std::move(out), [this] { ++streams_closed; }));
    return changed_.notify_all();
  }
  if (asked.path == "/about") {
    out.body = asked.method + " " + asked.path + " " + asked.query + " " +
               std::any_cast<std::string>(asked.context);
  } else if (asked.path == "/empty") {
    out.status = 204;
  } else if (asked.path == "/big") {
    out.body.assign(4 << 20, 'b');
  } else if (asked.path == "/split") {
    out.headers = {{"X-Bad", "a\r\nX-Injected: 1"}, {"X-Good", "yes"}};
  } else {
    out.body = std::move(asked.body);
  }
  answer(std::move(out));
}

ws_callbacks app::callbacks(ws_peer_ptr peer, bool echo) {
  {
    const std::lock_guard lock{mutex_};
    peers_.push_back(peer);
    changed_.notify_all();
  }
  ws_callbacks out;
  out.on_text = [this, peer, echo](std::string text) {
    {
      const std::lock_guard lock{mutex_};
      ++texts_;
    }
    if (!echo) return;
    peer->send(std::move(text));
    peer->consumed();
  };
  out.on_closed = [this](int code) { close_code = code; };
  return out;
}

void app::on_upgrade(request asked, upgrader answer) {
  if (asked.path == "/no") {
    return answer.refuse({.status = 403, .content_type = "text/plain", .body = "no"});
  }
  if (asked.path == "/dropped") return;
  const bool echo = asked.path == "/ws";
  const auto wanted = asked.header_value("sec-websocket-protocol");
  const std::string protocol = wanted.find("recado.v1.json") == wanted.npos ? "" : "recado.v1.json";
  answer.accept(protocol, [this, echo](ws_peer_ptr peer) { return callbacks(peer, echo); });
}

response app::on_protocol_error(int status, std::string_view detail) {
  return {.status = status,
          .content_type = "application/problem+json",
          .body = "{\"detail\":\"" + std::string{detail} + "\"}"};
}

template <class T>
T app::wait_for(std::deque<T>& from) {
  std::unique_lock lock{mutex_};
  if (!changed_.wait_for(lock, std::chrono::seconds{30}, [&] { return !from.empty(); })) {
    throw std::runtime_error{"nothing was parked"};
  }
  auto out = std::move(from.front());
  from.pop_front();
  return out;
}

responder app::parked() {
  return wait_for(parked_);
}
ws_peer_ptr app::peer() {
  return wait_for(peers_);
}
stream_peer_ptr app::stream() {
  return wait_for(streams_);
}

std::size_t app::texts() const {
  const std::lock_guard lock{mutex_};
  return texts_;
}

world::world(server_config config) {
  config.port = 0;
  auto started = server::start(std::move(config), program);
  if (!started) throw std::runtime_error{started.error().detail};
  web = std::move(*started);
}

} // namespace recado::http::test
