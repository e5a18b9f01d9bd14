#pragma once
/// A model of everything around the router, with faults: NATS that loses and repeats, owners that
/// crash and move, an inbox that fails. One seed is one history.
#include "cluster/router/router_core.hpp"

#include <map>
#include <random>
#include <set>
#include <string>

namespace recado::cluster::test {

using namespace std::chrono_literals;

struct faults {
  double lost_publish = 0.02; ///< acked but never delivered
  double bad_ack = 0.03;      ///< refused or unknown
  double twice = 0.05;        ///< delivered twice
  double lost_reply = 0.03;
  double overloaded = 0.02; ///< the owner sheds it
  double bad_store = 0.1;
  double link_flips = 0.01; ///< per step
  double owner_dies = 0.01;
  double owner_moves = 0.02;
  double new_stream = 0.002; ///< and what was in the old one is never read
};

class router_world {
public:
  static constexpr partition_id partitions = 3;

  router_world(std::uint64_t seed, router_config config, faults what)
    : random_(seed),
      faults_(what),
      core_(std::move(config)) {
    run(core_.on_link(true, now_));
    for (auto& part : parts_)
      part.alive = true;
  }

  void step() {
    now_ += std::chrono::microseconds{uniform(0, 20'000)};
    if (chance(link_ ? faults_.link_flips : 0.2)) flip_link();
    for (partition_id p = 0; p < partitions; ++p) {
      if (chance(parts_[p].alive ? faults_.owner_dies : 0.1)) die_or_live(p);
      if (chance(faults_.owner_moves)) move(p);
    }
    if (chance(faults_.new_stream)) renew_stream();
    if (chance(0.5)) submit();
    for (int i = 0; i < 3; ++i)
      happen();
    for (int i = 0; i < 2; ++i)
      decide(static_cast<partition_id>(uniform(0, partitions - 1)));
    if (chance(0.3)) beacon_all();
    if (chance(0.7)) run(core_.tick(now_));
  }

  /// No more faults, no more commands: everything must come to its end.
  void settle() {
    faults_ = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < 3000; ++i) {
      now_ += 10ms;
      for (int j = 0; j < 8; ++j)
        happen();
      for (partition_id p = 0; p < partitions; ++p)
        for (int j = 0; j < 4; ++j)
          decide(p);
      run(core_.tick(now_));
    }
  }

  /// What must hold at the end of every history; empty if it does.
  std::string broken() const {
    if (!complaint_.empty()) return complaint_;
    for (const auto& c : sent_)
      if (c.answers != 1) return "answered " + std::to_string(c.answers) + " times";
    if (core_.counters().outstanding != 0 || core_.counters().bytes != 0)
      return "something is left";
    return order();
  }

  std::size_t committed() const { return commits_.size(); }
  std::size_t submitted() const { return sent_.size(); }
  const router_counters& counters() const { return core_.counters(); }

private:
  struct submitted_command {
    command_id id;
    std::string chain; ///< empty: stands alone
    bool is_send = false;
    std::size_t submitted_at = 0;
    std::size_t answered_at = 0;
    int answers = 0;
  };
  struct part_state {
    bool alive = false;
    bool local = false;
    std::map<lane, std::deque<command_ptr>> stream;
    std::deque<command_ptr> direct;
    std::deque<command_ptr> inbox;
    std::deque<command_ptr> read; ///< the last few of the stream, for replays
  };

  bool chance(double p) { return std::uniform_real_distribution<double>{0, 1}(random_) < p; }
  int uniform(int from, int to) { return std::uniform_int_distribution<int>{from, to}(random_); }

  // --- what callers do
  void submit() {
    static const std::array<uuid, 3> sessions{uuid{}, uuid::v5({}, "a"), uuid::v5({}, "b")};
    static const client_id client{uuid::v5({}, "client")};
    auto session = sessions[static_cast<std::size_t>(uniform(0, 2))];
    auto talk = std::to_string(uniform(0, 3));
    for (int burst = uniform(1, 4); burst > 0; --burst) {
      command what;
      what.id = command_id{uuid::v5({}, "command" + std::to_string(sent_.size()))};
      what.id_made = chance(0.7);
      what.client = client;
      what.conversation = conversation_id{uuid::v5({}, talk)};
      what.priority = chance(0.8) ? lane::standard : lane::express;
      what.origin = session;
      bool is_send = chance(0.85);
      if (is_send) {
        send_message send;
        send.message = message_id{what.id.value};
        send.payload = send.metadata = "{}";
        what.body = std::move(send);
      } else {
        what.body = send_receipt{};
      }
      std::string chain;
      if (!session.nil()) chain = session.str() + talk + std::string{to_string(what.priority)};
      index_[what.id] = sent_.size();
      sent_.push_back({what.id, chain, is_send, ++moment_, 0, 0});
      run(core_.submit(sent_.size() - 1, std::move(what), session, now_));
    }
  }

  // --- what the router wants
  void run(router_actions actions) {
    std::deque<router_action> todo(actions.begin(), actions.end());
    while (!todo.empty()) {
      auto one = std::move(todo.front());
      todo.pop_front();
      auto more = std::visit([this](auto& what) { return carry_out(what); }, one);
      todo.insert(todo.end(), more.begin(), more.end());
    }
  }
  router_actions carry_out(act::publish& what) {
    check_copy(*what.what);
    copied_.insert(what.what->id);
    bool bad = chance(faults_.bad_ack) || !link_;
    auto ack = !bad          ? publish_ack::received
               : chance(0.5) ? publish_ack::refused
                             : publish_ack::unknown;
    bool arrives = ack == publish_ack::received ? !chance(faults_.lost_publish)
                                                : ack == publish_ack::unknown && chance(0.5);
    auto& queue = parts_[what.part].stream[what.what->priority];
    for (int n = arrives ? (chance(faults_.twice) ? 2 : 1) : 0; n > 0; --n)
      queue.push_back(what.what);
    later(
      [this, to = what.to, attempt = what.attempt, ack] { run(core_.on_ack(to, attempt, ack)); });
    return {};
  }
  router_actions carry_out(act::offer& what) {
    if (!core_.wanted(what.to, what.attempt)) return {};
    check_copy(*what.what);
    if (what.only_copy && (!what.what->id_made || copied_.contains(what.what->id)))
      complaint_ = "not the only copy";
    copied_.insert(what.what->id);
    auto& part = parts_[what.part];
    auto how = !part.alive || !part.local   ? offer_result::not_owner
               : chance(faults_.overloaded) ? offer_result::overloaded
                                            : offer_result::taken;
    if (how == offer_result::taken) part.direct.push_back(what.what);
    return core_.on_offer(what.to, what.attempt, how, now_);
  }
  router_actions carry_out(act::store& what) {
    auto good = what.items.size();
    if (chance(faults_.bad_store))
      good = static_cast<std::size_t>(uniform(0, static_cast<int>(good)));
    auto code = chance(0.5) ? ec::overloaded : ec::store_unavailable;
    bool perhaps = code == ec::store_unavailable && chance(0.5);
    for (const auto& item : what.items)
      copied_.insert(item.what->id);
    stores_.push_back([this, items = what.items, good, code, perhaps] {
      for (std::size_t i = 0; i < items.size(); ++i)
        if (i < good || perhaps) parts_[items[i].part].inbox.push_back(items[i].what);
      for (std::size_t i = 0; i < good; ++i)
        accepted_.insert(items[i].what->id);
      for (std::size_t i = 0; i < items.size(); ++i)
        run(core_.on_stored(items[i].to, items[i].attempt,
                            i < good ? inbox_answer{} : inbox_answer{fail(code)}, now_));
    });
    return {};
  }
  router_actions carry_out(act::answer& what) {
    auto& c = sent_.at(what.to);
    ++c.answers;
    c.answered_at = ++moment_;
    if (what.what.command != c.id) complaint_ = "an answer of another command";
    if (what.what.stored && !accepted_.contains(c.id)) complaint_ = "202 without the inbox";
    if (what.what.stored && !c.is_send) complaint_ = "202 for no send";
    if (what.what.ok() && !what.what.stored && !decided_.contains(c.id))
      complaint_ = "201 without a commit";
    if (what.what.code == ec::moved || what.what.code == ec::out_of_order ||
        what.what.code == ec::abandoned)
      complaint_ = "an internal code";
    return {};
  }
  void check_copy(const command& copy) {
    if (!index_.contains(copy.id)) complaint_ = "another id on the way";
    if (copy.after && !index_.contains(copy.after->command)) complaint_ = "an unknown predecessor";
  }

  // --- what the world does
  void later(std::function<void()> what) { events_.push_back(std::move(what)); }
  /// One event in any order, or the oldest store (they keep their order).
  void happen() {
    if (!stores_.empty() && chance(0.4)) {
      auto first = std::move(stores_.front());
      stores_.pop_front();
      return first();
    }
    if (events_.empty()) return;
    auto i = static_cast<std::size_t>(uniform(0, static_cast<int>(events_.size()) - 1));
    auto one = std::move(events_[i]);
    events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(i));
    one();
  }
  void answer(const command& what, ec code) {
    if (!link_ && !parts_[part_of(what)].local) return;
    for (int n = chance(faults_.lost_reply) ? 0 : chance(faults_.twice) ? 2 : 1; n > 0; --n)
      later([this, id = what.id, code] { run(core_.on_reply(refuse(id, code), now_)); });
  }
  static partition_id part_of(const command& what) {
    return partition_of(what.client, what.conversation, partitions);
  }
  void commit(const command_ptr& what) {
    if (decided_.insert(what->id).second) commits_.push_back(what->id);
  }
  /// The owner's rule: the inbox first; then, if the predecessor is decided, the command.
  void decide(partition_id p) {
    auto& part = parts_[p];
    if (!part.alive) return;
    if (!part.inbox.empty()) {
      commit(part.inbox.front());
      return part.inbox.pop_front();
    }
    auto* queue = &part.direct;
    if (auto pick = uniform(0, 2); pick > 0)
      queue = &part.stream[pick == 1 ? lane::standard : lane::express];
    if (queue->empty()) return;
    auto what = queue->front();
    queue->pop_front();
    if (queue != &part.direct) part.read.push_back(what);
    while (part.read.size() > 5)
      part.read.pop_front();
    if (decided_.contains(what->id)) return answer(*what, ec::none);
    if (chance(faults_.overloaded)) return answer(*what, ec::overloaded);
    if (what->after && !decided_.contains(what->after->command))
      return answer(*what, ec::out_of_order);
    commit(what);
    answer(*what, ec::none);
  }
  void flip_link() {
    link_ = !link_;
    run(core_.on_link(link_, now_));
  }
  void renew_stream() {
    for (auto& part : parts_)
      part.stream.clear();
    run(core_.on_new_stream(now_));
  }
  void die_or_live(partition_id p) {
    auto& part = parts_[p];
    part.alive = !part.alive;
    if (part.alive) { // the next owner reads again from the cursor
      for (auto it = part.read.rbegin(); it != part.read.rend(); ++it)
        part.stream[(*it)->priority].push_front(*it);
      part.read.clear();
      return;
    }
    part.direct.clear();
    if (chance(0.5)) tell_local();
  }
  void move(partition_id p) {
    auto& part = parts_[p];
    part.local = !part.local;
    for (const auto& what : part.direct)
      if (chance(0.8)) answer(*what, ec::moved);
    part.direct.clear();
    if (chance(0.7)) tell_local();
  }
  void tell_local() {
    std::vector<partition_id> mine;
    for (partition_id p = 0; p < partitions; ++p)
      if (parts_[p].alive && parts_[p].local) mine.push_back(p);
    run(core_.set_local(mine, now_));
  }
  void beacon_all() {
    beacon all{"other", 1, {}};
    for (partition_id p = 0; p < partitions; ++p)
      if (parts_[p].alive && chance(0.9)) all.partitions.push_back(p);
    if (link_) core_.on_beacon(all, now_);
  }

  /// Sends of one chain are committed in the order of their submission, unless the earlier one
  /// was answered before the later one was submitted.
  std::string order() const {
    std::map<std::string, std::vector<std::size_t>> done;
    for (const auto& id : commits_) {
      auto n = index_.at(id);
      if (!sent_[n].is_send || sent_[n].chain.empty()) continue;
      for (auto before : done[sent_[n].chain])
        if (before > n && sent_[n].answered_at > sent_[before].submitted_at)
          return "command " + std::to_string(before) + " overtook " + std::to_string(n);
      done[sent_[n].chain].push_back(n);
    }
    return {};
  }

  std::mt19937_64 random_;
  faults faults_;
  router_core core_;
  steady_time now_{1h};
  bool link_ = true;
  std::size_t moment_ = 0;
  std::array<part_state, partitions> parts_;
  std::vector<submitted_command> sent_;
  std::map<command_id, std::size_t> index_;
  std::set<command_id> copied_; ///< sent or stored, whether it arrived or not
  std::set<command_id> decided_, accepted_;
  std::vector<command_id> commits_;
  std::vector<std::function<void()>> events_;
  std::deque<std::function<void()>> stores_;
  std::string complaint_;
};

} // namespace recado::cluster::test
