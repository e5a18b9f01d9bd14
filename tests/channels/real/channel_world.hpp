#pragma once
/// A channel and the way out, as a connector puts them together, without the connector.
#include "channels/catalog.hpp"
#include "channels/connector/carry.hpp"
#include "servers.hpp"
#include "tests/channels/deliveries.hpp"

#include <boost/test/unit_test.hpp>
#include <future>

namespace recado::channels::test {

struct channel_world {
  /// One set of servers for the whole suite.
  static servers& running() {
    static servers all;
    return all;
  }
  static wall_time now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
  }
  channel_world() {
    http::client_config config;
    config.allow_private = {"loopback"};
    config.ehlo = "recado.example";
    config.ca_file = running().certificate().file(); // stands in for the system's authorities
    carry = carry_over(std::move(http::start_client(config).value()));
  }

  open_account opened(const std::string& channel, const nlohmann::json& settings,
                      const nlohmann::json& credentials) {
    account_record record;
    record.key = {client_id::make(), channel, "bar"};
    record.settings = settings.dump();
    record.credentials = credentials.dump();
    auto checked = check_account(channel, record.settings, record.credentials);
    BOOST_REQUIRE(checked.has_value());
    return *open(record);
  }

  verdict send(const open_account& account, const open_delivery_ptr& what, wall_time at,
               std::chrono::milliseconds timeout = {}) {
    const auto* speaks = find(account.key.channel);
    last_own_id = speaks->own_id(*what, account);
    auto request = speaks->send_text(*what, account, at);
    BOOST_REQUIRE(request.has_value());
    if (timeout.count() > 0) std::visit([&](auto& each) { each.timeout = timeout; }, *request);
    return carried(*speaks, std::move(*request));
  }
  verdict send(const open_account& account, const open_delivery_ptr& what,
               std::chrono::milliseconds timeout = {}) {
    return send(account, what, noon, timeout);
  }
  verdict check(const open_account& account) {
    const auto* speaks = find(account.key.channel);
    return carried(*speaks, speaks->check(account, now()).value());
  }
  verdict carried(const channel& speaks, transport_request request) {
    auto promise = std::make_shared<std::promise<transport_answer>>();
    auto pending = promise->get_future();
    carry(std::move(request), [promise](transport_answer answer) { promise->set_value(answer); });
    if (pending.wait_for(std::chrono::seconds{150}) != std::future_status::ready)
      throw std::runtime_error("no answer");
    return speaks.parse_response(pending.get(), now());
  }

  transport carry;
  std::string last_own_id;
};

} // namespace recado::channels::test
