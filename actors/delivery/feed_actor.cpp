#include "actors/delivery/feed_actor.hpp"

#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <map>
#include <set>

#include "actors/delivery/feed_queries.hpp"
#include "runtime/actor/child_setup.hpp"
#include "runtime/observe/log.hpp"

namespace recado {
namespace {

struct feed_state {
  static inline const char* name = "feed";
  explicit feed_state(feed_actor::pointer ptr) : self{ptr} {}

  void take(const take_deliveries& what) {
    // Its hand-over goes on, also when an unknown commit has raised the epoch meanwhile.
    if (finishing.contains(what.part)) return;
    held[what.part] = what.owned;
    fresh.insert(what.part);
    look_in(config.gather);
  }

  /// By way of the connectors' mailbox, behind every window that was sent there.
  void finish(const finish_deliveries& what) {
    held.erase(what.part);
    finishing.insert(what.part);
    fresh.erase(what.part);
    self->send(ports.connectors, channels::part_with_partition{what.part, what.until});
  }

  void leave(partition_id part) {
    held.erase(part);
    finishing.erase(part);
    fresh.erase(part);
  }

  void look_in(std::chrono::milliseconds delay) {
    if (std::exchange(looking, true)) return;
    self->delayed_send(self, delay, feed_look{});
  }

  void look() {
    looking = false;
    std::vector<partition_id> parts{fresh.begin(), fresh.end()};
    fresh.clear();
    if (parts.empty()) return;
    ports.db->run({feed::accounts_with_open(parts)}, store::tx::single,
                  [to = feed_actor{self}, parts](store::outcome got) {
                    caf::anon_send(to, feed_accounts_read{parts, std::move(got)});
                  });
  }

  void on_accounts(const feed_accounts_read& read) {
    if (!read.got) return try_again(read.parts, read.got.error());
    for (const auto& account : feed::accounts_of(read.got->front()))
      load(account, read.parts, false);
  }

  void more(const account_key& account) {
    std::vector<partition_id> parts;
    parts.reserve(held.size());
    for (const auto& [part, _] : held)
      parts.push_back(part);
    load(account, std::move(parts), true);
  }

  void load(const account_key& account, std::vector<partition_id> parts, bool asked_for) {
    auto question = feed::open_of(account, parts, channels::window_rows_max);
    feed_window_read read{account, std::move(parts), asked_for, self->clock().now(), {}};
    ports.db->run({std::move(question)}, store::tx::single,
                  [to = feed_actor{self}, read](store::outcome got) {
                    auto whole = read;
                    whole.got = std::move(got);
                    caf::anon_send(to, std::move(whole));
                  });
  }

  void on_window(const feed_window_read& read) {
    if (!read.got) {
      if (!read.asked_for) try_again(read.parts, read.got.error());
      return;
    }
    auto open =
      feed::open_rows_of(read.got->front(), read.account, held, channels::window_rows_max);
    channels::window out{read.account, std::move(open.rows), {}, read.as_of};
    for (auto part : read.parts)
      if (open.complete && held.contains(part)) out.complete.push_back(part);
    self->send(ports.connectors, std::move(out));
  }

  void try_again(const std::vector<partition_id>& parts, const store::store_error& why) {
    observe::log_warn("feed-unread", "{}", store::describe(why));
    for (auto part : parts)
      if (held.contains(part)) fresh.insert(part);
    look_in(config.again);
  }

  feed_actor::pointer self;
  feed_config config;
  feed_ports ports;
  std::map<partition_id, epoch> held;
  std::set<partition_id> finishing; ///< held, and soon to be handed over
  std::set<partition_id> fresh;     ///< not looked at yet
  bool looking = false;
};

feed_actor::behavior_type run(feed_actor::stateful_pointer<feed_state> self,
                              const feed_config& config, const feed_ports& ports) {
  actor::child_setup(self);
  self->state.config = config;
  self->state.ports = ports;
  return {
    [self](const take_deliveries& what) { self->state.take(what); },
    [self](const finish_deliveries& what) { self->state.finish(what); },
    [self](const leave_deliveries& what) { self->state.leave(what.part); },
    [self](const more_deliveries& what) { self->state.more(what.account); },
    [self](const feed_accounts_read& read) { self->state.on_accounts(read); },
    [self](const feed_window_read& read) { self->state.on_window(read); },
    [self](const feed_look&) { self->state.look(); },
  };
}

} // namespace

feed_actor spawn_feed(caf::actor_system& system, feed_config config, feed_ports ports) {
  return system.spawn(run, config, std::move(ports));
}

} // namespace recado
