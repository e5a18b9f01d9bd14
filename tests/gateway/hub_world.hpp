#pragma once
/// The hub against a simulated cluster that loses, repeats and delays what it may lose, repeat and
/// delay: every session gets every message of its membership once and in order.
#include "gateway/realtime/hub_core.hpp"

#include <boost/test/unit_test.hpp>
#include <random>

namespace recado::realtime::test {

struct timeline { ///< one conversation as the owner knows it
  std::vector<message_view> messages;
  std::int64_t rev = 0;
  struct member {
    std::int64_t joined = 0;
    std::optional<std::int64_t> left;
  };
  std::map<user_id, member> members;
  std::map<user_id, std::int64_t> read;
  std::vector<status_record> statuses; ///< told apart by their provider_code
  std::int64_t last_seq() const { return static_cast<std::int64_t>(messages.size()); }
};

class simulation final : public hub_port {
public:
  struct session {
    user_id user;
    bool open = false;
    int receipts = 0;
    std::map<conversation_id, std::int64_t> start, start_rev, last;
    std::set<std::string> statuses;
    std::map<conversation_id, std::set<std::int64_t>> got;
  };

  explicit simulation(unsigned seed) : random(seed), hub(config(), *this) {}

  static realtime_config config() {
    realtime_config out;
    out.held_events_max = 4;
    out.fill_page = 3;
    out.reads_max = 2;
    return out;
  }

  // --- what the hub asks for: answered later, in any order between different calls
  void watch(std::uint64_t call, std::vector<item> items) override {
    later([this, call, items] {
      if (chance(8)) return hub.on_watched(call, fail(ec::owner_unavailable));
      std::vector<watch_service::position> out;
      for (const auto& each : items) {
        if (chance(8)) continue; // its owner does not answer
        watched.insert(each.conversation);
        const auto& in = rooms[each.conversation];
        out.push_back({each, in.last_seq(), in.rev});
      }
      hub.on_watched(call, out);
    });
  }
  void unwatch(std::vector<item> items) override {
    for (const auto& each : items)
      watched.erase(each.conversation);
  }
  void read_memberships(std::uint64_t call, const client_id&, const user_id& user) override {
    later([this, call, user] {
      if (chance(8)) return hub.on_memberships(call, fail(ec::store_unavailable));
      std::vector<membership> out;
      for (const auto& [id, in] : rooms) {
        if (user.empty())
          out.push_back({id, 0, {}, in.last_seq(), in.rev});
        else if (auto own = in.members.find(user); own != in.members.end() && !own->second.left)
          out.push_back({id, own->second.joined, {}, in.last_seq(), in.rev});
      }
      hub.on_memberships(call, out);
    });
  }
  void read_conversation(std::uint64_t call, const item& what) override {
    later([this, call, what] {
      if (chance(8)) return hub.on_conversation(call, fail(ec::store_unavailable));
      const auto& in = rooms[what.conversation];
      conversation_record out;
      out.last_seq = in.last_seq();
      out.rev = in.rev;
      for (const auto& [user, member] : in.members)
        if (!member.left) out.members.push_back({user, member_role::member, {}, member.joined});
      hub.on_conversation(call, out);
    });
  }
  void read_messages(std::uint64_t call, const item& what, std::int64_t since,
                     std::size_t limit) override {
    later([this, call, what, since, limit] {
      if (chance(8)) return hub.on_messages(call, fail(ec::store_unavailable));
      page<message_record> out;
      for (const auto& each : rooms[what.conversation].messages)
        if (each.seq > since && out.items.size() < limit)
          out.items.push_back({each, status::sent, {}, {}, 0});
      hub.on_messages(call, out);
    });
  }
  void read_shared(std::uint64_t call, const client_id&, std::vector<user_id> users) override {
    later([this, call, users] {
      if (chance(8)) return hub.on_shared(call, fail(ec::store_unavailable));
      std::vector<shared_place> out;
      for (const auto& [id, in] : rooms)
        for (const auto& user : users)
          if (auto own = in.members.find(user); own != in.members.end() && !own->second.left)
            out.push_back({user, id});
      hub.on_shared(call, out);
    });
  }
  void read_receipts(std::uint64_t call, const item& what, std::int64_t) override {
    later([this, call, what] {
      if (chance(8)) return hub.on_receipts(call, fail(ec::store_unavailable));
      std::vector<receipt_position> out;
      for (const auto& [user, seq] : rooms[what.conversation].read)
        out.push_back({user, receipt_kind::read, seq, {}});
      hub.on_receipts(call, out);
    });
  }
  void read_statuses(std::uint64_t call, const item& what,
                     history_service::revisions which) override {
    later([this, call, what, which] {
      if (chance(8)) return hub.on_statuses(call, fail(ec::store_unavailable));
      std::vector<status_record> out;
      for (const auto& each : rooms[what.conversation].statuses) {
        if (each.rev <= which.since_rev || each.rev > which.up_to_rev) continue;
        if (out.size() >= which.limit && each.rev != out.back().rev) break;
        out.push_back(each);
      }
      hub.on_statuses(call, out);
    });
  }
  void opened(const session_id& id, result<void> outcome) override {
    BOOST_REQUIRE(outcome);
    auto& who = sessions.at(id);
    who.open = true;
    for (const auto& [where, in] : rooms) {
      who.start[where] = in.last_seq(); // nothing later may be missed
      who.start_rev[where] = in.rev;
    }
    // Whoever resumes now reads up to here: what lies above must be handed on.
    for (const auto& each : hub.standings(id))
      who.start[each.conversation] = std::min(who.start[each.conversation], each.last_seq);
  }
  void deliver(const session_id& id, const frame& what) override {
    auto& who = sessions.at(id);
    BOOST_REQUIRE(who.open);
    if (what.seq == 0) return take_other(who, *what.text);
    auto& last = who.last[what.conversation];
    if (what.seq <= last) { // a repeated join may repeat messages: session_core drops them
      ++repeats;
      return;
    }
    last = what.seq;
    who.got[what.conversation].insert(what.seq);
  }
  static void take_other(session& who, const std::string& text) {
    constexpr std::string_view code = "\"provider_code\":\"";
    auto at = text.find(code);
    if (at == text.npos) return void(++who.receipts);
    at += code.size();
    auto name = text.substr(at, text.find('"', at) - at);
    BOOST_REQUIRE_MESSAGE(who.statuses.insert(name).second, "status " << name << " came twice");
  }
  void wake_in(std::chrono::milliseconds) override {
    later([this] { hub.on_wake(); });
  }

