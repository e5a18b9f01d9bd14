/// The e-mail channel against a real mail server, another TLS library included: Debian's Exim, with
/// GnuTLS.
#include "channel_world.hpp"
#include "mail_server.hpp"

#include <cstdio>

namespace recado::channels::test {

using nlohmann::json;
using enum outcome_class;

struct mta_world : channel_world {
  /// One server for the suite; null, and a word about it, where there can be none.
  static const mail_server* server() {
    static const auto obstacle = mail_server::obstacle();
    if (!obstacle.empty()) {
      std::printf("skipped: %s\n", obstacle.c_str());
      std::fflush(stdout);
      return nullptr;
    }
    static const mail_server one{running().certificate().file(),
                                 running().certificate().key_file()};
    static const bool ready = one.ready();
    BOOST_REQUIRE_MESSAGE(ready, one.log());
    return &one;
  }
  open_account account(int port, const std::string& tls, json credentials = json::object(),
                       const std::string& ca = running().certificate().pem(), json more = {}) {
    json settings{
      {"host", "localhost"}, {"port", port}, {"tls", tls}, {"from", "Bar <bar@example.org>"}};
    if (tls != "none") settings["tls_ca_pem"] = ca;
    if (more.is_object()) settings.update(more);
    return opened("email", settings, credentials);
  }
  static json login(const std::string& password = "s3cret ção") {
    return {{"username", "bar"}, {"password", password}};
  }
  static draft to_ana() {
    draft out{.address = "ana@example.com"};
    out.payload = json{{"type", "text"}, {"text", "Olá!\n.\n..\nfim"}, {"subject", "Olá"}}.dump();
    return out;
  }
  /// Sends one and reads it in the mailbox; how it came, by the server's own words.
  void arrives(const mail_server& at, const open_account& from, const std::string& protocol) {
    auto said = send(from, to_ana());
    BOOST_TEST((said.what == sent), said.detail << at.log());
    auto mail = at.mail_with("Message-ID: " + last_own_id);
    BOOST_TEST(mail.find("with " + protocol) != std::string::npos, mail);
    BOOST_TEST(mail.find("Ol=C3=A1!\n=2E\n=2E.\nfim\n") != std::string::npos, mail);
  }
};

BOOST_FIXTURE_TEST_SUITE(real_mta, mta_world)

BOOST_AUTO_TEST_CASE(an_mx_takes_a_mail_without_tls_and_refuses_an_unknown_recipient) {
  const auto* exim = server();
  if (exim == nullptr) return;
  auto mx = account(exim->mx(), "none");
  arrives(*exim, mx, "esmtp ");
  auto what = to_ana();
  what.address = "nobody@example.com";
  auto said = send(mx, what);
  BOOST_TEST((said.what == permanent_recipient), said.detail);
  BOOST_TEST((check(mx).what == sent));
}

BOOST_AUTO_TEST_CASE(a_submission_service_with_starttls_and_either_login) {
  const auto* exim = server();
  if (exim == nullptr) return;
  arrives(*exim, account(exim->submission(), "starttls", login()), "esmtpsa ");
  arrives(*exim, account(exim->login(), "starttls", login()), "esmtpsa ");
  BOOST_TEST((check(account(exim->login(), "starttls", login())).what == sent));
}

BOOST_AUTO_TEST_CASE(a_submission_service_with_tls_from_the_first_byte) {
  const auto* exim = server();
  if (exim == nullptr) return;
  arrives(*exim, account(exim->implicit(), "implicit", login()), "esmtpsa ");
}

BOOST_AUTO_TEST_CASE(a_bounce_would_go_to_an_address_of_the_delivery) {
  const auto* exim = server();
  if (exim == nullptr) return;
  json more{{"bounce_domain", "bounces.example.org"}};
  auto said = send(account(exim->mx(), "none", json::object(), "", more), to_ana());
  BOOST_TEST((said.what == sent), said.detail);
  auto mail = exim->mail_with("Message-ID: " + last_own_id);
  BOOST_TEST(mail.starts_with("Return-path: <bounce+"), mail);
  BOOST_TEST(mail.find("@bounces.example.org>\n") < mail.find("Received:"), mail);
  BOOST_TEST(mail.find("From: \"Bar\" <bar@example.org>\n") != std::string::npos, mail);
}

BOOST_AUTO_TEST_CASE(a_wrong_password_or_none_is_a_matter_of_the_account) {
  const auto* exim = server();
  if (exim == nullptr) return;
  auto before = exim->mails();
  for (auto port : {exim->submission(), exim->login()}) {
    auto said = send(account(port, "starttls", login("nope")), to_ana());
    BOOST_TEST((said.what == config), said.detail);
    BOOST_TEST(said.provider_code == "535");
    said = send(account(port, "starttls"), to_ana());
    BOOST_TEST((said.what == config), said.detail);
    BOOST_TEST(said.provider_code == "530");
  }
  auto said = send(account(exim->mx(), "none", login()), to_ana());
  BOOST_TEST((said.what == config), said.detail); // it offers no AUTH
  BOOST_TEST((check(account(exim->implicit(), "implicit", login("nope"))).what == config));
  BOOST_TEST(exim->mails() == before);
}

BOOST_AUTO_TEST_CASE(a_certificate_of_another_authority_or_no_tls_at_all_sends_nothing) {
  const auto* exim = server();
  if (exim == nullptr) return;
  auto before = exim->mails();
  http::client_test::certificate other{"DNS:localhost"};
  for (const auto& from : {account(exim->submission(), "starttls", login(), other.pem()),
                           account(exim->implicit(), "implicit", login(), other.pem()),
                           account(exim->mx(), "starttls", login())}) {
    auto said = send(from, to_ana());
    BOOST_TEST((said.what == config), said.detail);
    BOOST_TEST((check(from).what == config));
  }
  BOOST_TEST(exim->mails() == before);
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
