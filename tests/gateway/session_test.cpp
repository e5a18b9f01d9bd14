#include "gateway/realtime/session_core.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

using namespace recado;
using namespace recado::realtime;
using object = nlohmann::json;

namespace {

message_view said(const conversation_id& where, std::int64_t seq, std::size_t text_bytes = 1) {
  message_view out;
  out.id = message_id::make();
  out.conversation = where;
  out.seq = seq;
  out.payload = R"({"type":"text","text":")" + std::string(text_bytes, 'x') + "\"}";
  out.metadata = "{}";
  return out;
}

/// A session whose surroundings are this test.
struct world final : session_port {
  explicit world(gateway_config with = {}) : config(std::move(with)), core(config, self, *this) {}

  void send(std::string text) override {
    queued += text.size();
    out.push_back(object::parse(text));
  }
  void close(int code, std::string) override { closed = code; }
  void consumed() override { ++eaten; }
  std::size_t queued_bytes() const override { return queued; }
  auth::authority::verdict verify(std::string_view token) override {
    if (token == "good") return {who};
    return {fail(ec::invalid_token)};
  }
  void attach(const auth::principal&) override { attaching = true; }
  void submit(std::uint64_t ticket, command what) override {
    submitted.emplace_back(ticket, std::move(what));
  }
  void ask_standings() override { ++asked; }
  void read_messages(const conversation_id& where, std::int64_t since, std::size_t limit) override {
    reads.push_back({where, since, limit});
  }
  void tell_typing(std::uint64_t, const typing&) override {}
  void tell_presence(std::uint64_t ticket, presence_status now) override {
    shown.emplace_back(ticket, now);
  }
  wall_time now() const override { return {}; }
  void wake_in(realtime::alarm what, std::chrono::milliseconds) override { alarms.push_back(what); }

  /// Authenticated, attached, past the grace.
  void begin() {
    core.start(who);
    core.on_attached({});
    core.on_alarm(realtime::alarm::grace_over);
    out.clear();
  }
  void text(const object& frame) { core.on_text(frame.dump()); }
  void live(const message_view& what, const uuid& origin = {}) {
    core.on_frame(frame_of(what, origin));
  }
  /// Answers the read that waits with everything from `all` that it asked for.
  void answer_read(const std::vector<message_view>& all) {
    auto asked_for = reads.back();
    page<message_record> got;
    for (const auto& each : all) {
      if (each.seq <= asked_for.since) continue;
      if (got.items.size() == asked_for.limit) {
        got.next = "more";
        break;
      }
      got.items.push_back({each, status::sent, {}, {}, 0});
    }
    core.on_page(got);
  }
  std::vector<std::int64_t> seqs() const {
    std::vector<std::int64_t> got;
    for (const auto& each : out)
      if (each.at("type") == "message") got.push_back(each.at("message").at("seq"));
    return got;
  }
  object send_frame(const conversation_id& where, const std::string& id) const {
    return {{"type", "send"},
            {"id", id},
            {"conversation_id", where.str()},
            {"payload", {{"type", "text"}, {"text", "x"}}}};
  }

  struct read {
    conversation_id where;
    std::int64_t since;
    std::size_t limit;
  };
  gateway_config config;
  session_id self = uuid::v7();
  auth::principal who{client_id::make(),
                      user_id{"ana"},
                      {auth::scope::messages_read, auth::scope::messages_write},
                      {}};
  std::vector<object> out;
  std::vector<std::pair<std::uint64_t, command>> submitted;
  std::vector<std::pair<std::uint64_t, presence_status>> shown;
  std::vector<read> reads;
  std::vector<realtime::alarm> alarms;
  std::size_t queued = 0;
  int closed = 0, eaten = 0, asked = 0;
  bool attaching = false;
  session_core core;
};

reply accepted(const command& to, std::int64_t seq) {
  reply out;
  out.command = to.id;
  out.conversation = to.conversation;
  out.message = std::get<send_message>(to.body).message;
  out.seq = seq;
  return out;
}

