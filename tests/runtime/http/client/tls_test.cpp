#include "../app.hpp"
#include "certificate.hpp"
#include "client_world.hpp"

namespace recado::http::client_test {

struct tls_world : client_world {
  explicit tls_world(const std::string& names) : mine(names), served(config()) {}
  server_config config() const {
    server_config out;
    out.tls_certificate_file = mine.file();
    out.tls_key_file = mine.key_file();
    return out;
  }
  outgoing_request to(const std::string& host, std::string ca) const {
    auto out = post("https://" + host + ":" + std::to_string(served.port()) + "/echo", "hello");
    out.ca_pem = std::move(ca);
    return out;
  }
  certificate mine;
  test::world served;
};

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(an_authority_of_ones_own_is_trusted_and_the_name_must_fit) {
  tls_world w{"DNS:localhost,IP:127.0.0.1"};
  BOOST_TEST(must<incoming_response>(w.call(w.to("localhost", w.mine.pem()))).body == "hello");
  BOOST_TEST(must<incoming_response>(w.call(w.to("127.0.0.1", w.mine.pem()))).status == 200);
}

BOOST_AUTO_TEST_CASE(a_certificate_that_is_not_trusted_or_has_another_name_ends_it) {
  tls_world w{"DNS:mail.example.org"};
  certificate other{"DNS:localhost"};
  for (const auto& ca : {std::string{}, other.pem(), w.mine.pem()}) {
    auto why = must<transfer_failure>(w.call(w.to("localhost", ca)));
    BOOST_TEST((why.what == transfer_error::identity), why.detail);
    BOOST_TEST(!why.maybe_taken);
  }
}

BOOST_AUTO_TEST_CASE(a_server_that_speaks_no_tls_ends_it) {
  raw_server plain{[](raw_connection& c, int) {
    c.say("220 hello\r\n");
    c.wait_for_end();
  }};
  client_world w;
  auto request = w.post("https://127.0.0.1:" + std::to_string(plain.port()) + "/");
  BOOST_TEST((must<transfer_failure>(w.call(request)).what == transfer_error::tls));
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::http::client_test
