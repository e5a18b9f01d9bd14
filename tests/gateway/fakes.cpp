#include "fakes.hpp"
#include "schemas/deliveries.hpp"

#include "gateway/auth/secret.hpp"

#include <algorithm>
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

// --- clients, users ----------------------------------------------------------------------------

class fake_clients final : public client_service {
public:
  explicit fake_clients(world& w) : w_(w) {}
  void find(const client_id& id, on_result<client_record> done) override {
    w_.worker_.post([this, id, done] {
      auto at = w_.clients_.find(id);
      if (at == w_.clients_.end())
        done(fail(ec::invalid_client));
      else
        done(at->second);
    });
  }
  void create(client_record record, on_result<client_record> done) override { done(record); }
  void rotate(const client_id&, std::string, on_result<client_record> done) override {
    done(fail(ec::internal));
  }
  void list(on_result<std::vector<client_record>> done) override {
    done(std::vector<client_record>{});
  }
  void signing_keys(signing_key fresh, on_result<std::vector<signing_key>> done) override {
    w_.worker_.post([this, fresh, done] {
      if (w_.keys_.empty()) w_.keys_.push_back(fresh);
      done(w_.keys_);
    });
  }

private:
  world& w_;
};

class fake_directory final : public directory_service {
public:
  explicit fake_directory(world& w) : w_(w) {}
  void put_user(const client_id& client, const user_id& user, user_fields fields,
                on_result<upserted<user_record>> done) override {
    run([this, client, user, fields, done] {
      auto [at, fresh] = w_.users_.try_emplace({client, user});
      if (at->second.deleted) return done(fail(ec::user_deleted));
      auto& record = at->second.record;
      if (fresh) record = {user, {}, w_.tick(), {}};
      record.fields = fields;
      record.updated_at = w_.tick();
      done(upserted<user_record>{record, fresh});
    });
  }
  void get_user(const client_id& client, const user_id& user,
                on_result<user_record> done) override {
    run([this, client, user, done] {
      auto* found = find(client, user);
      if (found)
        done(found->record);
      else
        done(fail(ec::user_not_found));
    });
  }
  void is_deleted(const client_id& client, const user_id& user, on_result<bool> done) override {
    run([this, client, user, done] {
      auto found = w_.users_.find({client, user});
      done(found != w_.users_.end() && found->second.deleted);
    });
  }
  void delete_user(const client_id& client, const user_id& user, on_result<bool> done) override {
    run([this, client, user, done] {
      auto* found = find(client, user);
      if (!found) return done(fail(ec::user_not_found));
      found->deleted = true;
      done(true);
    });
  }
  void list_users(const client_id& client, std::string after, std::size_t limit,
                  on_result<page<user_record>> done) override {
    run([this, client, after, limit, done] {
      page<user_record> out;
      for (const auto& [key, each] : w_.users_) {
        if (key.first != client || each.deleted || key.second.value <= after) continue;
        if (out.items.size() == limit) {
          out.next = out.items.back().id.value;
          break;
        }
        out.items.push_back(each.record);
      }
      done(out);
    });
  }
  void put_identity(const client_id& client, const user_id& user, identity_fields fields,
                    on_result<upserted<identity_record>> done) override {
    run([this, client, user, fields, done] {
      for (const auto& [key, each] : w_.users_)
        if (auto own = each.identities.find(fields.channel);
            key.first == client && key.second != user && own != each.identities.end() &&
            own->second.fields.address == fields.address)
          return done(fail(ec::identity_taken));
      auto& person = w_.users_[{client, user}];
      person.record.id = user;
      auto [at, fresh] = person.identities.try_emplace(fields.channel);
      at->second = {fields, w_.tick()};
      done(upserted<identity_record>{at->second, fresh});
    });
  }
  void delete_identity(const client_id& client, const user_id& user, std::string channel,
                       on_result<bool> done) override {
    run([this, client, user, channel, done] {
      auto* found = find(client, user);
      if (!found)
        done(fail(ec::user_not_found));
      else if (found->identities.erase(channel) == 0)
        done(fail(ec::identity_not_found));
      else
        done(true);
    });
  }
  void list_identities(const client_id& client, const user_id& user,
                       on_result<std::vector<identity_record>> done) override {
    run([this, client, user, done] {
      auto* found = find(client, user);
      if (!found) return done(fail(ec::user_not_found));
      std::vector<identity_record> out;
      for (const auto& [channel, each] : found->identities)
        out.push_back(each);
      done(out);
    });
  }

private:
  world::person* find(const client_id& client, const user_id& user) {
    auto at = w_.users_.find({client, user});
    return at == w_.users_.end() || at->second.deleted ? nullptr : &at->second;
  }
  void run(std::function<void()> what) { w_.worker_.post(std::move(what)); }
  world& w_;
};

