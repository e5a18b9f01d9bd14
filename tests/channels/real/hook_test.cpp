/// The webhook channel against a receiver that checks with npm's standardwebhooks.
#include "channel_world.hpp"

namespace recado::channels::test {

using nlohmann::json;

struct hook_world : channel_world {
  open_account account(const std::string& secret) {
    return opened("webhook",
                  {{"url", "http://127.0.0.1:" + std::to_string(running().port("hook")) + "/in"}},
                  {{"secret", secret}});
  }
};

BOOST_FIXTURE_TEST_SUITE(real_hook, hook_world)

BOOST_AUTO_TEST_CASE(the_receiver_verifies_what_we_signed) {
  draft what{.address = "cliente 7 ção",
             .payload = R"({"type":"text","text":"Olá \"ção\" 😀"})",
             .from = "bruno",
             .title = "Pedido",
             .metadata = R"({"order":7})"};
  auto said = send(account(hook_secret), what, now());
  BOOST_TEST((said.what == outcome_class::sent), said.detail);
  BOOST_TEST(said.provider_code == "204");
  auto told = running().next("hook");
  BOOST_TEST(told["id"] == last_own_id);
  const auto& data = told["hook"]["data"];
  BOOST_TEST(told["hook"]["type"] == "message");
  BOOST_TEST(data["payload"]["text"] == "Olá \"ção\" 😀");
  BOOST_TEST(data["address"] == what.address);
  BOOST_TEST(data["from"] == "bruno");
  BOOST_TEST(data["title"] == "Pedido");
  BOOST_TEST(data["metadata"]["order"] == 7);
}

BOOST_AUTO_TEST_CASE(another_secret_or_an_old_signature_is_refused) {
  auto said = send(account("whsec_" + std::string(32, 'A')), draft{}, now());
  BOOST_TEST((said.what == outcome_class::permanent_message));
  said = send(account(hook_secret), draft{}, now() - std::chrono::minutes{10});
  BOOST_TEST((said.what == outcome_class::permanent_message));
}

BOOST_AUTO_TEST_CASE(a_check_is_signed_too) {
  BOOST_TEST((check(account(hook_secret)).what == outcome_class::sent));
  BOOST_TEST(running().next("hook")["hook"]["type"] == "check");
}

BOOST_AUTO_TEST_CASE(http2_is_spoken_and_its_resets_are_told_apart) {
  auto to = [](const std::string& path) {
    return json{{"url", "https://localhost:" + std::to_string(running().port("modern")) + path}};
  };
  const json credentials{{"secret", hook_secret}};
  auto said = send(opened("webhook", to("/in"), credentials), draft{}, now());
  BOOST_TEST((said.what == outcome_class::sent), said.detail);
  BOOST_TEST(said.provider_code == "202");
  BOOST_TEST(running().next("modern")["id"] == last_own_id);
  said = send(opened("webhook", to("/vanish"), credentials), draft{}, now());
  BOOST_TEST((said.what == outcome_class::unknown), said.detail);
  said = send(opened("webhook", to("/refuse"), credentials), draft{}, now());
  BOOST_TEST((said.what == outcome_class::sent), said.detail);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
