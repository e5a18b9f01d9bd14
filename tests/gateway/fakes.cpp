#include "fakes_parts.hpp"
#include "gateway/auth/secret.hpp"

#include <future>

namespace recado::test {

worker::worker() : thread_([this] { run(); }) {}

worker::~worker() {
  {
    std::lock_guard lock{mutex_};
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void worker::post(std::function<void()> what) {
  {
    std::lock_guard lock{mutex_};
    queue_.push_back(std::move(what));
  }
  wake_.notify_one();
}

void worker::run() {
  std::unique_lock lock{mutex_};
  for (;;) {
    wake_.wait(lock, [this] { return ending_ || !queue_.empty(); });
    if (queue_.empty()) return;
    auto next = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    next();
    lock.lock();
  }
}

// --- commands ----------------------------------------------------------------------------------

wall_time world::tick() {
  return clock_ += std::chrono::milliseconds{1};
}

reply world::apply(const command& what) {
  if (instead)
    if (auto said = instead(what)) return *said;
  return decide_now(what);
}

reply world::decide_now(const command& what) {
  conversation_key key{what.client, what.conversation};
  conversation_state fresh;
  fresh.key = key;
  auto at = conversations_.find(key);
  const auto& state = at == conversations_.end() ? fresh : at->second;
  facts known;
  known.now = tick();
  for (const auto& [id, each] : messages_)
    known.messages[{id.first, id.second}] = {each.record.view.conversation,
                                             each.by,
                                             each.record.view.seq,
                                             each.record.view.from,
                                             each.hash,
                                             each.record.view.created_at,
                                             each.record.failure};
  for (const auto& [id, each] : users_)
    if (each.deleted) known.deleted_users.insert({id.first, id.second});
  if (auto before = applied_.find(what.id); before != applied_.end()) known.applied.insert(*before);
  auto taken = std::make_shared<undecided>();
  taken->what = what;
  undecided_ptr item = std::move(taken);
  auto done = decide(state, std::span{&item, 1}, known);
  auto next = state;
  adopt(next, done);
  if (done.changed) {
    if (at == conversations_.end()) order_.push_back(key);
    conversations_[key] = std::move(next);
  }
  for (const auto& row : done.messages) {
    const auto* send = std::get_if<send_message>(&what.body);
    messages_[{what.client, row.view.id}] = {
      {row.view, status::sent, row.failure, {}, 0}, what.id, send->hash};
    if (row.view.seq > 0) by_seq_[{key, row.view.seq}] = row.view.id;
  }
  for (const auto& user : done.bare_users)
    users_.try_emplace({what.client, user}, person{{user, {}, tick(), tick()}, false, {}});
  if (!done.events.empty()) publish({done.events});
  auto said = done.answers.front().what;
  if (done.answers.front().remember) applied_[what.id] = said;
  return said;
}

void world::publish(const event_batch& batch) {
  for (const auto& each : batch.events)
    if (const auto* moved = std::get_if<status_event>(&each.body))
      statuses_[{each.client, each.conversation}].push_back({each.rev, *moved});
  if (lose && lose(batch)) return;
  event_batch
    seen; // as the owner would send it: what this gateway watches, and all joins and leaves
  for (const auto& each : batch.events) {
    bool membership = std::holds_alternative<joined_event>(each.body) ||
                      std::holds_alternative<left_event>(each.body);
    if (membership || watches_.contains({each.client, each.conversation}))
      seen.events.push_back(each);
  }
  if (on_events_ && !seen.events.empty()) on_events_(seen);
}

class fake_commands final : public command_service {
public:
  explicit fake_commands(world& w) : w_(w) {}
  void submit(command what, const uuid&, on_reply done) override {
    w_.worker_.post([this, what = std::move(what), done = std::move(done)] {
      reply said;
      {
        std::lock_guard lock{w_.mutex_};
        w_.submitted_.push_back(what);
        if (w_.to_inbox && w_.to_inbox(what)) {
          said.stored = true;
          said.message = std::get<send_message>(what.body).message;
          w_.inbox_.emplace_back(what, nullptr);
        } else {
          said = w_.apply(what);
        }
      }
      done(std::move(said));
    });
  }
  void end_session(const uuid&) override {}

private:
  world& w_;
};

void world::empty_inbox() {
  worker_.post([this] {
    std::lock_guard lock{mutex_};
    for (auto& [what, unused] : std::exchange(inbox_, {}))
      decide_now(what);
  });
  sync();
}

world::world()
  : clock_(
      std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now())) {
  auto fresh = auth::make_secret();
  secret = fresh.text;
  client = {client_id::make(), "demo", "messages:read messages:write accounts:write", fresh.sha256,
            clock_};
  reader = {client_id::make(), "reader", "messages:read", fresh.sha256, clock_};
  admin = {client_id::make(), "admin", "messages:read messages:write accounts:write admin",
           fresh.sha256, clock_};
  for (const auto& each : {client, reader, admin})
    clients_[each.id] = each;
}

services world::below() {
  // They live as long as the world: what they posted may still run after the gateway is gone.
  services_.commands = std::make_shared<fake_commands>(*this);
  services_.clients = make_clients(*this);
  services_.directory = make_directory(*this);
  services_.history = make_history(*this);
  services_.idempotency = make_idempotency(*this);
  services_.watches = make_watches(*this);
  services_.cluster = make_cluster();
  services_.presence = make_presence(*this);
  services_.quotas = make_quotas(*this);
  return services_;
}

void world::doubt() {
  worker_.post([this] { on_doubt_(); });
}

void world::sync() {
  std::promise<void> done;
  worker_.post([&done] { done.set_value(); });
  done.get_future().wait();
}

std::vector<command> world::commands() {
  std::lock_guard lock{mutex_};
  return submitted_;
}

std::size_t world::watched() {
  std::lock_guard lock{mutex_};
  return watches_.size();
}

} // namespace recado::test