// --- history -----------------------------------------------------------------------------------

void world::fill_statuses(message_record& record, const conversation_state& in) const {
  least_advanced all;
  for (const auto& [user, member] : in.members) {
    if (user == record.view.from || !member.had(record.view.seq)) continue;
    auto state = member.read_seq >= record.view.seq        ? status::read
                 : member.delivered_seq >= record.view.seq ? status::delivered
                                                           : status::sent;
    all.add(state);
    delivery_record one;
    one.id = in_app_delivery(record.view.id, user);
    one.recipient = user;
    one.state = state;
    one.updated_at = record.view.created_at;
    record.deliveries.push_back(std::move(one));
  }
  record.deliveries_total = static_cast<std::int32_t>(record.deliveries.size());
  record.state = all.value().value_or(status::sent);
}

class fake_history final : public history_service {
public:
  explicit fake_history(world& w) : w_(w) {}

  void conversation(const client_id& client, const conversation_id& id, const user_id& viewer,
                    on_result<conversation_record> done) override {
    run([this, client, id, viewer, done] {
      const auto* found = find(client, id);
      if (!found || (!viewer.empty() && !active(*found, viewer)))
        return done(fail(ec::conversation_not_found));
      done(record_of(*found));
    });
  }
  void conversations(const client_id& client, const user_id& member,
                     std::optional<conversation_type> type, std::string after, std::size_t limit,
                     on_result<page<conversation_record>> done) override {
    run([this, client, member, type, after, limit, done] {
      page<conversation_record> out;
      std::size_t skip = after.empty() ? 0 : std::stoul(after), seen = 0;
      for (auto at = w_.order_.rbegin(); at != w_.order_.rend(); ++at) {
        const auto& each = w_.conversations_.at(*at);
        bool listed = type ? each.type == *type : each.type != conversation_type::direct;
        if (at->client != client || !listed || (!member.empty() && !active(each, member))) continue;
        if (seen++ < skip) continue;
        if (out.items.size() == limit) {
          out.next = std::to_string(skip + limit);
          break;
        }
        out.items.push_back(record_of(each));
      }
      done(out);
    });
  }
  void messages(const client_id& client, const conversation_id& id, const user_id& viewer,
                range which, on_result<page<message_record>> done) override {
    run([this, client, id, viewer, which, done] {
      const auto* found = find(client, id);
      if (!found || (!viewer.empty() && !active(*found, viewer)))
        return done(fail(ec::conversation_not_found));
      std::vector<message_record> all;
      auto high = which.before_seq.value_or(found->last_seq + 1);
      for (auto seq = which.since_seq.value_or(0) + 1; seq < high && seq <= found->last_seq; ++seq)
        if (viewer.empty() || found->members.at(viewer).had(seq))
          all.push_back(at(found->key, seq));
      bool down = which.before_seq && !which.since_seq;
      page<message_record> out;
      bool more = all.size() > which.limit;
      if (more) {
        if (down)
          all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(which.limit));
        else
          all.resize(which.limit);
        out.next = std::to_string(down ? all.front().view.seq : all.back().view.seq);
      }
      out.items = std::move(all);
      done(out);
    });
  }
  void message(const client_id& client, const message_id& id, const user_id& viewer,
               on_result<message_record> done) override {
    run([this, client, id, viewer, done] {
      for (const auto& [what, unused] : w_.inbox_)
        if (const auto* send = std::get_if<send_message>(&what.body); send && send->message == id) {
          message_record out;
          out.view = {id,
                      what.conversation,
                      0,
                      send->from,
                      send->payload,
                      send->metadata,
                      what.priority,
                      what.received_at,
                      {}};
          out.state = status::queued;
          return done(out);
        }
      auto found = w_.messages_.find({client, id});
      if (found == w_.messages_.end()) return done(fail(ec::message_not_found));
      auto out = found->second.record;
      const auto* in = find(client, out.view.conversation);
      if (!viewer.empty() &&
          !(in && active(*in, viewer) && in->members.at(viewer).had(out.view.seq)))
        return done(fail(ec::message_not_found));
      if (in) w_.fill_statuses(out, *in);
      done(out);
    });
  }
  void message_history(const client_id& client, const message_id& id, const user_id& viewer,
                       std::string, std::size_t, on_result<page<history_record>> done) override {
    message(client, id, viewer, [done](result<message_record> got) {
      if (!got) return done(failure{got.error()});
      page<history_record> out;
      for (const auto& each : got->deliveries) {
        history_record line;
        line.at = each.updated_at;
        line.recipient = each.recipient;
        line.state = each.state;
        out.items.push_back(std::move(line));
      }
      done(out);
    });
  }
  void search(const client_id& client, const user_id&, message_filter filter, std::string after,
              std::size_t limit, on_result<page<message_record>> done) override {
    run([this, client, filter, after, limit, done] {
      std::vector<message_record> all;
      for (const auto& [key, each] : w_.messages_)
        if (key.first == client &&
            (!filter.conversation || each.record.view.conversation == *filter.conversation) &&
            (!filter.user || each.record.view.from == *filter.user))
          all.push_back(each.record);
      std::sort(all.begin(), all.end(),
                [](const auto& a, const auto& b) { return a.view.created_at > b.view.created_at; });
      std::size_t from = after.empty() ? 0 : std::stoul(after),
                  to = std::min(from + limit, all.size());
      page<message_record> out;
      out.items.assign(all.begin() + static_cast<std::ptrdiff_t>(from),
                       all.begin() + static_cast<std::ptrdiff_t>(to));
      if (to < all.size()) out.next = std::to_string(to);
      done(out);
    });
  }
  void memberships(const client_id& client, const user_id& user,
                   on_result<std::vector<membership>> done) override {
    run([this, client, user, done] {
      std::vector<membership> out;
      for (const auto& [key, each] : w_.conversations_) {
        if (key.client != client || (!user.empty() && !active(each, user))) continue;
        auto joined = user.empty() ? 0 : each.members.at(user).joined_seq;
        out.push_back({key.conversation, joined, {}, each.last_seq, each.rev});
      }
      done(out);
    });
  }
  void receipts_since(const client_id& client, const conversation_id& id, std::int64_t,
                      on_result<std::vector<receipt_position>> done) override {
    run([this, client, id, done] {
      const auto* found = find(client, id);
      if (!found) return done(fail(ec::conversation_not_found));
      std::vector<receipt_position> out;
      for (const auto& [user, member] : found->members) {
        if (member.delivered_seq > member.joined_seq)
          out.push_back({user, receipt_kind::delivered, member.delivered_seq, w_.clock_});
        if (member.read_seq > member.joined_seq)
          out.push_back({user, receipt_kind::read, member.read_seq, w_.clock_});
      }
      done(out);
    });
  }