  // --- what happens in the cluster
  void happen() {
    auto at = rooms.begin();
    std::advance(at, pick(rooms.size()));
    auto& in = at->second;
    std::vector<event> events;
    auto add = [&](event_body body) { events.push_back({client, at->first, 0, std::move(body)}); };
    for (auto n = 1 + pick(3); n > 0; --n) {
      user_id user{std::string(1, static_cast<char>('a' + pick(4)))};
      auto own = in.members.find(user);
      bool active = own != in.members.end() && !own->second.left;
      if (chance(12) && !active &&
          own == in.members.end()) { // a rejoin would need two stays to compare with
        in.members[user] = {in.last_seq(), {}};
        add(joined_event{user, member_role::member, in.last_seq(), {}});
      } else if (chance(20) && active) {
        own->second.left = in.last_seq();
        add(left_event{user, in.last_seq()});
      } else if (chance(5) && active && in.last_seq() > 0) {
        in.read[user] = in.last_seq();
        add(receipt_event{user, receipt_kind::read, in.last_seq(), {}});
      } else if (chance(2) && in.last_seq() > 0) {
        add(moved(in));
      } else {
        message_view said;
        if (active) said.from = user;
        said.id = message_id::make();
        said.conversation = at->first;
        said.seq = in.last_seq() + 1;
        in.messages.push_back(said);
        add(message_event{said, {}});
      }
    }
    ++in.rev;
    for (auto& each : events)
      each.rev = in.rev;
    publish(at->first, events);
  }

  /// One of its messages' deliveries has moved.
  status_event moved(timeline& in) {
    const auto& of = in.messages[pick(in.messages.size())];
    status_event out;
    out.message = of.id;
    out.seq = of.seq;
    out.sender = of.from;
    out.channel = "email";
    out.provider_code = "c" + std::to_string(++codes);
    in.statuses.push_back({in.rev + 1, out});
    return out;
  }

  void publish(const conversation_id& where, const std::vector<event>& events) {
    event_batch membership{{}, true}, all{events, false};
    for (const auto& each : events)
      if (std::holds_alternative<joined_event>(each.body) ||
          std::holds_alternative<left_event>(each.body))
        membership.events.push_back(each);
    bool lost = losing && chance(6);
    if (lost) in_doubt = true; // whoever loses events says so sooner or later
    if (lost) return;
    int times = chance(10) ? 2 : 1;
    for (int i = 0; i < times; ++i) {
      if (watched.contains(where)) deliver_events(all);
      if (!membership.events.empty()) deliver_events(membership);
    }
  }
  /// Events come in order, between other things.
  void deliver_events(event_batch batch) { wire.push_back(std::move(batch)); }

