#include "actors/accounts/seal.hpp"

#include "schemas/digest.hpp"

#include <fstream>
#include <memory>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdexcept>

namespace recado {
namespace {

constexpr std::size_t secret_characters_min = 32;
constexpr std::size_t nonce_bytes = 12, tag_bytes = 16;
constexpr char plain = 0, aes_gcm = 1; // the first byte says what follows

struct cipher_end {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using cipher = std::unique_ptr<EVP_CIPHER_CTX, cipher_end>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

void require(bool done) {
  if (!done) throw std::runtime_error("the cipher failed");
}

} // namespace

result<sealer> sealer::from_file(const std::string& path) {
  if (path.empty()) return sealer{};
  std::ifstream in{path};
  std::string secret;
  if (!std::getline(in, secret))
    return fail(ec::invalid_request, "no key can be read from " + path);
  while (!secret.empty() && (secret.back() == '\r' || secret.back() == ' '))
    secret.pop_back();
  if (secret.size() < secret_characters_min)
    return fail(ec::invalid_request, path + " must hold a secret of at least 32 characters");
  return sealer{sha256(secret)};
}

std::string sealer::seal(std::string_view secret, std::string_view context) const {
  if (!has_key()) return plain + std::string{secret};
  std::string nonce(nonce_bytes, '\0'), tag(tag_bytes, '\0'), out(secret.size(), '\0');
  require(RAND_bytes(bytes(nonce), nonce_bytes) == 1);
  cipher with{EVP_CIPHER_CTX_new()};
  int size = 0;
  require(EVP_EncryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(nonce)));
  require(EVP_EncryptUpdate(with.get(), nullptr, &size, bytes(context),
                            static_cast<int>(context.size())));
  require(EVP_EncryptUpdate(with.get(), bytes(out), &size, bytes(secret),
                            static_cast<int>(secret.size())));
  require(EVP_EncryptFinal_ex(with.get(), bytes(out) + size, &size));
  require(EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, tag.data()));
  return aes_gcm + nonce + tag + out;
}

result<std::string> sealer::open(std::string_view sealed, std::string_view context) const {
  if (!sealed.empty() && sealed[0] == plain) return std::string{sealed.substr(1)};
  if (sealed.size() < 1 + nonce_bytes + tag_bytes || sealed[0] != aes_gcm)
    return fail(ec::internal, "the secret is stored in an unknown form");
  if (!has_key()) return fail(ec::internal, "the secret is sealed, and this node has no key");
  auto nonce = sealed.substr(1, nonce_bytes);
  std::string tag{sealed.substr(1 + nonce_bytes, tag_bytes)};
  auto text = sealed.substr(1 + nonce_bytes + tag_bytes);
  std::string out(text.size(), '\0');
  cipher with{EVP_CIPHER_CTX_new()};
  int size = 0;
  require(EVP_DecryptInit_ex(with.get(), EVP_aes_256_gcm(), nullptr, bytes(key_), bytes(nonce)));
  require(EVP_DecryptUpdate(with.get(), nullptr, &size, bytes(context),
                            static_cast<int>(context.size())));
  require(
    EVP_DecryptUpdate(with.get(), bytes(out), &size, bytes(text), static_cast<int>(text.size())));
  require(EVP_CIPHER_CTX_ctrl(with.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()));
  if (EVP_DecryptFinal_ex(with.get(), bytes(out) + size, &size) != 1)
    return fail(ec::internal, "the secret was sealed with another key");
  return out;
}

} // namespace recado
