#include "channels/catalog.hpp"

#include <boost/test/unit_test.hpp>

namespace recado::channels::test {

BOOST_AUTO_TEST_SUITE(catalog)

const std::string no_mail = "{}";

std::vector<std::string> pointers(const result<void>& checked) {
  std::vector<std::string> out;
  if (!checked)
    for (const auto& each : checked.error().errors)
      out.push_back(each.pointer);
  std::sort(out.begin(), out.end());
  return out;
}
using list = std::vector<std::string>;

BOOST_AUTO_TEST_CASE(channels_stand_where_the_contract_puts_them) {
  BOOST_TEST((standing_of("email") == standing::external));
  BOOST_TEST((standing_of("webhook") == standing::external));
  BOOST_TEST((standing_of("in_app") == standing::in_app));
  for (const auto* each : {"telegram", "whatsapp", "sms", "messenger", "instagram", "push", "fcm"})
    BOOST_TEST((standing_of(each) == standing::later), each);
  BOOST_TEST((standing_of("pigeon") == standing::unknown));
  for (auto each : external_channels())
    BOOST_TEST(find(each)->name() == each);
  BOOST_TEST((check_account("telegram", "{}", "{}").error().code == ec::not_available_yet));
  BOOST_TEST((check_account("pigeon", "{}", "{}").error().code == ec::invalid_request));
  BOOST_TEST((check_address("telegram", "1").error().code == ec::not_available_yet));
}

BOOST_AUTO_TEST_CASE(a_whole_account_is_accepted) {
  BOOST_TEST(check_account("email",
                           R"({"host":"127.0.0.1","port":2525,"tls":"none","from":"a@b.c",)"
                           R"("reply_to":null,"default":true})",
                           "")
               .has_value());
  BOOST_TEST(check_account("webhook", R"({"url":"https://[2001:db8::1]:8443/x?y=1"})",
                           R"({"secret":"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"})")
               .has_value());
}

BOOST_AUTO_TEST_CASE(all_errors_come_at_once_with_their_places) {
  auto checked = check_account("email",
                               R"({"port":70000,"tls":"maybe","from":"nobody","default":1,)"
                               R"("colour":"red","host":"a b","a/b":1})",
                               R"({"username":"u","password":7})");
  BOOST_TEST((checked.error().code == ec::invalid_request));
  BOOST_TEST(pointers(checked) == (list{"/credentials/password", "/settings/a~1b",
                                        "/settings/colour", "/settings/default", "/settings/from",
                                        "/settings/host", "/settings/port", "/settings/tls"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_required_is_missed) {
  BOOST_TEST(pointers(check_account("email", "{}", "{}")) ==
               (list{"/settings/from", "/settings/host"}),
             boost::test_tools::per_element());
  BOOST_TEST(pointers(check_account("webhook", R"({"url":""})", "{}")) ==
               (list{"/credentials/secret", "/settings/url"}),
             boost::test_tools::per_element());
  BOOST_TEST(pointers(check_account("webhook", "[]", "3")) == (list{"/credentials", "/settings"}),
             boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(fields_of_features_to_come_are_refused_with_their_own_code) {
  const std::vector<field_rule> rules{{.name = "a"}, {.name = "later/b", .not_built = true}};
  auto later = read_fields(R"({"a":"x","later":{"b":1}})", rules, "/settings");
  BOOST_TEST((later.error().code == ec::not_available_yet));
  BOOST_TEST(later.error().errors.front().pointer == "/settings/later/b");
  auto wrong = read_fields(R"({"a":1,"later":{"b":1}})", rules, "/settings");
  BOOST_TEST((wrong.error().code == ec::invalid_request));
}

BOOST_AUTO_TEST_CASE(all_of_dkim_comes_together) {
  auto checked =
    check_account("email", R"({"host":"h","from":"a@b.c","dkim":{"domain":"b.c"}})", "{}");
  BOOST_TEST(pointers(checked) ==
               (list{"/credentials/dkim_private_key", "/settings/dkim/selector"}),
             boost::test_tools::per_element());
  BOOST_TEST(
    pointers(check_account("email", R"({"host":"h","from":"a@b.c","dkim":{"domain":"b.c","x":1}})",
                           R"({"dkim_private_key":"no key"})")) ==
      (list{"/credentials/dkim_private_key", "/settings/dkim/x"}),
    boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(user_name_and_password_come_together) {
  auto checked = check_account("email", R"({"host":"h","from":"a@b.c"})", R"({"username":"u"})");
  BOOST_TEST(pointers(checked) == list{"/credentials/password"}, boost::test_tools::per_element());
  BOOST_TEST(
    check_account("email", R"({"host":"h","from":"a@b.c"})", R"({"username":"","password":""})")
      .has_value());
}

BOOST_AUTO_TEST_CASE(urls_are_read_strictly) {
  for (const auto* wrong : {"ftp://x/", "http://", "http:///x", "https://user:pass@x/",
                            "http://x:0/", "http://x:99999/", "http://x y/", "http://x/#f",
                            "http://[::1/", "http://-x/", "javascript:1", "http://x:/"})
    BOOST_TEST(!http_url_complaint(wrong).empty(), wrong);
  for (const auto* right :
       {"http://x", "https://x.y:8443/a?b=c", "http://[::1]:80/", "http://10.0.0.1"})
    BOOST_TEST(http_url_complaint(right).empty(), right);
}

BOOST_AUTO_TEST_CASE(addresses_are_canonical) {
  BOOST_TEST(*check_address("email", "Ana@Example.COM") == "Ana@example.com");
  BOOST_TEST(!check_address("email", "ana").has_value());
  BOOST_TEST(*check_address("webhook", "customer 7") == "customer 7");
  BOOST_TEST(!check_address("webhook", "a\nb").has_value());
  BOOST_TEST(!check_address("webhook", "").has_value());
}

BOOST_AUTO_TEST_CASE(default_accounts_are_told) {
  BOOST_TEST(is_default(R"({"default":true})"));
  BOOST_TEST(!is_default(R"({"default":false})"));
  BOOST_TEST(!is_default("{}"));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::test