message_view event_of(const command& what, std::int64_t seq) {
  auto out = said(what.conversation, seq);
  out.id = std::get<send_message>(what.body).message;
  return out;
}

const conversation_id here = conversation_id::make();

object resume_from(std::int64_t seq) {
  return {{"type", "resume"}, {"id", "r"}, {"conversations", {{here.str(), seq}}}};
}

} // namespace

BOOST_AUTO_TEST_SUITE(a_session)

BOOST_AUTO_TEST_CASE(frames_sent_ahead_of_ready_are_answered_after_it) {
  world w;
  w.core.start(std::nullopt);
  w.text({{"type", "auth"}, {"id", "1"}, {"token", "good"}});
  BOOST_TEST(w.attaching);
  w.text({{"type", "presence"}, {"id", "2"}, {"status", "away"}});
  BOOST_TEST(w.out.empty());
  w.core.on_attached({});
  w.core.on_typed(w.shown.at(0).first, true);
  BOOST_REQUIRE_EQUAL(w.out.size(), 2U);
  BOOST_TEST(w.out[0].at("type") == "ready");
  BOOST_TEST(w.out[0].at("id") == "1");
  BOOST_TEST(w.out[1].at("id") == "2");
  BOOST_TEST(w.eaten == 2);
}

BOOST_AUTO_TEST_CASE(no_room_at_the_hub_closes_with_1013) {
  world w;
  w.core.start(w.who);
  w.core.on_attached(fail(ec::overloaded));
  BOOST_TEST(w.out.at(0).at("code") == "overloaded");
  BOOST_TEST(w.closed == 1013);
}

BOOST_AUTO_TEST_CASE(the_auth_timeout_counts_only_before_a_token) {
  world late, known;
  late.core.start(std::nullopt);
  late.core.on_alarm(realtime::alarm::auth_timeout);
  BOOST_TEST(late.closed == 4401);
  known.core.start(std::nullopt);
  known.text({{"type", "auth"}, {"token", "good"}});
  known.core.on_alarm(realtime::alarm::auth_timeout);
  BOOST_TEST(known.closed == 0);
}

