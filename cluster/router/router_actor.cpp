#include "cluster/router/router_actor.hpp"

#include "runtime/actor/child_setup.hpp"
#include "runtime/observe/log.hpp"
#include "schemas/wire.hpp"

#include <caf/actor_clock.hpp>
#include <caf/exit_reason.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

namespace recado::cluster {

void once_reply::operator()(reply what) noexcept {
  auto done = std::exchange(done_, nullptr);
  if (!done) return;
  try {
    done(std::move(what));
  } catch (const std::exception& error) {
    observe::log_error("reply-handler-failed", "the handler of a command's answer threw: {}",
                       error.what());
  }
}

router_actor::behavior_type run_router(router_actor::stateful_pointer<router_state> self,
                                       std::shared_ptr<router_shared> shared) {
  actor::child_setup(self);
  auto& state = self->state;
  state.self = self;
  state.core.emplace(shared->config);
  state.shared = std::move(shared);
  self->set_exit_handler([self](caf::exit_msg& why) {
    self->state.close();
    self->quit(std::move(why.reason));
  });
  return {
    [self](take_commands& what) { self->state.take(what); },
    [self](take_replies& what) { self->state.take(what); },
    [self](const take_beacon& what) { self->state.core->on_beacon(what.from, self->state.now()); },
    [self](take_facts& what) { self->state.take(what); },
    [self](const publish_ended& what) {
      self->state.run(self->state.core->on_ack(what.to, what.attempt, what.how));
    },
    [self](const store_ended& what) { self->state.take(what); },
    [self](wake_up) {
      self->state.timer.reset();
      self->state.run(self->state.core->tick(self->state.now()));
    },
    [self](close_router) {
      self->state.close();
      self->quit();
    },
  };
}

steady_time router_state::now() const {
  return self->clock().now();
}

void router_state::take(take_commands& what) {
  for (auto& each : what.all) {
    auto given = std::move(each); // its room in the mailbox ends with its turn
    auto to = next_ticket++;
    waiting.emplace(to, std::move(given->done));
    carry_out_all(core->submit(to, std::move(given->what), given->session, now()));
  }
  after_turn();
}

void router_state::take(take_replies& what) {
  for (auto& one : what.replies)
    run(core->on_reply(std::move(one), now()));
}

void router_state::take(take_facts& what) {
  auto before = generation;
  link = what.link.value_or(link);
  generation = what.generation.value_or(generation);
  run(core->on_link(link && generation != 0, now()));
  if (before != 0 && generation != 0 && generation != before) run(core->on_new_stream(now()));
  if (what.local) run(core->set_local(*what.local, now()));
}

void router_state::take(const store_ended& what) {
  for (std::size_t i = 0; i < what.items.size(); ++i)
    run(core->on_stored(what.items[i].to, what.items[i].attempt, what.how.at(i), now()));
}

void router_state::run(router_actions actions) {
  carry_out_all(std::move(actions));
  after_turn();
}

/// What an action leads to goes behind what is to do already: the order of sends is kept.
void router_state::carry_out_all(router_actions actions) {
  for (auto& one : actions)
    todo.push_back(std::move(one));
  while (!todo.empty()) {
    auto one = std::move(todo.front());
    todo.pop_front();
    std::visit([this](auto& what) { carry_out(what); }, one);
  }
}

void router_state::carry_out(act::publish& what) {
  if (!core->wanted(what.to, what.attempt)) return;
  auto done = [mailbox = shared->mailbox, to = what.to, attempt = what.attempt](publish_ack how) {
    if (how != publish_ack::received) mailbox->post(publish_ended{to, attempt, how});
  };
  shared->ports.stream->publish(generation, what.part, what.what->priority, encode(*what.what),
                                std::move(done));
}

void router_state::carry_out(act::offer& what) {
  if (!core->wanted(what.to, what.attempt)) return;
  auto how = shared->ports.local->offer(what.part, what.what, what.only_copy);
  for (auto& one : core->on_offer(what.to, what.attempt, how, now()))
    todo.push_back(std::move(one));
}

void router_state::carry_out(act::store& what) {
  std::vector<inbox_item> items;
  items.reserve(what.items.size());
  for (auto& one : what.items)
    items.push_back({one.part, one.what});
  auto done = [mailbox = shared->mailbox, given = what.items](std::vector<inbox_answer> how) {
    mailbox->post(store_ended{given, std::move(how)});
  };
  shared->ports.inbox->store(std::move(items), std::move(done));
}

void router_state::carry_out(act::answer& what) {
  auto found = waiting.find(what.to);
  auto done = std::move(found->second);
  waiting.erase(found);
  done(std::move(what.what));
}

void router_state::after_turn() {
  {
    std::lock_guard lock{shared->counters_mutex};
    shared->counters = core->counters();
  }
  auto due = core->next_wake();
  if (!due || (timer && *timer <= *due)) return;
  timer = *due;
  auto wait = std::max(*due - now(), steady_time::duration{std::chrono::milliseconds{1}});
  self->delayed_send(self, wait, wake_up{});
}

void router_state::close() {
  run(core->stop());
}

} // namespace recado::cluster
