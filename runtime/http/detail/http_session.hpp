#pragma once
/// Serves the requests of one connection, one after the other, until it ends or becomes a WebSocket
/// or a stream.
#include "runtime/http/detail/connection.hpp"
#include "runtime/http/detail/exchange.hpp"
#include "runtime/http/detail/request_parser.hpp"

#include <boost/beast/core/flat_buffer.hpp>

namespace recado::http::detail {

class http_session {
public:
  explicit http_session(std::shared_ptr<connection> on) : on_(std::move(on)) {}

  task<> run();

private:
  enum class progress { done, fault, ended };
  enum class after { next_request, goodbye, ended };

  // one request, in this order
  task<after> serve_one();
  task<progress> read_head();
  task<progress> read_body(early_answer& early);
  task<after> answer_request();
  task<after> answer_upgrade();
  task<after> carry_out(verdict value);

  // parts of those
  task<progress> await_input();
  task<bool> fill(std::size_t bytes);
  task<bool> confirm_expectation();
  task<bool> pour(body_sink& sink);
  task<std::optional<verdict>> await_verdict(exchange& waiting);
  task<after> write(response answer);
  task<after> write_fault(fault what);
  task<after> serve_stream(stream_start start);
  task<after> turn_away(stream_start start);

  early_answer first_look();
  response protocol_error(const fault& what);
  progress fail(int status, std::string detail);
  std::string_view buffered() const;
  std::chrono::milliseconds body_time_left(steady::time_point began, std::uint64_t bytes) const;

  std::shared_ptr<connection> on_;
  boost::beast::flat_buffer input_;
  std::optional<request_parser> parser_;
  fault fault_;
  bool head_only_ = false; ///< the request is a HEAD
  bool fresh_ = true;      ///< no request was served on this connection yet
};

} // namespace recado::http::detail
