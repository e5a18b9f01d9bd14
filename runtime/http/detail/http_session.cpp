#include "runtime/http/detail/http_session.hpp"

#include "runtime/http/detail/head_scanner.hpp"
#include "runtime/http/detail/web_socket.hpp"
#include "runtime/observe/log.hpp"

namespace recado::http::detail {

namespace {

constexpr std::size_t head_part = 4 * 1024;
constexpr std::size_t body_part = 64 * 1024;

response plain_problem(int status) {
  return {.status = status,
          .content_type = "application/problem+json",
          .body = R"({"type":"about:blank","status":)" + std::to_string(status) + "}",
          .close = true};
}

} // namespace

task<> http_session::run() {
  if (!co_await on_->secure()) co_return;
  for (;;) {
    const auto next = co_await serve_one();
    if (next == after::goodbye) co_await on_->finish();
    if (next != after::next_request) co_return;
    fresh_ = false;
  }
}

task<http_session::after> http_session::serve_one() {
  parser_.emplace();
  head_only_ = false;
  auto read = co_await read_head();
  if (read == progress::ended) co_return after::ended;
  if (read == progress::fault) co_return co_await write_fault(fault_);
  ++on_->server.requests;
  auto early = first_look();
  if (early.refuse) {
    early.refuse->close = true;
    co_return co_await write(std::move(*early.refuse));
  }
  parser_->asked.context = std::move(early.context);
  if (is_websocket_upgrade(parser_->asked, parser_->http11)) co_return co_await answer_upgrade();
  read = co_await read_body(early);
  if (read == progress::ended) co_return after::ended;
  if (read == progress::fault) co_return co_await write_fault(fault_);
  co_return co_await answer_request();
}

// ---- reading ----------------------------------------------------------------------------------

std::string_view http_session::buffered() const {
  const auto data = input_.cdata();
  return {static_cast<const char*>(data.data()), data.size()};
}

http_session::progress http_session::fail(int status, std::string detail) {
  fault_ = {status, std::move(detail)};
  return progress::fault;
}

task<bool> http_session::fill(std::size_t bytes) {
  const auto size = co_await on_->read_some(input_.prepare(bytes));
  input_.commit(size);
  co_return size > 0;
}

task<http_session::progress> http_session::await_input() {
  if (input_.size() > 0) co_return progress::done;
  if (input_.capacity() > head_part) input_.shrink_to_fit();
  if (on_->server.closing && !fresh_) co_return progress::ended;
  on_->idle = true;
  const auto& config = on_->server.config;
  on_->expire_after(fresh_ ? config.headers_timeout : config.keep_alive_idle);
  const bool came = co_await fill(head_part);
  on_->idle = false;
  co_return came ? progress::done : progress::ended;
}

task<http_session::progress> http_session::read_head() {
  if (co_await await_input() == progress::ended) co_return progress::ended;
  const auto& config = on_->server.config;
  on_->expire_after(config.headers_timeout);
  head_scanner scanner;
  for (;;) {
    const auto found = scanner.scan(buffered());
    if (found == head_scanner::verdict::malformed)
      co_return fail(400, std::string{scanner.fault()});
    if (scanner.end() > config.header_bytes_max || scanner.lines() > config.headers_max + 1) {
      co_return fail(431, "the head of the request is too large");
    }
    if (found == head_scanner::verdict::complete) break;
    if (!co_await fill(head_part)) {
      if (!on_->timed_out() || on_->dropped()) co_return progress::ended;
      co_return fail(408, "the head of the request took too long");
    }
  }
  on_->expire_never();
  const auto head = buffered().substr(scanner.begin(), scanner.end() - scanner.begin());
  const auto wrong = parser_->parse_head(head);
  input_.consume(scanner.end());
  head_only_ = parser_->asked.method == "HEAD";
  parser_->asked.peer = on_->peer;
  parser_->asked.tls = on_->wire->tls() != nullptr;
  if (wrong) co_return fail(wrong->status, wrong->detail);
  co_return progress::done;
}

std::chrono::milliseconds http_session::body_time_left(steady::time_point began,
                                                       std::uint64_t bytes) const {
  const auto& config = on_->server.config;
  const auto earned = std::chrono::milliseconds{bytes * 1000 / config.body_bytes_per_second_min};
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(steady::now() - began);
  return std::min(config.body_idle_timeout, config.body_idle_timeout + earned - spent);
}

task<bool> http_session::confirm_expectation() {
  if (!parser_->http11 || input_.size() > 0) co_return true;
  if (parser_->asked.header_value("expect").empty()) co_return true;
  co_return co_await on_->write_all("HTTP/1.1 100 Continue\r\n\r\n");
}

task<http_session::progress> http_session::read_body(early_answer& early) {
  if (parser_->is_done()) co_return progress::done;
  const auto length = parser_->content_length();
  if (length && *length > early.body_bytes_max) {
    co_return fail(413, "the body is over the limit of this route");
  }
  parser_->body_limit(early.body_bytes_max);
  if (length && !early.sink) parser_->part.reserve(std::min<std::uint64_t>(*length, 1 << 20));
  if (!co_await confirm_expectation()) co_return progress::ended;
  const auto began = steady::now();
  std::uint64_t total = 0;
  for (;;) {
    std::optional<fault> wrong;
    const auto used = parser_->parse_body(buffered(), wrong);
    input_.consume(used);
    total += used;
    if (wrong) co_return fail(wrong->status, wrong->detail);
    if (early.sink) {
      if (!co_await pour(*early.sink)) co_return progress::ended;
    }
    if (parser_->is_done()) break;
    if (input_.size() >= body_part) co_return fail(400, "a chunk header or trailer is too long");
    on_->expire_after(body_time_left(began, total));
    if (!co_await fill(body_part)) {
      if (!on_->timed_out() || on_->dropped()) co_return progress::ended;
      co_return fail(408, "the body of the request came too slowly");
    }
  }
  on_->expire_never();
  parser_->asked.body = std::move(parser_->part);
  co_return progress::done;
}

task<bool> http_session::pour(body_sink& sink) {
  if (parser_->part.empty()) co_return true;
  struct reply {
    std::atomic<int> value = -1; // unknown, false, true
  };
  const auto said = std::make_shared<reply>();
  sink.on_part(std::exchange(parser_->part, {}), [said, wake = on_->wake](bool more) {
    said->value = more;
    wake->wake();
  });
  on_->expire_after(on_->server.config.request_timeout);
  while (said->value < 0 && !on_->timed_out() && !on_->dropped())
    co_await on_->main.wait();
  on_->expire_never();
  co_return said->value == 1;
}

// ---- answering --------------------------------------------------------------------------------

early_answer http_session::first_look() {
  try {
    return on_->server.app->on_headers(parser_->asked);
  } catch (const std::exception& e) {
    observe::log_error("http-handler-threw", "on_headers: {}", e.what());
    early_answer refused;
    refused.refuse = protocol_error({500, "the server failed"});
    return refused;
  }
}

response http_session::protocol_error(const fault& what) {
  ++on_->server.errors;
  try {
    auto answer = on_->server.app->on_protocol_error(what.status, what.detail);
    if (what.status == 426) answer.headers.push_back({"Sec-WebSocket-Version", "13"});
    return answer;
  } catch (const std::exception& e) {
    observe::log_error("http-handler-threw", "on_protocol_error: {}", e.what());
    return plain_problem(what.status);
  }
}

task<http_session::after> http_session::write_fault(fault what) {
  auto answer = protocol_error(what);
  answer.close = true;
  co_return co_await write(std::move(answer));
}

task<std::optional<verdict>> http_session::await_verdict(exchange& waiting) {
  auto value = waiting.take();
  if (value) co_return value;
  on_->expire_after(on_->server.config.request_timeout);
  on_->watch_for_reset();
  while (!value && !on_->timed_out() && !on_->reset && !on_->dropped()) {
    co_await on_->main.wait();
    value = waiting.take();
  }
  if (!value) value = waiting.shut();
  if (!value && on_->timed_out() && !on_->dropped()) {
    value = protocol_error({503, "the request took too long"});
  }
  if (!value) waiting.client_left();
  on_->expire_never();
  co_return value;
}

task<http_session::after> http_session::answer_request() {
  const auto waiting =
    std::make_shared<exchange>(on_->wake, on_->server.config.stream_queue_bytes_max);
  try {
    on_->server.app->on_request(std::move(parser_->asked), responder{waiting});
  } catch (const std::exception& e) {
    observe::log_error("http-handler-threw", "on_request: {}", e.what());
  }
  auto value = co_await await_verdict(*waiting);
  if (!value) co_return after::ended;
  co_return co_await carry_out(std::move(*value));
}

task<http_session::after> http_session::answer_upgrade() {
  if (auto wrong = check_websocket(parser_->asked)) co_return co_await write_fault(*wrong);
  if (!parser_->is_done() || input_.size() > 0) {
    fault wrong{400, "bytes after the WebSocket upgrade request"};
    co_return co_await write_fault(std::move(wrong));
  }
  const auto waiting =
    std::make_shared<exchange>(on_->wake, on_->server.config.stream_queue_bytes_max);
  const auto handshake = keep_handshake(parser_->asked);
  try {
    on_->server.app->on_upgrade(std::move(parser_->asked), upgrader{responder{waiting}, waiting});
  } catch (const std::exception& e) {
    observe::log_error("http-handler-threw", "on_upgrade: {}", e.what());
  }
  auto value = co_await await_verdict(*waiting);
  if (!value) co_return after::ended;
  if (auto* accepted = std::get_if<ws_accept>(&*value)) {
    co_await serve_websocket(on_, handshake, std::move(*accepted));
    co_return after::goodbye;
  }
  co_return co_await carry_out(std::move(*value));
}

task<http_session::after> http_session::carry_out(verdict value) {
  if (auto* answer = std::get_if<response>(&value)) co_return co_await write(std::move(*answer));
  if (auto* start = std::get_if<stream_start>(&value)) {
    co_return co_await serve_stream(std::move(*start));
  }
  auto answer = protocol_error({503, "the request was dropped unanswered"});
  co_return co_await write(std::move(answer));
}

} // namespace recado::http::detail
