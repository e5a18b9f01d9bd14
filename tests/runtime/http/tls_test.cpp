#include "app.hpp"

#include <boost/test/unit_test.hpp>
#include <cstdio>
#include <filesystem>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <unistd.h>

using namespace recado::http;
using namespace recado::http::test;
using namespace std::chrono_literals;

namespace {

template <auto Free>
struct freer {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};

/// A key and a certificate for localhost, in a folder of their own.
struct self_signed {
  self_signed() {
    char name[] = "/tmp/http-test-XXXXXX";
    folder = ::mkdtemp(name);
    const std::unique_ptr<EVP_PKEY, freer<EVP_PKEY_free>> key{EVP_EC_gen("P-256")};
    const std::unique_ptr<X509, freer<X509_free>> cert{X509_new()};
    ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(cert.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(cert.get()), 3600);
    X509_set_pubkey(cert.get(), key.get());
    auto* subject = X509_get_subject_name(cert.get());
    const auto* cn = reinterpret_cast<const unsigned char*>("localhost");
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, cn, -1, -1, 0);
    X509_set_issuer_name(cert.get(), subject);
    X509_sign(cert.get(), key.get(), EVP_sha256());
    write(key_file(), [&](FILE* f) {
      PEM_write_PrivateKey(f, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    write(certificate_file(), [&](FILE* f) { PEM_write_X509(f, cert.get()); });
  }
  ~self_signed() { std::filesystem::remove_all(folder); }

  template <class F>
  void write(const std::string& path, F&& with) {
    FILE* f = std::fopen(path.c_str(), "w");
    with(f);
    std::fclose(f);
  }
  std::string key_file() const { return folder + "/key.pem"; }
  std::string certificate_file() const { return folder + "/cert.pem"; }

  std::string folder;
};

/// TLS over a plain client; trusts only the given certificate.
struct tls_client {
  tls_client(std::uint16_t port, const self_signed& trusted, int version_max = 0) : wire(port) {
    SSL_CTX_load_verify_file(context.get(), trusted.certificate_file().c_str());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
    SSL_CTX_set_security_level(context.get(), 0);
    if (version_max) SSL_CTX_set_max_proto_version(context.get(), version_max);
    ssl.reset(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), wire.fd());
    secure = SSL_connect(ssl.get()) == 1;
  }
  std::string ask(std::string_view request, std::string_view last) {
    SSL_write(ssl.get(), request.data(), static_cast<int>(request.size()));
    std::string all;
    std::array<char, 16 * 1024> part{};
    while (all.find(last) == std::string::npos) {
      const int n = SSL_read(ssl.get(), part.data(), part.size());
      if (n <= 0) break;
      all.append(part.data(), static_cast<std::size_t>(n));
    }
    return all;
  }

  client wire;
  std::unique_ptr<SSL_CTX, freer<SSL_CTX_free>> context{SSL_CTX_new(TLS_client_method())};
  std::unique_ptr<SSL, freer<SSL_free>> ssl;
  bool secure = false;
};

server_config with(const self_signed& pair) {
  return {.tls_certificate_file = pair.certificate_file(),
          .tls_key_file = pair.key_file(),
          .linger_timeout = 500ms};
}

} // namespace

BOOST_AUTO_TEST_SUITE(tls)

BOOST_AUTO_TEST_CASE(requests_are_served_over_tls) {
  const self_signed pair;
  world w{with(pair)};
  tls_client c{w.port(), pair};
  BOOST_REQUIRE(c.secure);
  for (int i = 0; i < 3; ++i) {
    const auto all =
      c.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello", "hello");
    BOOST_TEST(all.find("HTTP/1.1 200 OK") == 0U);
  }
  const auto big = c.ask("GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "never");
  BOOST_TEST(big.size() > std::size_t{4 << 20});
  BOOST_TEST(SSL_get_shutdown(c.ssl.get()) == SSL_RECEIVED_SHUTDOWN);
}

BOOST_AUTO_TEST_CASE(an_early_refusal_is_readable_over_tls) {
  const self_signed pair;
  world w{with(pair)};
  tls_client c{w.port(), pair};
  const std::string body(4 << 20, 'x');
  const auto all = c.ask(
    "POST /refused HTTP/1.1\r\nHost: x\r\nContent-Length: 4194304\r\n\r\n" + body, "\r\n\r\nno");
  BOOST_TEST(all.find("HTTP/1.1 401") == 0U);
}

BOOST_AUTO_TEST_CASE(websockets_work_over_tls) {
  const self_signed pair;
  world w{with(pair)};
  tls_client c{w.port(), pair};
  const auto all =
    c.ask("GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
          "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
          "\r\n\r\n");
  BOOST_TEST(all.find("HTTP/1.1 101") == 0U);
  BOOST_TEST(c.ask(std::string{"\x81\x82\0\0\0\0hi", 8}, "hi") == "\x81\x02hi");
  const std::string close{"\x88\x82\0\0\0\0\x03\xe8", 8};
  BOOST_TEST(c.ask(close, "\xe8") == "\x88\x02\x03\xe8");
  BOOST_TEST(eventually([&] { return w.program->close_code == 1000; }));
}

BOOST_AUTO_TEST_CASE(old_versions_and_plain_text_are_refused) {
  const self_signed pair;
  world w{with(pair)};
  BOOST_TEST((!tls_client{w.port(), pair, TLS1_1_VERSION}.secure));
  client plain{w.port()};
  plain.send("GET /echo HTTP/1.1\r\nHost: x\r\n\r\n");
  BOOST_TEST(plain.ends());
  BOOST_TEST(eventually([&] { return w.web->snapshot().connections == 0; }));
}

BOOST_AUTO_TEST_SUITE_END()
