#include "runtime/actor/supervisor.hpp"

#include <array>
#include <caf/actor_cast.hpp>
#include <caf/actor_system.hpp>
#include <caf/send.hpp>
#include <caf/system_messages.hpp>

#include "runtime/actor/supervisor_state.hpp"
#include "runtime/observe/log.hpp"
#include "runtime/policy/retry.hpp"

namespace recado::actor {
namespace {

/// Kill that overtakes the mail: an ordinary exit message waits behind a full mailbox.
void kill_now(const caf::actor& child) {
  caf::anon_send<caf::message_priority::high>(
    child, caf::exit_msg{child.address(), caf::exit_reason::kill});
}

bool failure(restart when, const caf::error& reason) {
  return when == restart::permanent || (reason && reason != caf::exit_reason::user_shutdown);
}

supervisor_actor::behavior_type
supervisor(supervisor_actor::stateful_pointer<supervisor_state> self, supervisor_config config,
           std::vector<child_spec> specs) {
  child_setup(self);
  auto& state = self->state;
  state.all_failures = policy::intensity{config.in_total};
  state.config = std::move(config);
  self->set_down_handler([&state](caf::down_msg& down) { state.on_down(down); });
  self->set_exit_handler([&state](caf::exit_msg& exit) { state.begin_stop(exit.reason); });
  state.start_all(std::move(specs));
  return {
    [&state](add_child& add) { return state.add(std::move(add.spec)); },
    [&state](const remove_child& what) { return state.remove(what.name); },
    [&state](const find_child& what) { return state.find(what.name); },
    [&state](const list_children&) { return state.list(); },
    [&state](const restart_due& due) { state.restart_now(due); },
    [&state](const child_overdue& due) { state.on_child_overdue(due); },
    [&state](const all_overdue&) { state.on_all_overdue(); },
  };
}

} // namespace

std::string_view to_string(child_event::kind what) noexcept {
  static constexpr std::array<std::string_view, 6> names{"started",   "failed", "ended",
                                                         "escalated", "killed", "given_up"};
  return names[static_cast<std::size_t>(what)];
}

supervisor_actor supervise(caf::actor_system& system, supervisor_config config,
                           std::vector<child_spec> children) {
  return system.spawn(supervisor, std::move(config), std::move(children));
}

child_spec subtree(supervisor_config config, std::vector<child_spec> children, restart when) {
  auto name = config.name;
  auto deadline = config.stop_all + 2 * timeout::kill_grace;
  auto start = [config = std::move(config), children = std::move(children)](caf::actor_system& s) {
    return caf::actor_cast<caf::actor>(supervise(s, config, children));
  };
  return {std::move(name), std::move(start), when, deadline};
}

supervisor_state::~supervisor_state() {
  // Empty unless we were killed, or a handler of ours threw: nobody may outlive us unsupervised.
  for (auto& [id, child] : children)
    if (child.handle) kill_now(child.handle);
}

void supervisor_state::start_all(std::vector<child_spec> specs) {
  for (auto& spec : specs) {
    if (by_name.count(spec.name) > 0)
      return begin_stop(to_error({ec::conflict, "two children are named " + spec.name}));
    auto id = insert(std::move(spec));
    if (auto why = try_start(id)) on_failure(id, *why);
    if (stopping) return;
  }
}

caf::result<caf::actor> supervisor_state::add(child_spec spec) {
  if (stopping) return to_error({ec::shutting_down});
  if (by_name.count(spec.name) > 0) return to_error({ec::conflict, spec.name + " exists"});
  auto id = insert(std::move(spec));
  auto& child = children.at(id);
  if (auto why = try_start(id)) {
    auto problem_text = child.spec.name + " did not start: " + *why;
    forget(children.find(id));
    return to_error({ec::internal, std::move(problem_text)});
  }
  return child.handle;
}

caf::result<child_info> supervisor_state::remove(const std::string& child) {
  auto found = lookup(child);
  if (found == children.end()) return to_error({ec::not_found, child});
  if (found->second.at != stage::running)
    return to_error({ec::conflict, child + " is being stopped"});
  auto promise = self->make_response_promise<child_info>();
  found->second.removed.emplace(promise);
  ask_to_stop(found->first);
  return promise;
}

caf::result<caf::actor> supervisor_state::find(const std::string& child) const {
  auto found = by_name.find(child);
  if (found == by_name.end()) return to_error({ec::not_found, child});
  const auto& handle = children.at(found->second).handle;
  if (!handle) return to_error({ec::owner_unavailable, child + " waits for its restart"});
  return handle;
}

std::vector<child_info> supervisor_state::list() const {
  std::vector<child_info> out;
  out.reserve(children.size());
  for (const auto& [id, child] : children)
    out.push_back(info(child));
  return out;
}

void supervisor_state::restart_now(const restart_due& due) {
  auto found = children.find(due.child);
  if (stopping || found == children.end() || found->second.handle) return;
  if (auto why = try_start(due.child)) on_failure(due.child, *why);
}

void supervisor_state::on_child_overdue(const child_overdue& due) {
  auto found = children.find(due.child);
  if (found == children.end() || found->second.timer != due.timer) return;
  if (found->second.at == stage::asked_to_stop)
    kill(due.child);
  else
    give_up(due.child);
}

void supervisor_state::on_all_overdue() {
  observe::log_warn("stop-overdue", "{}: {} children left, killing them", config.name,
                    children.size());
  for (auto& [id, child] : children)
    if (child.at != stage::killed) kill(id);
}

void supervisor_state::on_down(const caf::down_msg& down) {
  auto found = by_address.find(down.source);
  if (found == by_address.end()) return;
  auto id = found->second;
  by_address.erase(found);
  auto at = children.find(id);
  auto& child = at->second;
  child.handle = nullptr;
  auto expected = stopping || child.at != stage::running;
  if (!expected && failure(child.spec.when, down.reason))
    return on_failure(id, describe(down.reason));
  observe::log_debug("child-ended", "{}/{}: {}", config.name, child.spec.name,
                     describe(down.reason));
  emit(child, child_event::kind::ended);
  forget(at);
  if (stopping) stop_next();
}

void supervisor_state::begin_stop(caf::error reason) {
  if (stopping) return;
  stopping = std::move(reason);
  for (auto at = children.begin(); at != children.end();) {
    auto next = std::next(at);
    if (!at->second.handle) forget(at); // it waited for its restart
    at = next;
  }
  self->delayed_send(self, config.stop_all, all_overdue{});
  stop_next();
}

std::uint64_t supervisor_state::insert(child_spec spec) {
  auto id = next_id++;
  by_name.emplace(spec.name, id);
  children.emplace(id,
                   slot{std::move(spec), policy::intensity{config.per_child}, {}, {}, 0, 0, {}});
  return id;
}

/// The reason why it did not start, or nothing.
std::optional<std::string> supervisor_state::try_start(std::uint64_t id) {
  auto& child = children.at(id);
  ++child.starts;
  try {
    child.handle = child.spec.start(self->system());
  } catch (const std::exception& thrown) {
    return thrown.what();
  } catch (...) {
    return "an unknown exception";
  }
  if (!child.handle) return "its start function returned no actor";
  by_address[child.handle.address()] = id;
  self->monitor(child.handle);
  emit(child, child_event::kind::started);
  return std::nullopt;
}

void supervisor_state::on_failure(std::uint64_t id, const std::string& why) {
  auto at = children.find(id);
  auto& child = at->second;
  emit(child, child_event::kind::failed);
  observe::log_warn("child-failed", "{}/{}: {}", config.name, child.spec.name, why);
  if (child.spec.when == restart::temporary) return forget(at);
  auto now = self->clock().now();
  auto calm = all_failures.note(now); // both must note it
  if (!child.failures.note(now) || !calm) return escalate(child, why);
  auto n = static_cast<std::uint32_t>(child.failures.recent(now));
  auto wait =
    policy::exponential(config.backoff_first, config.backoff_factor, config.backoff_max, n);
  self->delayed_send(self, wait, restart_due{id});
}

void supervisor_state::escalate(const slot& child, const std::string& why) {
  emit(child, child_event::kind::escalated);
  observe::log_error("supervisor-escalates", "{} stops: {} failed too often: {}", config.name,
                     child.spec.name, why);
  begin_stop(to_error({ec::internal, child.spec.name + " failed too often: " + why}));
}

void supervisor_state::ask_to_stop(std::uint64_t id) {
  auto at = children.find(id);
  auto& child = at->second;
  if (!child.handle) return forget(at);
  child.at = stage::asked_to_stop;
  self->send_exit(child.handle, caf::exit_reason::user_shutdown);
  self->delayed_send(self, child.spec.stop_deadline, child_overdue{id, ++child.timer});
}

void supervisor_state::kill(std::uint64_t id) {
  auto& child = children.at(id);
  child.at = stage::killed;
  emit(child, child_event::kind::killed);
  observe::log_warn("child-killed", "{}/{} did not stop in time", config.name, child.spec.name);
  kill_now(child.handle);
  self->delayed_send(self, timeout::kill_grace, child_overdue{id, ++child.timer});
}

/// It blocks inside a handler and cannot even be killed: we go on without it.
void supervisor_state::give_up(std::uint64_t id) {
  auto at = children.find(id);
  auto& child = at->second;
  emit(child, child_event::kind::given_up);
  observe::log_error("child-given-up", "{}/{} does not die", config.name, child.spec.name);
  self->demonitor(child.handle);
  by_address.erase(child.handle.address());
  forget(at);
  if (stopping) stop_next();
}

void supervisor_state::forget(slots::iterator child) {
  child->second.handle = nullptr;
  if (child->second.removed) (*child->second.removed)(info(child->second));
  by_name.erase(child->second.spec.name);
  children.erase(child);
}

/// The youngest child that still runs goes first; the next one when it has ended.
void supervisor_state::stop_next() {
  while (!children.empty()) {
    auto youngest = std::prev(children.end());
    if (youngest->second.at != stage::running) return; // already on its way
    ask_to_stop(youngest->first);
  }
  self->quit(*stopping);
}

supervisor_state::slots::iterator supervisor_state::lookup(const std::string& child) {
  auto found = by_name.find(child);
  return found == by_name.end() ? children.end() : children.find(found->second);
}

void supervisor_state::emit(const slot& child, child_event::kind what) const {
  if (config.on_event) config.on_event({config.name, child.spec.name, what});
}

child_info supervisor_state::info(const slot& child) const {
  return {child.spec.name, child.handle != nullptr, child.starts};
}

} // namespace recado::actor
