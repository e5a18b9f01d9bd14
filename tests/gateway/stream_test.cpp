#include "gateway/shapes/stream_id.hpp"
#include "site.hpp"
#include "tests/contract/recorder.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::test;
using namespace std::chrono_literals;

namespace {

struct event {
  std::string type, id;
  json data;
};

/// A reader of the event stream that speaks HTTP/1.1 by hand.
class reader {
public:
  reader(site& at, const std::string& token, const std::string& after = "",
         int receive_buffer_bytes = 0)
    : wire(at.port(), receive_buffer_bytes),
      last_id(after) {
    wire.send("GET /v1/stream HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"
              "Authorization: Bearer " +
              token + "\r\n" + (after.empty() ? "" : "Last-Event-ID: " + after + "\r\n") + "\r\n");
    while (raw_.find("\r\n\r\n") == std::string::npos && more()) {
    }
    auto end = raw_.find("\r\n\r\n");
    head = raw_.substr(0, end);
    raw_.erase(0, end + 4);
  }
  bool ok() const { return head.starts_with("HTTP/1.1 200 "); }

  /// The next event; type "" at the end of the stream. Comments are counted.
  event next() {
    for (;;) {
      auto end = text_.find("\n\n");
      if (end == std::string::npos) {
        if (!chunk()) return {};
        continue;
      }
      auto block = text_.substr(0, end);
      text_.erase(0, end + 2);
      if (auto out = read_block(block)) return *out;
    }
  }
  event next(const std::string& type) {
    for (;;)
      if (auto got = next(); got.type == type || got.type.empty()) return got;
  }
  std::vector<std::int64_t> seqs(std::size_t count) {
    std::vector<std::int64_t> out;
    while (out.size() < count) {
      auto got = next("message");
      if (got.type.empty()) break;
      out.push_back(got.data.at("message").at("seq"));
    }
    return out;
  }

  http::test::client wire;
  std::string head, last_id;
  int comments = 0;
  bool ended_whole = false; ///< the last chunk came

private:
  bool more() {
    auto got = wire.read_some();
    raw_ += got;
    return !got.empty();
  }
  bool chunk() {
    for (;;) {
      auto line = raw_.find("\r\n");
      if (line != std::string::npos) {
        auto size = std::stoul(raw_.substr(0, line), nullptr, 16);
        ended_whole = size == 0;
        if (ended_whole) return false;
        if (raw_.size() >= line + size + 4) {
          text_ += raw_.substr(line + 2, size);
          raw_.erase(0, line + size + 4);
          return true;
        }
      }
      if (!more()) return false;
    }
  }
  std::optional<event> read_block(const std::string& block) {
    event out;
    std::string data;
    for (std::size_t at = 0; at < block.size();) {
      auto end = std::min(block.find('\n', at), block.size());
      auto line = block.substr(at, end - at);
      at = end + 1;
      if (line.starts_with(":")) ++comments;
      if (line.starts_with("event: ")) out.type = line.substr(7);
      if (line.starts_with("id: ")) last_id = line.substr(4);
      if (line.starts_with("data: ")) data += line.substr(6);
    }
    out.id = last_id;
    if (data.empty()) return std::nullopt;
    contract::record_event(out.type, data);
    out.data = json::parse(data);
    BOOST_TEST(out.data.at("type") == out.type);
    return out;
  }
  std::string raw_, text_; ///< received and not read yet: as chunks, and without them
};

using seqs = std::vector<std::int64_t>;

} // namespace

BOOST_AUTO_TEST_SUITE(event_stream)

BOOST_AUTO_TEST_CASE(it_is_the_feed_of_the_websocket) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  reader bruno{at, at.user_token("bruno")};
  BOOST_TEST(bruno.ok());
  BOOST_TEST(bruno.head.find("Content-Type: text/event-stream\r\n") != std::string::npos);
  BOOST_TEST(bruno.head.find("Cache-Control: no-store") != std::string::npos);
  auto ready = bruno.next();
  BOOST_TEST(ready.data == json({{"type", "ready"}, {"id", nullptr}, {"user_id", "bruno"}}));
  BOOST_TEST(!ready.id.empty());
  line socket{at, at.user_token("bruno")};
  at.say(where, "ana", "Olá");
  auto event = bruno.next();
  BOOST_TEST(event.type == "message");
  BOOST_TEST(event.data == socket.read("message"));
  BOOST_TEST(event.id != ready.id);
  at.post("/v1/conversations/" + where + "/receipts", at.token(),
          {{"user_id", "bruno"}, {"type", "read"}, {"up_to_seq", 1}});
  BOOST_TEST(bruno.next("receipt").data.at("kind") == "read");
  at.post("/v1/conversations/" + where + "/typing", at.user_token("ana"), {{"on", true}});
  BOOST_TEST(bruno.next().type == "typing");
  BOOST_TEST(at.gateway().sessions() == 2U);
  bruno.wire.close();
  BOOST_TEST(http::test::eventually([&] { return at.gateway().sessions() == 1; }));
}

