// The writing half of http_session: whole answers, and answers without an end.
#include "runtime/http/detail/http_session.hpp"

#include "runtime/observe/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <fmt/format.h>

namespace recado::http::detail {

namespace {

/// Up to here head and body go out in one piece.
constexpr std::size_t joined_body_max = 16 * 1024;

/// Reads a stream's connection only to notice that the client has left.
struct input_watch {
  bool left = false;
  bool stop = false;
  bool done = false;
};

task<> watch_input(std::shared_ptr<connection> on, std::shared_ptr<input_watch> watch) {
  std::array<char, 512> ignored{};
  error_code ec;
  while (!ec && !watch->stop) {
    co_await on->wire->async_read_some(net::mutable_buffer{net::buffer(ignored)},
                                       net::redirect_error(net::use_awaitable, ec));
  }
  watch->left = !watch->stop;
  watch->done = true;
  on->main.set();
}

task<> end_watch(connection& on, input_watch& watch) {
  watch.stop = true;
  on.wire->cancel();
  while (!watch.done)
    co_await on.main.wait();
}

std::string join(const std::vector<std::string>& parts, bool chunked) {
  std::size_t size = 0;
  for (const auto& part : parts)
    size += part.size();
  std::string out;
  out.reserve(size + 24);
  if (chunked) out = fmt::format("{:x}\r\n", size);
  for (const auto& part : parts)
    out += part;
  if (chunked) out += "\r\n";
  return out;
}

/// Sends what comes through the link. True if the answer has ended as it should.
task<bool> pump(connection& on, stream_link& link, const input_watch& watch, bool chunked) {
  for (;;) {
    if (watch.left || on.dropped() || link.out.dropped()) co_return false;
    const auto parts = link.out.take();
    if (!parts.empty()) {
      const auto joined = join(parts, chunked);
      if (!co_await on.write_all(joined)) co_return false;
      for (const auto& part : parts)
        link.out.written(part.size());
    } else if (link.out.ended()) {
      if (!chunked) co_return true;
      co_return co_await on.write_all("0\r\n\r\n");
    } else {
      co_await on.main.wait();
    }
  }
}

void tell_closed(const stream_start& what) {
  try {
    if (what.on_closed) what.on_closed();
  } catch (const std::exception& e) {
    observe::log_error("http-handler-threw", "on_closed: {}", e.what());
  }
}

} // namespace

task<http_session::after> http_session::write(response answer) {
  const bool complete = parser_->is_header_done() && parser_->is_done();
  const bool keep = complete && !answer.close && parser_->keep_alive() && !on_->server.draining;
  auto head = render_head(
    answer,
    {.date = on_->home.date(), .http11 = parser_->http11, .close = !keep, .body = framing::length});
  if (head_only_ || !may_have_body(answer.status)) answer.body.clear();
  if (answer.body.size() <= joined_body_max) head += std::exchange(answer.body, {});
  if (!co_await on_->write_all(head, answer.body)) co_return after::ended;
  co_return keep ? after::next_request : after::goodbye;
}

/// Told to go elsewhere before anything was promised.
task<http_session::after> http_session::turn_away(stream_start start) {
  start.link->out.end({0, {}, true});
  tell_closed(start);
  response answer;
  try {
    answer = on_->server.app->on_too_late();
  } catch (const std::exception& e) {
    observe::log_error("http-handler-threw", "on_too_late: {}", e.what());
    answer.status = 503;
  }
  answer.close = true;
  co_return co_await write(std::move(answer));
}

task<http_session::after> http_session::serve_stream(stream_start start) {
  // Those that are open are being ended already; while the server only drains, they may come.
  if (on_->server.lasting_code != 0) co_return co_await turn_away(std::move(start));
  const bool chunked = parser_->http11;
  const auto first = std::exchange(start.head.body, {});
  auto head = render_head(start.head, {.date = on_->home.date(),
                                       .http11 = parser_->http11,
                                       .close = true,
                                       .body = chunked ? framing::chunked : framing::until_close});
  if (!head_only_ && !first.empty()) head += join({first}, chunked);
  ++on_->server.streams;
  on_->stream = start.link;
  bool whole = co_await on_->write_all(head);
  if (whole && !head_only_) {
    const auto watch = std::make_shared<input_watch>();
    net::co_spawn(on_->home.context(), watch_input(on_, watch), [](const std::exception_ptr&) {});
    whole = co_await pump(*on_, *start.link, *watch, chunked);
    co_await end_watch(*on_, *watch);
  }
  if (const auto how = start.link->out.ended(); how && how->at_once) ++on_->server.slow_readers;
  start.link->out.end({0, {}, true});
  on_->stream = nullptr;
  --on_->server.streams;
  tell_closed(start);
  co_return whole ? after::goodbye : after::ended;
}

} // namespace recado::http::detail
