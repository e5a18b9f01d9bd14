#pragma once
/// A client that may call loopback, and waiting for its answers.
#include "raw_server.hpp"
#include "runtime/http/client/client.hpp"

#include <boost/test/unit_test.hpp>
#include <future>

namespace recado::http::client_test {

inline constexpr std::chrono::seconds patience{30};

struct client_world {
  static client_config loopback() {
    client_config out;
    out.allow_private = {"loopback"};
    return out;
  }
  explicit client_world(const client_config& config = loopback())
    : client(std::move(start_client(config).value())) {}

  template <class Outcome, class Request>
  std::future<Outcome> begin(Request what) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto out = promise->get_future();
    client->send(std::move(what),
                 [promise](Outcome outcome) { promise->set_value(std::move(outcome)); });
    return out;
  }
  template <class Outcome>
  static Outcome wait(std::future<Outcome>& pending) {
    if (pending.wait_for(patience) != std::future_status::ready)
      throw std::runtime_error("the client did not answer");
    return pending.get();
  }
  http_outcome call(outgoing_request what) {
    auto pending = begin<http_outcome>(std::move(what));
    return wait(pending);
  }
  mail_outcome call(outgoing_mail what) {
    auto pending = begin<mail_outcome>(std::move(what));
    return wait(pending);
  }
  static outgoing_request post(std::string url, std::string body = "{}") {
    outgoing_request out;
    out.url = std::move(url);
    out.body = std::move(body);
    return out;
  }

  std::unique_ptr<http::client> client;
};

template <class Value, class Outcome>
Value must(const Outcome& outcome) {
  if (const auto* value = std::get_if<Value>(&outcome)) return *value;
  if constexpr (!std::is_same_v<Value, transfer_failure>)
    BOOST_FAIL("failed: " << static_cast<int>(std::get<transfer_failure>(outcome).what) << " "
                          << std::get<transfer_failure>(outcome).detail);
  BOOST_FAIL("succeeded");
  throw std::logic_error("not reached");
}

} // namespace recado::http::client_test