BOOST_AUTO_TEST_CASE(it_wants_a_token_that_may_read) {
  site at;
  BOOST_TEST(at.get("/v1/stream").status == 401);
  BOOST_TEST(at.get("/v1/stream", "x.y.z").code() == "invalid_token");
  BOOST_TEST(at.post("/v1/stream", at.token(), {}).status == 405);
}

BOOST_AUTO_TEST_CASE(who_comes_back_gets_what_was_missed_once_and_in_order) {
  site at;
  auto where = at.conversation({"ana", "bruno"}), other = at.conversation({"carla", "bruno"});
  auto token = at.user_token("bruno");
  at.say(where, "ana", "before");
  std::string last;
  {
    reader first{at, token};
    first.next("ready");
    at.say(where, "ana", "2");
    at.say(where, "ana", "3");
    BOOST_TEST(first.seqs(1) == seqs{2}, boost::test_tools::per_element());
    last = first.last_id; // 3 is on its way, and lost to this reader
  }
  at.say(where, "ana", "4");
  at.say(other, "carla", "1");
  auto fresh = at.conversation({"dora", "bruno"}); // entered while away
  at.say(fresh, "dora", "1");
  reader again{at, token, last};
  BOOST_TEST(again.next().type == "ready");
  std::map<std::string, seqs> got;
  for (int i = 0; i < 4; ++i) {
    auto message = again.next().data.at("message");
    got[message.at("conversation_id")].push_back(message.at("seq"));
  }
  BOOST_TEST(got[where] == (seqs{3, 4}), boost::test_tools::per_element());
  BOOST_TEST(got[other] == seqs{1}, boost::test_tools::per_element());
  BOOST_TEST(got[fresh] == seqs{1}, boost::test_tools::per_element());
  auto resumed = again.next();
  BOOST_TEST(resumed.type == "resumed");
  BOOST_TEST(resumed.data.at("conversations").at(where) == 4);
  at.say(where, "ana", "5");
  BOOST_TEST(again.seqs(1) == seqs{5}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(every_id_leads_on_from_its_event) {
  site at;
  auto where = at.conversation({"ana", "bruno"});
  auto token = at.user_token("bruno");
  std::vector<std::string> ids;
  {
    reader first{at, token};
    ids.push_back(first.next("ready").id);
    for (int i = 1; i <= 5; ++i) {
      at.say(where, "ana", "x");
      ids.push_back(first.next("message").id);
    }
  }
  for (std::size_t from = 0; from < ids.size(); ++from) {
    reader again{at, token, ids[from]};
    seqs expected;
    for (auto seq = from + 1; seq <= 5; ++seq)
      expected.push_back(static_cast<std::int64_t>(seq));
    BOOST_TEST(again.seqs(expected.size()) == expected, boost::test_tools::per_element());
    BOOST_TEST(again.next("resumed").type == "resumed");
  }
}

BOOST_AUTO_TEST_CASE(what_breaks_off_within_a_resume_goes_on_from_there) {
  site at;
  std::vector<std::string> where;
  where.reserve(5);
  for (int i = 0; i < 5; ++i)
    where.push_back(at.conversation({"ana", "bruno"}));
  auto token = at.user_token("bruno");
  std::string last = [&] {
    reader first{at, token};
    return first.next("ready").id;
  }();
  for (int i = 0; i < 4; ++i)
    for (const auto& each : where)
      at.say(each, "ana", "x");
  std::map<std::string, seqs> got;
  for (int i = 0; i < 20; ++i) {
    reader short_lived{at, token, last};
    auto message = short_lived.next("message");
    got[message.data.at("message").at("conversation_id")].push_back(
      message.data.at("message").at("seq"));
    last = message.id;
  }
  for (const auto& each : where)
    BOOST_TEST(got[each] == (seqs{1, 2, 3, 4}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_client_with_many_conversations_goes_on_too) {
  site at;
  std::vector<std::string> where;
  where.reserve(150);
  for (int i = 0; i < 150; ++i)
    where.push_back(at.conversation({"ana", "bruno"}));
  reader first{at, at.token()};
  first.next("ready");
  at.say(where[0], "ana", "x");
  first.next("message");
  // Until the positions are kept an event may have no id.
  for (int i = 1; first.last_id.empty() && i < 100; ++i) {
    at.say(where[0], "ana", "x");
    first.next("message");
  }
  auto id = shapes::read_stream_id(first.last_id).value();
  BOOST_TEST(id.base.has_value());
  BOOST_TEST(id.at.size() <= 32U);
  auto last = first.last_id;
  first.wire.close();
  for (const auto& each : where)
    at.say(each, "ana", "missed");
  reader again{at, at.token(), last};
  std::set<std::string> got;
  for (;;) {
    auto event = again.next();
    if (event.type != "message" && event.type != "ready") break;
    if (event.type == "message") got.insert(event.data.at("message").at("conversation_id"));
  }
  BOOST_TEST(got.size() == where.size());
  reader stranger{at, at.user_token("bruno"), last}; // kept for another reader
  BOOST_TEST(stranger.head.starts_with("HTTP/1.1 400 "));
}

BOOST_AUTO_TEST_CASE(an_id_that_is_none_is_a_400) {
  site at;
  auto ask = [&](const std::string& id) {
    return at.ask("GET", "/v1/stream", at.token(), "", "Last-Event-ID: " + id + "\r\n").code();
  };
  BOOST_TEST(ask("nonsense") == "invalid_cursor");
  BOOST_TEST(ask(shapes::write_stream_id({uuid::v7(), {}})) == "invalid_cursor"); // not kept
}

BOOST_AUTO_TEST_CASE(more_than_can_be_sent_again_is_a_gap) {
  auto config = site::quick();
  config.realtime.resume_messages_max = 3;
  site at{config};
  auto where = at.conversation({"ana", "bruno"});
  auto token = at.user_token("bruno");
  auto last = reader{at, token}.next("ready").id;
  for (int i = 0; i < 8; ++i)
    at.say(where, "ana", "x");
  reader again{at, token, last};
  auto gap = again.next("gap");
  BOOST_TEST(gap.data.at("from_seq") == 1);
  BOOST_TEST(gap.data.at("to_seq") == 5);
  BOOST_TEST(again.seqs(3) == (seqs{6, 7, 8}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(comments_keep_it_alive) {
  auto config = site::quick();
  config.realtime.keep_alive = 20ms;
  site at{config};
  auto where = at.conversation({"ana", "bruno"});
  reader bruno{at, at.user_token("bruno")};
  bruno.next("ready");
  std::this_thread::sleep_for(100ms);
  at.say(where, "ana", "x");
  bruno.next("message");
  BOOST_TEST(bruno.comments >= 1);
}

BOOST_AUTO_TEST_CASE(a_reader_that_does_not_read_is_closed_and_goes_on_later) {
  http::server_config listen;
  listen.stream_queue_bytes_max = 512 << 10; // a resume fills half of it
  site at{site::quick(), listen};
  auto where = at.conversation({"ana", "bruno"});
  auto token = at.user_token("bruno");
  reader slow{at, token, "", 4096};
  auto last = slow.next("ready").id;
  const std::string large(30'000, 'x');
  int sent = 0;
  while (at.gateway().sessions() > 0 && sent < 300) {
    at.say(where, "ana", large);
    ++sent;
  }
  BOOST_TEST(sent < 300); // its queue is bounded
  reader again{at, token, last};
  seqs expected;
  for (int i = 1; i <= sent; ++i)
    expected.push_back(i);
  BOOST_TEST(again.seqs(expected.size()) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(it_ends_whole_when_the_node_stops) {
  auto at = std::make_unique<site>();
  reader bruno{*at, at->user_token("bruno")};
  bruno.next("ready");
  at->restart_soon();
  BOOST_TEST(bruno.next().type.empty());
  BOOST_TEST(bruno.ended_whole);
}

BOOST_AUTO_TEST_CASE(a_node_that_ends_its_streams_sends_a_new_reader_elsewhere) {
  site at;
  auto token = at.user_token("bruno");
  at.restart_soon();
  auto got = at.get("/v1/stream", token);
  BOOST_TEST(got.status == 503);
  BOOST_TEST(got.code() == "shutting_down");
  BOOST_TEST(got.headers.contains("retry-after"));
  BOOST_TEST(got.headers["connection"] == "close");
  BOOST_TEST(http::test::eventually([&] { return at.gateway().sessions() == 0U; }));
}

BOOST_AUTO_TEST_SUITE_END()