  void step() {
    auto what = pick(10);
    if (what < 3)
      happen();
    else if (what < 6 && !wire.empty()) {
      auto batch = std::move(wire.front());
      wire.pop_front();
      hub.on_events(batch);
    } else if (what < 9 && !pending.empty()) {
      auto at = pending.begin() + static_cast<std::ptrdiff_t>(pick(pending.size()));
      auto run = std::move(*at);
      pending.erase(at);
      run();
    } else if (in_doubt && chance(3)) {
      in_doubt = false;
      hub.on_doubt();
    } else if (chance(10)) {
      come_or_go();
    }
  }

  void come_or_go() {
    if (sessions.size() > 3 && chance(2)) {
      auto at = sessions.begin();
      std::advance(at, pick(sessions.size()));
      auto id = at->first;
      sessions.erase(at);
      hub.close(id);
      return;
    }
    auto id = uuid::v7();
    auto n = pick(5);
    user_id user{n == 4 ? std::string{} : std::string(1, static_cast<char>('a' + n))};
    sessions[id].user = user;
    hub.open(id, client, user);
  }

  void settle() {
    losing = false;
    for (int i = 0; i < 100'000 && !(wire.empty() && pending.empty() && !in_doubt); ++i) {
      if (!wire.empty()) {
        auto batch = std::move(wire.front());
        wire.pop_front();
        hub.on_events(batch);
      } else if (in_doubt) {
        in_doubt = false;
        hub.on_doubt();
      } else {
        auto run = std::move(pending.front());
        pending.pop_front();
        run();
      }
    }
    BOOST_REQUIRE(pending.empty());
  }

  void check() {
    for (auto& [id, who] : sessions) {
      BOOST_REQUIRE(who.open);
      for (auto& [where, in] : rooms) {
        auto from = who.start.contains(where) ? who.start.at(where) : 0;
        for (const auto& each : in.messages) {
          bool due = each.seq > from && is_due(in, who.user, each.seq, from);
          bool had = who.got[where].contains(each.seq);
          if (due)
            BOOST_REQUIRE_MESSAGE(had, "seq " << each.seq << " is missing for '" << who.user.value
                                              << "'");
          if (had)
            BOOST_REQUIRE_MESSAGE(may_have(in, who.user, each.seq),
                                  "seq " << each.seq << " is not for '" << who.user.value << "'");
        }
        check_statuses(who, where, in);
      }
    }
  }
  /// The sender's, and all for the client.
  static void check_statuses(const session& who, const conversation_id& where, const timeline& in) {
    auto from = who.start_rev.contains(where) ? who.start_rev.at(where) : 0;
    for (const auto& each : in.statuses) {
      const auto& name = each.what.provider_code;
      bool own = who.user.empty() || who.user == each.what.sender;
      bool due = own && each.rev > from && is_due(in, who.user, each.what.seq, from);
      bool had = who.statuses.contains(name);
      BOOST_REQUIRE_MESSAGE(had || !due,
                            "status " << name << " is missing for '" << who.user.value << "'");
      BOOST_REQUIRE_MESSAGE(own || !had,
                            "status " << name << " is not for '" << who.user.value << "'");
    }
  }
  static bool may_have(const timeline& in, const user_id& user, std::int64_t seq) {
    if (user.empty()) return true;
    auto own = in.members.find(user);
    return own != in.members.end() && seq > own->second.joined &&
           (!own->second.left || seq <= *own->second.left);
  }
  /// What somebody who has left was still owed may be lost if the events of it were.
  static bool is_due(const timeline& in, const user_id& user, std::int64_t seq, std::int64_t) {
    if (user.empty()) return true;
    auto own = in.members.find(user);
    return own != in.members.end() && !own->second.left && seq > own->second.joined;
  }

  void later(std::function<void()> what) { pending.push_back(std::move(what)); }
  bool chance(unsigned n) { return random() % n == 0; }
  std::size_t pick(std::size_t n) { return random() % n; }

  std::mt19937 random;
  client_id client = client_id::make();
  std::map<conversation_id, timeline> rooms;
  std::set<conversation_id> watched;
  std::map<session_id, session> sessions;
  std::deque<event_batch> wire;
  std::deque<std::function<void()>> pending;
  bool losing = true, in_doubt = false;
  int repeats = 0, codes = 0;
  hub_core hub;
};

} // namespace recado::realtime::test
