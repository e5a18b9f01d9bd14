/// The e-mail channel against npm's smtp-server, its mails read by npm's mailparser.
#include "channel_world.hpp"

namespace recado::channels::test {

using nlohmann::json;
using enum outcome_class;

struct mail_world : channel_world {
  /// An account for one of the servers.
  open_account account(const std::string& server, const std::string& tls, json more = {},
                       json credentials = json::object()) {
    json settings{{"host", "localhost"},
                  {"port", running().port(server)},
                  {"tls", tls},
                  {"from", "Bar do Zé <bar@example.org>"}};
    if (tls != "none") settings["tls_ca_pem"] = running().certificate().pem();
    settings.update(more.is_null() ? json::object() : more);
    return opened("email", settings, credentials);
  }
  open_account plain(json more = {}) { return account("plain", "none", std::move(more)); }
  /// The mail that was sent last, as it arrived.
  json received() {
    for (;;) {
      auto mail = running().next("mail");
      if (mail["id"] == last_own_id) return mail;
    }
  }
  static json login() { return {{"username", "bar"}, {"password", "s3cret ção"}}; }
};

draft to(const std::string& local) {
  return draft{.address = local + "@example.com"};
}

BOOST_FIXTURE_TEST_SUITE(real_mail, mail_world)

BOOST_AUTO_TEST_CASE(starttls_and_auth_and_the_mail_arrives_as_it_was_meant) {
  auto what = to("ana");
  what.payload = json{{"type", "text"},
                      {"text", "Olá, Ana!\n.\n..dots\nFrom here: é=é \n\n" + std::string(300, 'x')},
                      {"html", "<p>Olá, <b>Ana</b>!</p>"},
                      {"subject", "Promoção de verão 😀 — tudo pela metade do preço, só até amanhã"}}
                   .dump();
  auto bar = account("submission", "starttls", {{"reply_to", "Ajuda <help@example.org>"}}, login());
  auto said = send(bar, what);
  BOOST_TEST((said.what == sent), said.detail);
  BOOST_TEST(said.provider_code == "250");
  auto mail = received();
  BOOST_TEST(mail["secure"] == true);
  BOOST_TEST(mail["user"] == "bar");
  BOOST_TEST(mail["sender"] == "bar@example.org");
  BOOST_TEST(mail["to"] == "ana@example.com");
  BOOST_TEST(mail["from"]["name"] == "Bar do Zé");
  BOOST_TEST(mail["replyTo"] == "\"Ajuda\" <help@example.org>");
  auto payload = json::parse(what.payload);
  BOOST_TEST(mail["subject"] == payload["subject"]);
  BOOST_TEST(mail["text"] == payload["text"].get<std::string>() + "\n");
  BOOST_TEST(mail["html"] == payload["html"].get<std::string>() + "\n");
  BOOST_TEST(mail["id"] == last_own_id);
  BOOST_TEST(mail["date"] == to_rfc3339(std::chrono::floor<std::chrono::seconds>(noon)));
  BOOST_TEST(mail["automatic"] == "auto-generated");
}

BOOST_AUTO_TEST_CASE(a_server_that_knows_only_auth_login_and_one_with_implicit_tls) {
  BOOST_TEST((send(account("login", "starttls", {}, login()), to("ana")).what == sent));
  BOOST_TEST((send(account("implicit", "implicit", {}, login()), to("ana")).what == sent));
  BOOST_TEST(received()["secure"] == true);
}

BOOST_AUTO_TEST_CASE(without_tls_and_credentials_it_is_plain) {
  BOOST_TEST((send(plain(), to("ana")).what == sent));
  auto mail = received();
  BOOST_TEST(mail["secure"] == false);
  BOOST_TEST(mail["user"].is_null());
  BOOST_TEST((send(account("insecure", "none", {}, login()), to("ana")).what == sent));
  BOOST_TEST(received()["user"] == "bar");
}

BOOST_AUTO_TEST_CASE(wrong_credentials_or_none_are_a_matter_of_the_account) {
  auto wrong = login();
  wrong["password"] = "nope";
  auto said = send(account("submission", "starttls", {}, wrong), to("ana"));
  BOOST_TEST((said.what == config));
  BOOST_TEST(said.provider_code == "535");
  said = send(account("submission", "starttls"), to("ana"));
  BOOST_TEST((said.what == config));
  BOOST_TEST(said.detail.starts_with("530"));
  said = send(account("plain", "none", {}, login()), to("ana"));
  BOOST_TEST((said.what == config)); // the server offers no AUTH
}

BOOST_AUTO_TEST_CASE(an_unknown_certificate_or_name_or_no_tls_at_all_sends_nothing) {
  http::client_test::certificate other{"DNS:localhost"};
  auto said =
    send(account("submission", "starttls", {{"tls_ca_pem", other.pem()}}, login()), to("ana"));
  BOOST_TEST((said.what == config));
  said = send(account("implicit", "implicit", {{"tls_ca_pem", other.pem()}}, login()), to("ana"));
  BOOST_TEST((said.what == config));
  said = send(account("plain", "starttls"), to("ana"));
  BOOST_TEST((said.what == config));
  said = send(account("plain", "implicit"), to("ana"));
  BOOST_TEST((said.what == config));
}

BOOST_AUTO_TEST_CASE(refusals_are_told_apart) {
  const std::pair<const char*, outcome_class> table[] = {{"unknown", permanent_recipient},
                                                         {"full", retry},
                                                         {"spam", permanent_message},
                                                         {"busy", retry}};
  for (const auto& [local, what] : table)
    BOOST_TEST((send(plain(), to(local)).what == what), local);
  BOOST_TEST((send(plain(), to("grey")).what == retry));
  BOOST_TEST((send(plain(), to("grey")).what == sent));
}

BOOST_AUTO_TEST_CASE(a_connection_that_ends_early_is_repeated_one_that_ends_late_is_unknown) {
  auto dropped = send(plain(), to("drop"));
  BOOST_TEST((dropped.what == retry), dropped.detail);
  auto vanished = send(plain(), to("vanish"));
  BOOST_TEST((vanished.what == unknown), vanished.detail);
}

BOOST_AUTO_TEST_CASE(a_slow_server_is_waited_for_and_a_silent_one_left) {
  BOOST_TEST((send(plain(), to("slow")).what == sent));
  auto said = send(plain(), to("silent"), std::chrono::milliseconds{500});
  BOOST_TEST((said.what == retry), said.detail);
}

BOOST_AUTO_TEST_CASE(a_session_with_tls_and_a_login_serves_many_mails) {
  auto bar = account("submission", "starttls", {{"tls_ca_pem", nullptr}}, login());
  send(plain(), to("ana"));
  received(); // what others told before is behind us
  for (int i = 0; i < 3; ++i)
    BOOST_TEST((send(bar, to("ana")).what == sent));
  send(plain(), to("ana"));
  int connections = 0;
  for (auto told = running().next("connected"); told["connected"] == "submission";
       told = running().next("connected"))
    ++connections;
  BOOST_TEST(connections == 1);
}

BOOST_AUTO_TEST_CASE(a_session_that_the_server_has_left_is_replaced) {
  auto bar = account("submission", "starttls", {{"tls_ca_pem", nullptr}}, login());
  for (int i = 0; i < 3; ++i) {
    BOOST_TEST((send(bar, to("bye")).what == sent)); // it hangs up after each mail
    running().next("left");
  }
}

BOOST_AUTO_TEST_CASE(an_account_is_checked_without_a_mail) {
  BOOST_TEST((check(account("submission", "starttls", {}, login())).what == sent));
  auto wrong = login();
  wrong["password"] = "nope";
  BOOST_TEST((check(account("submission", "starttls", {}, wrong)).what == config));
  BOOST_TEST((check(plain()).what == sent));
}

BOOST_AUTO_TEST_CASE(hostile_text_stays_text) {
  auto what = to("ana");
  what.payload = json{{"type", "text"},
                      {"text", "x\r\n.\r\nMAIL FROM:<evil@example.org>\r\n"},
                      {"subject", "a\r\nBcc: all@example.org"}}
                   .dump();
  what.title = "b\nX-Evil: 1";
  BOOST_TEST((send(plain(), what).what == sent));
  auto mail = received();
  BOOST_TEST(mail["subject"] == "a  Bcc: all@example.org");
  BOOST_TEST(mail["text"].get<std::string>().find("MAIL FROM") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_mail_arrives_whole) {
  std::string text;
  for (int i = 0; text.size() < 60'000; ++i)
    text += "." + std::to_string(i) + std::string(static_cast<std::size_t>(i % 120), 'y') + " ç\n";
  auto what = to("ana");
  what.payload = json{{"type", "text"}, {"text", text}}.dump();
  BOOST_TEST((send(plain(), what).what == sent));
  BOOST_TEST((received()["text"] == text));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
