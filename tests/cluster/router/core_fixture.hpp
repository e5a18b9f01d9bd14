#pragma once
/// A router_core and short ways to talk to it.
#include "cluster/router/router_core.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::cluster::test {

using namespace std::chrono_literals;

struct core_fixture {
  router_config config;
  std::optional<router_core> core;
  steady_time now{1h};
  router_actions last;
  ticket next = 1;
  const uuid session = uuid::v7();
  const client_id client = client_id::make();
  const conversation_id talk = conversation_id::make();

  core_fixture() {
    config.reply_to = "c1.reply.n1.1";
    make();
  }
  void make() {
    core.emplace(config);
    now += 1h;
  }
  partition_id part() const { return partition_of(client, talk, config.presence.partitions); }

  /// The link is up and the owner beats.
  void stream() {
    (void)core->on_link(true, now);
    beat();
  }
  void beat() { core->on_beacon({"n2", 1, {part()}}, now); }
  void own() { last = core->set_local({part()}, now); }

  command what(command_body body) const {
    command out;
    out.id = command_id::make();
    out.client = client;
    out.conversation = talk;
    out.origin = session;
    out.body = std::move(body);
    return out;
  }
  ticket send(const uuid& in) {
    send_message body;
    body.message = message_id::make();
    last = core->submit(next, what(std::move(body)), in, now);
    return next++;
  }
  ticket send() { return send(session); }
  ticket receipt() {
    last = core->submit(next, what(send_receipt{}), session, now);
    return next++;
  }
  void pass(std::chrono::milliseconds time) {
    now += time;
    last = core->tick(now);
  }
  /// The owner's answer to what was published or offered.
  template <class Sent>
  void reply_to(const Sent& sent, ec code = ec::none) {
    last = core->on_reply(refuse(sent.what->id, code), now);
  }

  template <class T>
  std::vector<T> all() const {
    std::vector<T> out;
    for (const auto& one : last)
      if (auto* found = std::get_if<T>(&one)) out.push_back(*found);
    return out;
  }
  template <class T>
  T only() const {
    auto found = all<T>();
    BOOST_REQUIRE_EQUAL(found.size(), 1u);
    BOOST_REQUIRE_EQUAL(last.size(), 1u);
    return found.front();
  }
  void answered(ec code) const { BOOST_TEST((only<act::answer>().what.code == code)); }
};

} // namespace recado::cluster::test
