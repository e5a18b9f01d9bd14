/// A good client's manners, against servers that answer by a script.
#include "chaos/log/record_reader.hpp"
#include "chaos/workload/writers.hpp"
#include "tests/chaos/workload/scripted_server.hpp"

#include <boost/test/unit_test.hpp>
#include <unistd.h>

using namespace recado;
using namespace recado::chaos;

namespace {

std::string answer(const std::string& status, const std::string& headers, const std::string& body) {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}
std::string created(int seq, bool replayed = false) {
  return answer("201 Created", replayed ? "Idempotency-Replayed: true\r\n" : "",
                "{\"seq\":" + std::to_string(seq) + "}");
}
const std::string busy =
  answer("503 Service Unavailable", "Retry-After: 1\r\n", R"({"code":"overloaded"})");

struct stage {
  explicit stage(std::vector<std::uint16_t> ports) {
    how.out_folder = path;
    here = std::make_unique<scene>(how);
    for (auto port : ports)
      here->nodes.push_back({"127.0.0.1", port});
    here->tokens = {{"", "client-token", 0}, {"ana", "ana-token", 0}};
    here->rooms = {{conversation_id::make(), 1}};
  }
  ~stage() { std::filesystem::remove_all(path); }

  template <class Agent>
  bool run_until_idle(Agent& one, std::chrono::seconds limit = std::chrono::seconds{20}) {
    auto until = std::chrono::steady_clock::now() + limit;
    while (one.busy() && std::chrono::steady_clock::now() < until) {
      one.tick(here->clock.now());
      here->loop.turn(std::chrono::milliseconds{1});
    }
    here->records.flush();
    return !one.busy();
  }
  std::vector<answer_record> answers() const {
    std::vector<answer_record> out;
    read_records(path, [&](record&& one) {
      if (auto* got = std::get_if<answer_record>(&one)) out.push_back(*got);
    });
    return out;
  }

  std::filesystem::path path =
    std::filesystem::temp_directory_path() / ("recado-writers-" + std::to_string(::getpid()));
  workload_options how;
  std::unique_ptr<scene> here;
};

std::string id_in(const std::string& request) {
  auto at = request.find("\"message_id\":\"");
  return request.substr(at + 14, 36);
}

} // namespace

BOOST_AUTO_TEST_SUITE(writers)

BOOST_AUTO_TEST_CASE(later_means_later_and_the_same_id) {
  scripted_server node{{busy, created(1)}};
  stage on{{node.port()}};
  post_writer ana{*on.here, 0, false};
  auto begun = std::chrono::steady_clock::now();
  ana.write();
  BOOST_TEST(on.run_until_idle(ana));
  BOOST_TEST((std::chrono::steady_clock::now() - begun >= std::chrono::seconds{1}));
  auto asked = node.asked();
  BOOST_REQUIRE(asked.size() == 2u);
  BOOST_TEST(id_in(asked[0]) == id_in(asked[1]));
  auto got = on.answers();
  BOOST_REQUIRE(got.size() == 2u);
  BOOST_TEST(got[0].status == 503);
  BOOST_TEST(got[0].why == "overloaded");
  BOOST_TEST(*got[1].seq == 1);
}

BOOST_AUTO_TEST_CASE(a_node_that_is_gone_is_left_for_another) {
  scripted_server alive{{created(1)}};
  stage on{{closed_port(), closed_port(), alive.port()}};
  post_writer ana{*on.here, 0, false};
  ana.write();
  BOOST_TEST(on.run_until_idle(ana));
  BOOST_TEST(alive.asked().size() == 1u);
  BOOST_TEST(on.here->records.counts().accepted == 1u);
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_without_an_answer_is_no_answer) {
  scripted_server node{{"", created(1, true)}};
  stage on{{node.port()}};
  post_writer ana{*on.here, 0, false};
  ana.write();
  BOOST_TEST(on.run_until_idle(ana));
  auto got = on.answers();
  BOOST_REQUIRE(got.size() == 2u);
  BOOST_TEST(got[0].status == 0);
  BOOST_TEST(got[1].replayed);
}

BOOST_AUTO_TEST_CASE(a_connection_that_will_be_closed_is_not_used_again) {
  scripted_server node{{answer("201 Created", "Connection: close\r\n", "{\"seq\":1}"), created(2)}};
  stage on{{node.port()}};
  post_writer ana{*on.here, 0, false};
  ana.write();
  BOOST_TEST(on.run_until_idle(ana));
  BOOST_TEST(!ana.open());
  ana.write();
  BOOST_TEST(on.run_until_idle(ana));
  BOOST_TEST(on.here->rooms[0].acked_seq == 2);
}

BOOST_AUTO_TEST_CASE(a_person_writes_with_a_token_of_its_own_and_says_no_from) {
  scripted_server node{{created(1)}};
  stage on{{node.port()}};
  post_writer ana{*on.here, 0, true};
  ana.write();
  BOOST_TEST(on.run_until_idle(ana));
  auto asked = node.asked();
  BOOST_REQUIRE(asked.size() == 1u);
  BOOST_TEST(asked[0].find("Bearer ana-token") != std::string::npos);
  BOOST_TEST(asked[0].find("\"from\"") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_token_that_was_refused_is_renewed_soon) {
  scripted_server node{{answer("401 Unauthorized", "", "{}"), created(1)}};
  stage on{{node.port()}};
  on.here->tokens[0].renew_at = 1'000'000'000;
  post_writer ana{*on.here, 0, false};
  ana.write();
  BOOST_TEST(on.run_until_idle(ana));
  BOOST_TEST(on.here->tokens[0].renew_at == 0);
}

BOOST_AUTO_TEST_CASE(of_a_bulk_request_only_what_was_refused_is_sent_again) {
  auto first = answer("207 Multi-Status", "",
                      R"({"results":[{"index":0,"status":201,"seq":1,"replayed":false},)"
                      R"({"index":1,"status":503,"error":{"code":"overloaded"}}]})");
  auto second = answer("207 Multi-Status", "",
                       R"({"results":[{"index":0,"status":201,"seq":2,"replayed":false}]})");
  scripted_server node{{first, second}};
  stage on{{node.port()}};
  bulk_writer many{*on.here, 0};
  many.write(0);
  many.write(0);
  while (!many.busy())
    many.tick(on.here->clock.now());
  BOOST_TEST(on.run_until_idle(many));
  auto asked = node.asked();
  BOOST_REQUIRE(asked.size() == 2u);
  BOOST_TEST(asked[1].find(id_in(asked[0])) == std::string::npos); // the first one is done
  BOOST_TEST(on.here->records.counts().open == 0u);
}

BOOST_AUTO_TEST_SUITE_END()
