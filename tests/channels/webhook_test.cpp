#include "channels/catalog.hpp"
#include "channels/webhook/signature.hpp"
#include "tests/channels/deliveries.hpp"

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

namespace recado::channels::test {

const std::string secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

open_account hook() {
  account_record record;
  record.key = shop;
  record.settings = R"({"url":"https://example.org/hook"})";
  record.credentials = R"({"secret":")" + secret + R"("})";
  return *open(record);
}

verdict answered(int status, http::header_list headers = {}) {
  return find("webhook")->parse_response(
    http::incoming_response{status, std::move(headers), "", false}, noon);
}

BOOST_AUTO_TEST_SUITE(signed_webhook)

BOOST_AUTO_TEST_CASE(the_published_vector_is_met) {
  auto key = webhook::key_of(secret);
  BOOST_REQUIRE(key);
  BOOST_TEST(
    webhook::sign(*key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1'614'265'330, R"({"test": 2432232314})") ==
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

BOOST_AUTO_TEST_CASE(only_a_whole_secret_is_one) {
  for (const auto* wrong : {"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                            "whsec_aGk=", "whsec_!!!!9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})
    BOOST_TEST(!webhook::key_of(wrong).has_value(), wrong);
  BOOST_TEST(!webhook::key_of("whsec_" + std::string(120, 'A')).has_value());
  BOOST_TEST(webhook::key_of("whsec_" + std::string(32, 'A'))->size() == 24u);
  BOOST_TEST(webhook::key_of("whsec_" + std::string(43, 'A'))->size() == 32u); // padding left out
}

BOOST_AUTO_TEST_CASE(a_repetition_has_the_same_id_and_body_and_its_own_time) {
  open_delivery_ptr one = draft{.payload = R"({"type":"text","text":"Olá","n":1e2})"};
  auto first = std::get<http::outgoing_request>(*find("webhook")->send_text(*one, hook(), noon));
  auto second = std::get<http::outgoing_request>(
    *find("webhook")->send_text(*one, hook(), noon + std::chrono::seconds{5}));
  BOOST_TEST(first.body == second.body);
  auto header = [](const http::outgoing_request& from, std::string_view name) {
    for (const auto& [key, value] : from.headers)
      if (key == name) return value;
    return std::string{};
  };
  BOOST_TEST(header(first, "webhook-id") == one->id.str());
  BOOST_TEST(header(first, "webhook-id") == header(second, "webhook-id"));
  BOOST_TEST(header(first, "webhook-timestamp") != header(second, "webhook-timestamp"));
  BOOST_TEST(header(first, "webhook-signature") != header(second, "webhook-signature"));
  auto body = nlohmann::json::parse(first.body);
  BOOST_TEST(body["type"] == "message");
  BOOST_TEST(body["timestamp"] == to_rfc3339(noon));
  BOOST_TEST(body["data"]["message_id"] == one->message.str());
  BOOST_TEST(body["data"]["payload"]["text"] == "Olá");
  BOOST_TEST(first.body.find("1e2") != std::string::npos); // the caller's own text
}

BOOST_AUTO_TEST_CASE(each_status_has_its_meaning) {
  using enum outcome_class;
  const std::pair<int, outcome_class> table[] = {
    {200, sent},
    {202, sent},
    {204, sent},
    {301, config},
    {302, config},
    {304, config},
    {400, permanent_message},
    {401, config},
    {403, config},
    {404, config},
    {405, config},
    {408, retry},
    {409, permanent_message},
    {410, permanent_recipient},
    {413, permanent_message},
    {415, permanent_message},
    {422, permanent_message},
    {425, retry},
    {429, retry},
    {500, retry},
    {502, retry},
    {503, retry},
    {504, retry},
  };
  for (auto [status, what] : table) {
    BOOST_TEST((answered(status).what == what), status);
    BOOST_TEST(answered(status).provider_code == std::to_string(status));
  }
}

BOOST_AUTO_TEST_CASE(retry_after_is_read_in_both_forms) {
  auto in_seconds = answered(429, {{"retry-after", "120"}});
  BOOST_TEST((in_seconds.what == outcome_class::retry_after));
  BOOST_TEST(in_seconds.retry_after->count() == 120);
  BOOST_TEST(in_seconds.holds_account);
  // noon is 2025-11-24 16:00 UTC
  auto as_date = answered(503, {{"retry-after", "Mon, 24 Nov 2025 16:01:30 GMT"}});
  BOOST_REQUIRE(as_date.retry_after.has_value());
  BOOST_TEST(as_date.retry_after->count() == 90);
  BOOST_TEST(
    answered(503, {{"retry-after", "Mon, 24 Nov 2025 15:00:00 GMT"}}).retry_after->count() == 0);
  for (const auto* wrong : {"soon", "-5x", "1.5", ""})
    BOOST_TEST((answered(503, {{"retry-after", wrong}}).what == outcome_class::retry), wrong);
}

BOOST_AUTO_TEST_CASE(an_answer_that_was_not_seen_is_unknown) {
  auto lost = find("webhook")->parse_response(
    http::transfer_failure{http::transfer_error::timed_out, true, ""}, noon);
  BOOST_TEST((lost.what == outcome_class::unknown));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
