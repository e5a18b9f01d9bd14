#include "channels/email/reply_codes.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::channels::email {

using http::mail_step;
using enum outcome_class;
using enum provider_health;

struct row {
  mail_step at;
  int code;
  const char* enhanced;
  outcome_class what;
  provider_health health;
};

BOOST_AUTO_TEST_SUITE(reply_codes)

BOOST_AUTO_TEST_CASE(each_reply_has_its_meaning) {
  const row table[] = {
    {mail_step::connect, 421, "", retry, ill},
    {mail_step::connect, 554, "", config, ill},
    {mail_step::starttls, 454, "", retry, ill},
    {mail_step::auth, 454, "4.7.0", retry, ill},
    {mail_step::auth, 535, "5.7.8", config, ill},
    {mail_step::auth, 504, "", config, ill},
    {mail_step::sender, 530, "5.7.0", config, ill},
    {mail_step::sender, 451, "", retry, ill},
    {mail_step::sender, 550, "5.7.1", config, ill},
    {mail_step::sender, 552, "", permanent_message, well},
    {mail_step::sender, 552, "5.3.4", permanent_message, well},
    {mail_step::recipient, 421, "", retry, ill},
    {mail_step::recipient, 450, "4.2.0", retry, well},
    {mail_step::recipient, 451, "4.7.1", retry, well},
    {mail_step::recipient, 452, "4.2.2", retry, well},
    {mail_step::recipient, 550, "", permanent_recipient, well},
    {mail_step::recipient, 550, "5.1.1", permanent_recipient, well},
    {mail_step::recipient, 551, "", permanent_recipient, well},
    {mail_step::recipient, 553, "5.1.3", permanent_recipient, well},
    {mail_step::recipient, 550, "5.2.1", permanent_recipient, well},
    {mail_step::recipient, 552, "5.2.2", retry, well},
    {mail_step::recipient, 552, "", retry, well},
    {mail_step::recipient, 550, "5.2.2", retry, well},
    {mail_step::recipient, 552, "5.3.4", permanent_message, well},
    {mail_step::recipient, 554, "5.7.1", config, unsaid},
    {mail_step::recipient, 530, "5.7.1", config, ill},
    {mail_step::recipient, 503, "", config, ill},
    {mail_step::data, 451, "", retry, ill},
    {mail_step::data, 554, "5.5.1", permanent_message, well},
    {mail_step::content, 451, "4.3.0", retry, well},
    {mail_step::content, 452, "", retry, well},
    {mail_step::content, 421, "", retry, ill},
    {mail_step::content, 550, "5.1.1", permanent_recipient, well},
    {mail_step::content, 550, "", permanent_message, well},
    {mail_step::content, 552, "5.2.2", retry, well},
    {mail_step::content, 552, "5.3.4", permanent_message, well},
    {mail_step::content, 554, "5.7.1", permanent_message, well},
  };
  for (const auto& [at, code, enhanced, what, health] : table) {
    auto said = verdict_of(http::mail_reply{at, code, enhanced, "text", false});
    BOOST_TEST_CONTEXT(static_cast<int>(at) << " " << code << " " << enhanced) {
      BOOST_TEST((said.what == what));
      BOOST_TEST((said.health == health));
      BOOST_TEST(said.provider_code == std::to_string(code));
      auto middle = *enhanced ? " " + std::string{enhanced} : "";
      BOOST_TEST(said.detail == std::to_string(code) + middle + " text");
    }
  }
}

BOOST_AUTO_TEST_CASE(accepted_is_sent) {
  auto said = verdict_of(http::mail_reply{mail_step::done, 250, "2.0.0", "queued as 7", true});
  BOOST_TEST((said.what == sent));
  BOOST_TEST((said.health == well));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::email