private:
  void run(std::function<void()> what) {
    w_.worker_.post([this, what = std::move(what)] {
      std::lock_guard lock{w_.mutex_};
      what();
    });
  }
  const conversation_state* find(const client_id& client, const conversation_id& id) {
    auto found = w_.conversations_.find({client, id});
    return found == w_.conversations_.end() ? nullptr : &found->second;
  }
  static bool active(const conversation_state& in, const user_id& user) {
    auto found = in.members.find(user);
    return found != in.members.end() && found->second.active();
  }
  message_record at(const conversation_key& key, std::int64_t seq) {
    auto out = w_.messages_.at({key.client, w_.by_seq_.at({key, seq})}).record;
    w_.fill_statuses(out, w_.conversations_.at(key));
    return out;
  }
  static conversation_record record_of(const conversation_state& from) {
    conversation_record out{from.key.conversation, from.type,     from.title, {},
                            from.metadata,         from.last_seq, from.rev,   from.created_at};
    for (const auto& [user, member] : from.members)
      if (member.active())
        out.members.push_back({user, member.role, member.joined_at, member.joined_seq});
    return out;
  }
  world& w_;
};

// --- the rest ----------------------------------------------------------------------------------

class fake_idempotency final : public idempotency_service {
public:
  explicit fake_idempotency(world& w) : w_(w) {}
  void find(const client_id& client, std::string route, std::string key, request_hash hash,
            on_result<std::optional<stored_answer>> done) override {
    w_.worker_.post([this, place = std::tuple{client, route, key}, hash, done] {
      auto found = w_.kept_.find(place);
      if (found == w_.kept_.end())
        done(std::optional<stored_answer>{});
      else if (found->second.first != hash)
        done(fail(ec::idempotency_mismatch));
      else
        done(std::optional{found->second.second});
    });
  }
  void keep(const client_id& client, std::string route, std::string key, request_hash hash,
            stored_answer answer, on_result<bool> done) override {
    w_.worker_.post([this, place = std::tuple{client, route, key}, hash, answer, done] {
      w_.kept_.emplace(place, std::pair{hash, answer});
      done(true);
    });
  }

private:
  world& w_;
};

