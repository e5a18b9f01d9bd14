#include "gateway/auth/ed25519.hpp"

#include "gateway/auth/base64url.hpp"
#include "schemas/digest.hpp"

#include <new>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdexcept>

namespace recado::auth {
namespace {

constexpr std::size_t key_bytes = 32, signature_bytes = 64;

using context = std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>;
using memory = std::unique_ptr<BIO, decltype(&BIO_free)>;

context new_context() {
  context out{EVP_MD_CTX_new(), EVP_MD_CTX_free};
  if (!out) throw std::bad_alloc{};
  return out;
}

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

} // namespace

ed25519_key::ed25519_key(evp_pkey_st* owned) : key_(owned, EVP_PKEY_free) {}

ed25519_key ed25519_key::generate() {
  auto* made = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (!made) throw std::runtime_error("OpenSSL cannot make an Ed25519 key");
  return ed25519_key{made};
}

result<ed25519_key> ed25519_key::from_pem(const std::string& pem) {
  memory in{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), BIO_free};
  auto* read = in ? PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr) : nullptr;
  if (!read) return fail(ec::internal, "the signing key cannot be read");
  ed25519_key out{read};
  if (EVP_PKEY_get_id(read) != EVP_PKEY_ED25519)
    return fail(ec::internal, "the signing key is not an Ed25519 key");
  return out;
}

result<ed25519_key> ed25519_key::from_private(std::string_view bytes) {
  if (bytes.size() != key_bytes) return fail(ec::internal, "32 bytes were expected");
  auto* made = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(bytes), bytes.size());
  if (!made) return fail(ec::internal, "the bytes are not an Ed25519 key");
  return ed25519_key{made};
}

std::string ed25519_key::to_pem() const {
  memory out{BIO_new(BIO_s_mem()), BIO_free};
  if (!out || PEM_write_bio_PKCS8PrivateKey(out.get(), key_.get(), nullptr, nullptr, 0, nullptr,
                                            nullptr) != 1)
    throw std::bad_alloc{};
  char* data = nullptr;
  auto size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string ed25519_key::public_bytes() const {
  std::string out(key_bytes, '\0');
  std::size_t size = out.size();
  if (EVP_PKEY_get_raw_public_key(key_.get(), raw(out), &size) != 1) throw std::bad_alloc{};
  return out;
}

std::string ed25519_key::thumbprint() const {
  return base64url(
    sha256(R"({"crv":"Ed25519","kty":"OKP","x":")" + base64url(public_bytes()) + "\"}"));
}

std::string ed25519_key::sign(std::string_view what) const {
  auto with = new_context();
  std::string out(signature_bytes, '\0');
  std::size_t size = out.size();
  if (EVP_DigestSignInit(with.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(with.get(), raw(out), &size, raw(what), what.size()) != 1)
    throw std::runtime_error("OpenSSL cannot sign");
  return out;
}

bool ed25519_key::verify(std::string_view what, std::string_view signature) const {
  if (signature.size() != signature_bytes) return false;
  auto with = new_context();
  return EVP_DigestVerifyInit(with.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
         EVP_DigestVerify(with.get(), raw(signature), signature.size(), raw(what), what.size()) ==
           1;
}

} // namespace recado::auth
