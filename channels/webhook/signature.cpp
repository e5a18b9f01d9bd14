#include "channels/webhook/signature.hpp"

#include <array>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "channels/base64.hpp"

namespace recado::channels::webhook {
namespace {

constexpr std::string_view prefix = "whsec_";
constexpr std::size_t key_bytes_min = 24, key_bytes_max = 64;

} // namespace

std::optional<std::string> key_of(std::string_view secret) {
  if (!secret.starts_with(prefix)) return std::nullopt;
  std::string text{secret.substr(prefix.size())};
  while (text.size() % 4 != 0)
    text += '='; // many leave the padding out
  if (text.empty() || text.size() > 2 * key_bytes_max) return std::nullopt;
  std::string out(text.size(), '\0');
  auto length = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                                reinterpret_cast<const unsigned char*>(text.data()),
                                static_cast<int>(text.size()));
  if (length < 0) return std::nullopt;
  auto padding = text.ends_with("==") ? 2u : text.ends_with("=") ? 1u : 0u;
  out.resize(static_cast<std::size_t>(length) - padding);
  if (out.size() < key_bytes_min || out.size() > key_bytes_max) return std::nullopt;
  return out;
}

std::string sign(std::string_view key, std::string_view id, std::int64_t unix_seconds,
                 std::string_view body) {
  auto content = fmt::format("{}.{}.{}", id, unix_seconds, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
       reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest.data(),
       &length);
  return "v1," + base64({reinterpret_cast<const char*>(digest.data()), length});
}

} // namespace recado::channels::webhook