class fake_watches final : public watch_service {
public:
  explicit fake_watches(world& w) : w_(w) {}
  void watch(std::vector<item> items, on_result<std::vector<position>> done) override {
    w_.worker_.post([this, items = std::move(items), done] {
      std::vector<position> out;
      {
        std::lock_guard lock{w_.mutex_};
        for (const auto& each : items) {
          w_.watches_.insert(each);
          auto found = w_.conversations_.find({each.client, each.conversation});
          if (found != w_.conversations_.end())
            out.push_back({each, found->second.last_seq, found->second.rev});
        }
      }
      done(out);
    });
  }
  void unwatch(std::vector<item> items) override {
    w_.worker_.post([this, items = std::move(items)] {
      std::lock_guard lock{w_.mutex_};
      for (const auto& each : items)
        w_.watches_.erase(each);
    });
  }
  void listen(std::function<void(const event_batch&)> events,
              std::function<void()> doubt) override {
    w_.on_events_ = std::move(events);
    w_.on_doubt_ = std::move(doubt);
  }

private:
  world& w_;
};

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

/// One node that owns one partition.
class fake_cluster final : public cluster_service {
public:
  void view(on_result<cluster_record> done) override {
    cluster_record out;
    out.nodes.push_back(node_);
    out.partitions.push_back({0,
                              node_.id,
                              {},
                              3,
                              cluster_record::partition_state::owned,
                              std::array<std::int64_t, 3>{0, 1, 2},
                              4,
                              {}});
    done(std::move(out));
  }
  void drain(std::string node, bool yes, on_result<cluster_record::node> done) override {
    if (node != node_.id) return done(fail(ec::not_found));
    if (yes) return done(fail(ec::conflict));
    done(node_);
  }

private:
  cluster_record::node node_{"n1", 7, cluster_record::node_state::live, "http://127.0.0.1:1", "0",
                             1,    80};
};

services world::below() {
  // They live as long as the world: what they posted may still run after the gateway is gone.
  services_.commands = std::make_shared<fake_commands>(*this);
  services_.clients = std::make_shared<fake_clients>(*this);
  services_.directory = std::make_shared<fake_directory>(*this);
  services_.history = std::make_shared<fake_history>(*this);
  services_.idempotency = std::make_shared<fake_idempotency>(*this);
  services_.watches = std::make_shared<fake_watches>(*this);
  services_.cluster = std::make_shared<fake_cluster>();
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
