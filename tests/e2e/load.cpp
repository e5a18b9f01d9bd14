#include "tests/e2e/load.hpp"

#include "node/client/url.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <memory>
#include <optional>
#include <random>
#include <vector>

namespace recado::e2e {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using net::ip::tcp;

namespace {

/// What all connections share; one thread.
struct load_run {
  const load_options& options;
  const load_hooks& hooks;
  std::vector<client::server_url> where;
  net::io_context loop{1};
  std::vector<tcp::resolver::results_type> addresses;
  std::size_t next_job = 0;
  std::size_t done = 0;
  std::minstd_rand random{20'260'101};

  load_run(const load_options& o, const load_hooks& h) : options(o), hooks(h) {
    where.push_back(*client::parse_url(o.url));
    for (const auto& url : o.other_urls)
      where.push_back(*client::parse_url(url));
    for (const auto& one : where)
      addresses.push_back(tcp::resolver{loop}.resolve(one.host, one.port));
  }
  std::optional<std::size_t> take_job() {
    if (next_job == options.total || (hooks.go_on && !hooks.go_on())) return std::nullopt;
    return next_job++;
  }
  std::chrono::milliseconds up_to(std::chrono::milliseconds most) {
    return std::chrono::milliseconds{
      std::uniform_int_distribution<long>{1, std::max(1L, long{most.count()})}(random)};
  }
};

/// One connection: takes a job, sends it until it is done, takes the next.
class patient_client : public std::enable_shared_from_this<patient_client> {
public:
  patient_client(load_run& run, std::size_t number)
    : run_(run),
      at_(number % run.where.size()),
      timer_(run.loop) {}

  void take_next() {
    auto job = run_.take_job();
    if (!job) return; // the last reference goes, and the connection with it
    job_ = *job;
    request_ = {};
    request_.version(11);
    request_.method(http::verb::post);
    request_.target(run_.options.target);
    request_.set(http::field::host, run_.where[at_].authority());
    request_.set(http::field::authorization, "Bearer " + run_.options.token);
    request_.set(http::field::content_type, "application/json");
    request_.body() = run_.hooks.body(job_);
    request_.prepare_payload();
    send();
  }

private:
  void send() {
    if (run_.hooks.before_send) run_.hooks.before_send(job_);
    if (stream_) return write();
    stream_.emplace(run_.loop);
    buffer_.clear();
    stream_->expires_after(run_.options.answer_limit);
    stream_->async_connect(run_.addresses[at_], [me = shared_from_this()](beast::error_code failed,
                                                                          const tcp::endpoint&) {
      if (failed) return me->no_answer(never_sent);
      me->stream_->socket().set_option(tcp::no_delay{true});
      me->write();
    });
  }

  void write() {
    stream_->expires_after(run_.options.answer_limit);
    http::async_write(*stream_, request_,
                      [me = shared_from_this()](beast::error_code failed, std::size_t) {
                        if (failed) return me->no_answer(0);
                        me->read();
                      });
  }

  void read() {
    response_ = {};
    http::async_read(*stream_, buffer_, response_,
                     [me = shared_from_this()](beast::error_code failed, std::size_t) {
                       if (failed) return me->no_answer(0);
                       if (!me->response_.keep_alive()) me->move_on();
                       me->answered({.job = me->job_,
                                     .status = static_cast<int>(me->response_.result_int()),
                                     .body = std::move(me->response_.body()),
                                     .replayed = me->response_["Idempotency-Replayed"] == "true"});
                     });
  }

  void move_on() {
    stream_.reset();
    at_ = (at_ + 1) % run_.where.size();
  }

  void no_answer(int status) {
    move_on();
    answered({.job = job_, .status = status, .body = {}, .replayed = false});
  }

  void answered(const load_answer& answer) {
    auto done = run_.hooks.on_answer(answer);
    if (done) ++run_.done;
    if (done && run_.options.pause_max.count() == 0) return take_next();
    timer_.expires_after(run_.up_to(done ? run_.options.pause_max : run_.options.retry_max));
    timer_.async_wait([me = shared_from_this(), done](beast::error_code) {
      if (done) return me->take_next();
      me->send();
    });
  }

  load_run& run_;
  std::size_t at_; ///< of the addresses
  net::steady_timer timer_;
  std::optional<beast::tcp_stream> stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  http::response<http::string_body> response_;
  std::size_t job_ = 0;
};

} // namespace

std::size_t run_load(const load_options& options, const load_hooks& hooks) {
  load_run run{options, hooks};
  for (unsigned n = 0; n < options.connections; ++n)
    std::make_shared<patient_client>(run, n)->take_next();
  run.loop.run_for(options.time_limit);
  return run.done;
}

} // namespace recado::e2e
