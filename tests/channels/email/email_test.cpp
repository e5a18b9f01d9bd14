#include "channels/catalog.hpp"
#include "channels/email/email.hpp"
#include "tests/channels/deliveries.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::channels::test {

open_account account_of(std::string settings, std::string credentials = "{}") {
  account_record record;
  record.key = {client_id::make(), "email", "bar"};
  record.settings = std::move(settings);
  record.credentials = std::move(credentials);
  return *open(record);
}

const std::string plain = R"({"host":"mail.example.org","from":"Bar <bar@example.org>"})";

http::outgoing_mail mail_of(const draft& what, const open_account& account = account_of(plain)) {
  open_delivery_ptr delivery = what;
  auto made = find("email")->send_text(*delivery, account, noon);
  BOOST_REQUIRE(made.has_value());
  return std::get<http::outgoing_mail>(*made);
}

bool has(const std::string& content, std::string_view field) {
  return content.substr(0, content.find("\r\n\r\n")).find("\r\n" + std::string{field}) !=
         std::string::npos;
}

const draft note{.address = "ana@example.com"};

BOOST_AUTO_TEST_SUITE(email)

BOOST_AUTO_TEST_CASE(the_default_is_submission_with_starttls) {
  auto mail = mail_of(note);
  BOOST_TEST(mail.port == 587);
  BOOST_TEST((mail.security == http::mail_security::starttls));
  BOOST_TEST(mail.sender == "bar@example.org");
  BOOST_TEST(mail.recipient == "ana@example.com");
  BOOST_TEST(mail.username.empty());
  auto implicit = mail_of(note, account_of(R"({"host":"h","from":"a@b.c","tls":"implicit"})",
                                           R"({"username":"u","password":"p"})"));
  BOOST_TEST(implicit.port == 465);
  BOOST_TEST(implicit.username == "u");
  BOOST_TEST(mail_of(note, account_of(R"({"host":"h","from":"a@b.c","tls":"none"})")).port == 25);
}

BOOST_AUTO_TEST_CASE(the_subject_is_the_payloads_or_the_title_or_the_text) {
  auto with = note;
  with.payload = R"({"type":"text","text":"body","subject":"Payload"})";
  with.title = "Title";
  BOOST_TEST(has(mail_of(with).content, "Subject: Payload\r\n"));
  with.payload = R"({"type":"text","text":"body"})";
  BOOST_TEST(has(mail_of(with).content, "Subject: Title\r\n"));
  with.title = "";
  with.payload = R"({"type":"text","text":"one\ntwo )" + std::string(100, 'x') + R"("})";
  auto content = mail_of(with).content;
  BOOST_TEST(has(content, "Subject: one two\r\n x"));
  BOOST_TEST(content.find(std::string(71, 'x')) != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_message_id_is_the_same_at_every_try_and_differs_between_recipients) {
  open_delivery_ptr one = note;
  auto account = account_of(plain);
  auto id = find("email")->own_id(*one, account);
  BOOST_TEST(id.find(one->message.str()) != std::string::npos);
  BOOST_TEST(id.ends_with("@example.org>"));
  auto first = std::get<http::outgoing_mail>(*find("email")->send_text(*one, account, noon));
  auto second = std::get<http::outgoing_mail>(
    *find("email")->send_text(*one, account, noon + std::chrono::hours{1}));
  BOOST_TEST(has(first.content, "Message-ID: " + id + "\r\n"));
  BOOST_TEST(first.content == second.content);
  auto other = *one;
  other.id = uuid::v7();
  BOOST_TEST(find("email")->own_id(other, account) != id);
}

BOOST_AUTO_TEST_CASE(programs_say_that_they_are_programs_and_people_are_threaded) {
  auto by_program = mail_of(note).content;
  BOOST_TEST(has(by_program, "Auto-Submitted: auto-generated"));
  BOOST_TEST(!has(by_program, "References"));
  auto person = note;
  person.from = "bruno";
  auto by_person = mail_of(person).content;
  BOOST_TEST(!has(by_person, "Auto-Submitted"));
  BOOST_TEST(has(by_person, "References: <" + person.conversation.str() + "@example.org>"));
}

BOOST_AUTO_TEST_CASE(a_way_to_unsubscribe_stands_on_bulk_mail_or_where_the_message_says_so) {
  auto account =
    account_of(R"({"host":"h","from":"a@b.c","list_unsubscribe":"https://example.org/leave"})");
  BOOST_TEST(!has(mail_of(note, account).content, "List-Unsubscribe"));
  auto bulk = note;
  bulk.priority = lane::bulk;
  BOOST_TEST(has(mail_of(bulk, account).content, "List-Unsubscribe: <https://example.org/leave>"));
  BOOST_TEST(!has(mail_of(bulk).content, "List-Unsubscribe"));
  auto own = note;
  own.metadata = R"({"list_unsubscribe":"mailto:x@example.org"})";
  BOOST_TEST(has(mail_of(own).content, "List-Unsubscribe: <mailto:x@example.org>"));
  own.metadata = R"({"list_unsubscribe":"javascript:alert"})";
  BOOST_TEST(!has(mail_of(own).content, "List-Unsubscribe"));
}

BOOST_AUTO_TEST_CASE(bounces_go_to_an_address_of_the_delivery) {
  auto mail = mail_of(note, account_of(R"({"host":"h","from":"a@b.c","reply_to":"r@b.c",)"
                                       R"("bounce_domain":"bounces.b.c"})"));
  BOOST_TEST(mail.sender.starts_with("bounce+"));
  BOOST_TEST(mail.sender.ends_with("@bounces.b.c"));
  BOOST_TEST(has(mail.content, "Reply-To: <r@b.c>"));
}

BOOST_AUTO_TEST_CASE(a_failure_of_the_way_is_classified) {
  using http::transfer_error;
  auto verdict_for = [](transfer_error what, bool maybe = false) {
    return find("email")->parse_response(http::transfer_failure{what, maybe, "why"}, noon);
  };
  BOOST_TEST((verdict_for(transfer_error::connect).what == outcome_class::retry));
  BOOST_TEST((verdict_for(transfer_error::connect).health == provider_health::ill));
  BOOST_TEST((verdict_for(transfer_error::timed_out, true).what == outcome_class::unknown));
  BOOST_TEST((verdict_for(transfer_error::identity).what == outcome_class::config));
  BOOST_TEST((verdict_for(transfer_error::refused_address).what == outcome_class::config));
  BOOST_TEST((verdict_for(transfer_error::overloaded).health == provider_health::unsaid));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
