#pragma once
/// One request on its way through the gateway, and its answer.
#include "actors/service/services.hpp"
#include "gateway/auth/scope.hpp"
#include "gateway/json/fields.hpp"
#include "runtime/http/handler.hpp"
#include "runtime/observe/trace.hpp"

namespace recado::rest {

struct route;

class call {
public:
  /// `asked` is looked at, not kept.
  explicit call(const http::request& asked);

  std::shared_ptr<void> alive; ///< keeps what the handlers belong to until the answer is given

  const route* where = nullptr;
  std::vector<std::string> params; ///< of the path, decoded, in their order
  auth::principal who;             ///< nobody on open routes
  observe::trace_context trace;    ///< the caller's trace or a new one, our span
  std::string method, path, query_text;
  http::request asked; ///< complete from on_request on
  json::document body; ///< null when there is none

  std::function<void(http::response)> reply_with; ///< set before a handler runs
  std::optional<http::responder> responder;       ///< of a plain request; for streamed answers

  std::vector<http::header> also;      ///< in whatever answer is given
  std::chrono::seconds retry_after{1}; ///< if it is one that may be tried again
  /// The client has used its day: what a 429 says instead.
  std::optional<std::chrono::seconds> day_over_in;

  /// The answers; the first counts.
  void answer(int status, std::string json, std::vector<http::header> headers = {});
  void respond(http::response what);
  void fail(const problem& what);

  /// What respond and fail would send.
  http::response rendered(http::response what) const;
  http::response rendered(const problem& what) const;

private:
  void log_answer(int status, std::string_view detail) const;

  std::string correlation_;
};
using call_ptr = std::shared_ptr<call>;

/// Answers the problem if there is one, else calls f with the value.
template <class T, class F>
on_result<T> then(const call_ptr& on, F f) {
  return [on, f = std::move(f)](result<T> got) {
    if (got)
      f(std::move(*got));
    else
      on->fail(got.error());
  };
}

} // namespace recado::rest
