#include "channels/email/dkim.hpp"

#include <boost/test/unit_test.hpp>
#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

namespace recado::channels::email {

std::string pem_of(EVP_PKEY* key) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio{BIO_new(BIO_s_mem()), &BIO_free};
  PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  auto size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}
using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
key_ptr rsa(unsigned bits) {
  return {EVP_RSA_gen(bits), &EVP_PKEY_free};
}
key_ptr ed25519() {
  return {EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), &EVP_PKEY_free};
}

std::string tag(const std::string& field, const std::string& name) {
  auto at = field.find(name + "=");
  auto value = field.substr(at + name.size() + 1);
  value = value.substr(0, value.find(';'));
  std::erase_if(value, [](char c) { return c == '\r' || c == '\n' || c == '\t' || c == ' '; });
  return value;
}

std::string from_base64(const std::string& text) {
  std::string out(text.size(), '\0');
  auto length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(text.data()),
                                static_cast<int>(text.size()));
  auto padding = text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0;
  out.resize(static_cast<std::size_t>(length - padding));
  return out;
}

const std::string mail =
  "From: Bar <bar@example.org>\r\nTo: <ana@example.com>\r\n"
  "Subject: a long\r\n  folded  subject\r\nX-Other: 1\r\n\r\nBody  text \r\n\r\n";

BOOST_AUTO_TEST_SUITE(dkim)

BOOST_AUTO_TEST_CASE(the_canonical_forms_are_those_of_the_rfc) { // RFC 6376, 3.4.5
  BOOST_TEST(relaxed_field("A: X\r\n") == "a:X\r\n");
  BOOST_TEST(relaxed_field("B : Y\t\r\n\tZ  \r\n") == "b:Y Z\r\n");
  BOOST_TEST(relaxed_body(" C \r\nD \t E\r\n\r\n\r\n") == " C\r\nD E\r\n");
  BOOST_TEST(relaxed_body("") == "");
  BOOST_TEST(relaxed_body("\r\n\r\n") == "");
  BOOST_TEST(relaxed_body("no end") == "no end\r\n");
}

BOOST_AUTO_TEST_CASE(a_signature_says_what_it_covers_and_verifies) {
  auto key = rsa(2048);
  auto made = dkim_signature(mail, {"example.org", "s1", pem_of(key.get())},
                             wall_time{std::chrono::seconds{1'700'000'000}});
  BOOST_REQUIRE(made.has_value());
  const auto& field = *made;
  BOOST_TEST(tag(field, "a") == "rsa-sha256");
  BOOST_TEST(tag(field, "d") == "example.org");
  BOOST_TEST(tag(field, "s") == "s1");
  BOOST_TEST(tag(field, "t") == "1700000000");
  BOOST_TEST(tag(field, "h") == "from:from:to:subject");
  // What a verifier builds: the fields named in h, then this one with an empty b and no CRLF.
  auto own = relaxed_field(field.substr(0, field.find("\tb=") + 3));
  auto signed_text = std::string{"from:Bar <bar@example.org>\r\nto:<ana@example.com>\r\n"
                                 "subject:a long folded subject\r\n"} +
                     own.substr(0, own.size() - 2);
  auto signature = from_base64(tag(field, "\tb"));
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
  EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get());
  BOOST_TEST(
    EVP_DigestVerify(context.get(), reinterpret_cast<const unsigned char*>(signature.data()),
                     signature.size(), reinterpret_cast<const unsigned char*>(signed_text.data()),
                     signed_text.size()) == 1);
}

BOOST_AUTO_TEST_CASE(the_same_mail_is_signed_with_the_same_bytes) {
  for (const auto& pem : {pem_of(rsa(1024).get()), pem_of(ed25519().get())}) {
    dkim_identity who{"example.org", "s1", pem};
    BOOST_TEST(*dkim_signature(mail, who, {}) == *dkim_signature(mail, who, {}));
  }
  BOOST_TEST(tag(*dkim_signature(mail, {"d", "s", pem_of(ed25519().get())}, {}), "a") ==
             "ed25519-sha256");
}

BOOST_AUTO_TEST_CASE(only_keys_that_can_sign_are_keys) {
  BOOST_TEST(dkim_key_complaint(pem_of(rsa(2048).get())).empty());
  BOOST_TEST(dkim_key_complaint(pem_of(ed25519().get())).empty());
  BOOST_TEST(!dkim_key_complaint(pem_of(rsa(512).get())).empty());
  key_ptr elliptic{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  BOOST_TEST(!dkim_key_complaint(pem_of(elliptic.get())).empty());
  BOOST_TEST(!dkim_key_complaint("").empty());
  BOOST_TEST(
    !dkim_key_complaint("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n").empty());
  BOOST_TEST(!dkim_signature(mail, {"d", "s", "x"}, {}).has_value());
}

BOOST_AUTO_TEST_SUITE_END()

} // namespace recado::channels::email