BOOST_AUTO_TEST_CASE(live_frames_wait_for_the_grace_and_no_longer) {
  world w;
  w.core.start(w.who);
  w.core.on_attached({});
  w.live(said(here, 4));
  BOOST_TEST(w.seqs().empty());
  w.core.on_alarm(realtime::alarm::grace_over);
  BOOST_TEST(w.seqs() == std::vector<std::int64_t>{4}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_seq_never_comes_twice_or_goes_back) {
  world w;
  w.begin();
  for (std::int64_t seq : {3, 4, 4, 2, 5, 3})
    w.live(said(here, seq));
  BOOST_TEST(w.seqs() == (std::vector<std::int64_t>{3, 4, 5}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_own_message_is_not_echoed_whichever_comes_first) {
  world w;
  w.begin();
  w.text(w.send_frame(here, "1"));
  w.text(w.send_frame(here, "2"));
  auto [first, one] = w.submitted.at(0);
  auto [second, two] = w.submitted.at(1);
  w.live(event_of(one, 1), w.self); // the event before the ack
  w.core.on_reply(first, accepted(one, 1));
  w.core.on_reply(second, accepted(two, 2));
  w.live(event_of(two, 2)); // the ack before the event, read from the history
  w.live(said(here, 3));
  BOOST_TEST(w.seqs() == std::vector<std::int64_t>{3}, boost::test_tools::per_element());
  BOOST_TEST(w.out.at(0).at("seq") == 1);
  BOOST_TEST(w.out.at(1).at("seq") == 2);
  BOOST_TEST(w.eaten == 2);
}

BOOST_AUTO_TEST_CASE(a_presence_is_told_and_then_acknowledged) {
  world w;
  w.begin();
  w.text({{"type", "presence"}, {"id", "1"}, {"status", "away"}});
  w.text({{"type", "presence"}, {"id", "2"}, {"status", "online"}});
  BOOST_TEST(w.out.empty());
  BOOST_REQUIRE_EQUAL(w.shown.size(), 2U);
  BOOST_TEST((w.shown[0].second == presence_status::away));
  BOOST_TEST((w.shown[1].second == presence_status::online));
  for (const auto& [ticket, now] : w.shown)
    w.core.on_typed(ticket, true);
  BOOST_TEST(w.out.at(0) == object({{"type", "ack"}, {"id", "1"}}));
  BOOST_TEST(w.out.at(1).at("id") == "2");
  BOOST_TEST(w.eaten == 2);
}

BOOST_AUTO_TEST_CASE(a_client_itself_has_no_presence) {
  world w;
  w.who.user = {};
  w.begin();
  w.text({{"type", "presence"}, {"id", "1"}, {"status", "away"}});
  BOOST_TEST(w.out.at(0).at("status") == 422);
  BOOST_TEST(w.shown.empty());
  BOOST_TEST(w.eaten == 1);
}

BOOST_AUTO_TEST_CASE(an_id_that_is_too_long_is_called_so) {
  world w;
  w.begin();
  w.text({{"type", "presence"}, {"id", std::string(300, 'i')}, {"status", "away"}});
  BOOST_TEST(w.out.at(0).at("id").is_null());
  BOOST_TEST(w.out.at(0).at("detail") == "/id: at most 256 bytes");
  w.text({{"type", "presence"}, {"id", true}, {"status", "away"}});
  BOOST_TEST(w.out.at(1).at("detail") == "/id: a string or a number was expected");
}

BOOST_AUTO_TEST_CASE(a_receipt_above_the_last_seq_is_told_where) {
  world w;
  w.begin();
  w.text({{"type", "receipt"},
          {"id", "1"},
          {"conversation_id", here.str()},
          {"kind", "read"},
          {"up_to_seq", 9}});
  auto [ticket, what] = w.submitted.at(0);
  w.core.on_reply(ticket, refuse(what.id, ec::invalid_request, "too high", "/up_to_seq"));
  BOOST_TEST(w.out.at(0).at("status") == 422);
  BOOST_TEST(w.out.at(0).at("errors").at(0).at("pointer") == "/up_to_seq");
}

BOOST_AUTO_TEST_CASE(a_refused_token_ends_the_session) {
  world w;
  w.begin();
  w.text(w.send_frame(here, "1"));
  auto [ticket, what] = w.submitted.at(0);
  w.core.on_reply(ticket, refuse(what.id, ec::invalid_token, "the user was deleted"));
  BOOST_TEST(w.out.at(0).at("status") == 401);
  BOOST_TEST(w.closed == 4401);
}

BOOST_AUTO_TEST_CASE(what_is_only_stored_comes_to_its_sender_once) {
  world w;
  w.begin();
  w.text(w.send_frame(here, "1"));
  auto [ticket, what] = w.submitted.at(0);
  auto stored = accepted(what, 0);
  stored.stored = true;
  w.core.on_reply(ticket, stored);
  BOOST_TEST(w.out.at(0).at("seq").is_null());
  w.live(event_of(what, 1), w.self);
  w.live(event_of(what, 1), w.self);
  BOOST_TEST(w.seqs() == std::vector<std::int64_t>{1}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_event_proves_the_commit_whatever_the_answer_is) {
  world w;
  w.begin();
  w.text(w.send_frame(here, "1"));
  auto [ticket, what] = w.submitted.at(0);
  w.live(event_of(what, 7), w.self);
  w.core.on_reply(ticket, refuse(what.id, ec::outcome_unknown));
  BOOST_TEST(w.out.at(0).at("type") == "ack");
  BOOST_TEST(w.out.at(0).at("seq") == 7);
  BOOST_TEST(w.seqs().empty());
}

BOOST_AUTO_TEST_CASE(live_frames_follow_what_a_resume_reads) {
  world w;
  w.begin();
  w.text(resume_from(1));
  w.core.on_standings({{here, 0, 3}});
  w.live(said(here, 4)); // held back
  w.live(said(here, 5));
  w.answer_read(
    {said(here, 1), said(here, 2), said(here, 3), said(here, 4)}); // 4 was committed meanwhile
  BOOST_TEST(w.seqs() == (std::vector<std::int64_t>{2, 3, 4, 5}), boost::test_tools::per_element());
  BOOST_TEST(w.out.back().at("type") == "resumed");
  BOOST_TEST(w.out.back().at("conversations").at(here.str()) == 5);
}

BOOST_AUTO_TEST_CASE(too_much_to_hold_back_closes_with_4408) {
  gateway_config config;
  config.realtime.held_frames_max = 3;
  world w{config};
  w.begin();
  w.text(resume_from(0));
  for (int seq = 1; seq <= 3; ++seq)
    w.live(said(here, seq));
  BOOST_TEST(w.closed == 0);
  w.live(said(here, 4));
  BOOST_TEST(w.closed == 4408);
}

BOOST_AUTO_TEST_CASE(a_resume_waits_for_a_slow_reader) {
  world w;
  w.begin();
  std::vector<message_view> all;
  for (int seq = 1; seq <= 50; ++seq)
    all.push_back(said(here, seq, 60'000));
  w.text(resume_from(0));
  w.core.on_standings({{here, 0, 50}});
  w.answer_read(all);
  BOOST_TEST(w.queued < std::size_t{1} << 20); // far below what would close the connection
  for (int i = 0; i < 1000 && w.out.back().at("type") != "resumed"; ++i) {
    w.queued = 0; // it has read
    auto reads = w.reads.size();
    w.core.on_alarm(realtime::alarm::resume_poll);
    if (w.reads.size() > reads) w.answer_read(all);
  }
  BOOST_TEST(w.out.back().at("type") == "resumed");
  BOOST_TEST(w.seqs().size() == 50U);
}

BOOST_AUTO_TEST_CASE(an_old_poll_does_not_start_the_next_resume) {
  world w;
  w.begin();
  w.text(resume_from(3));
  w.core.on_alarm(realtime::alarm::resume_poll); // of one before; the standings have not come
  BOOST_TEST(w.reads.empty());
  w.core.on_standings({{here, 0, 3}});
  BOOST_TEST(w.out.back().at("type") == "resumed");
}

BOOST_AUTO_TEST_CASE(resumes_are_done_one_after_the_other) {
  world w;
  w.begin();
  auto two = resume_from(1);
  two["id"] = "second";
  w.text(resume_from(0));
  w.text(two);
  BOOST_TEST(w.asked == 1);
  w.core.on_standings({{here, 0, 2}});
  w.answer_read({said(here, 1), said(here, 2)});
  BOOST_TEST(w.asked == 2);
  w.core.on_standings({{here, 0, 2}});
  BOOST_TEST(w.out.back().at("id") == "second");
  BOOST_TEST(w.seqs().size() == 2U);
  BOOST_TEST(w.eaten == 2);
}

BOOST_AUTO_TEST_CASE(a_history_that_cannot_be_read_is_an_error_and_the_rest_goes_on) {
  world w;
  w.begin();
  w.text(resume_from(0));
  w.core.on_standings({{here, 0, 2}});
  w.core.on_page(fail(ec::store_unavailable));
  BOOST_TEST(w.out.at(0).at("code") == "store_unavailable");
  BOOST_TEST(w.out.at(0).at("conversation_id") == here.str());
  BOOST_TEST(w.out.back().at("type") == "resumed");
}

BOOST_AUTO_TEST_SUITE_END()
