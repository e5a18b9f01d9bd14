#include "channels/email/dkim.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>
#include <memory>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <vector>

#include "channels/base64.hpp"
#include "schemas/digest.hpp"

namespace recado::channels::email {
namespace {

using key_ptr = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

constexpr int rsa_bits_min = 1'024; // RFC 8301: verifiers refuse less
constexpr std::size_t fold_at = 64;

/// What a reader sees or a mail program acts on. From stands twice, so that nobody can add another.
constexpr std::array<std::string_view, 14> signed_fields{"from",
                                                         "from",
                                                         "reply-to",
                                                         "to",
                                                         "subject",
                                                         "date",
                                                         "message-id",
                                                         "references",
                                                         "mime-version",
                                                         "content-type",
                                                         "auto-submitted",
                                                         "list-unsubscribe",
                                                         "list-unsubscribe-post",
                                                         "content-transfer-encoding"};

key_ptr read_key(std::string_view pem) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio{
    BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())), &BIO_free};
  // No password is asked for on a terminal: an encrypted key is no key.
  auto no_password = [](char*, int, int, void*) { return -1; };
  key_ptr key{PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr), &EVP_PKEY_free};
  ERR_clear_error();
  return key;
}

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::string signed_by(EVP_PKEY* key, std::string_view data) {
  bool ed25519 = EVP_PKEY_get_id(key) == EVP_PKEY_ED25519;
  std::string input = ed25519 ? sha256(data) : std::string{data};
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(),
                                                                  &EVP_MD_CTX_free};
  const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
  std::size_t length = 0;
  if (EVP_DigestSignInit(context.get(), nullptr, ed25519 ? nullptr : EVP_sha256(), nullptr, key) !=
        1 ||
      EVP_DigestSign(context.get(), nullptr, &length, bytes, input.size()) != 1)
    return {};
  std::string out(length, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(out.data()), &length, bytes,
                     input.size()) != 1)
    return {};
  out.resize(length);
  return out;
}

/// The fields of a head, each with its folds and its last CRLF.
std::vector<std::string_view> fields_of(std::string_view head) {
  std::vector<std::string_view> out;
  std::size_t from = 0;
  while (from < head.size()) {
    auto end = head.find("\r\n", from);
    while (end != std::string_view::npos && end + 2 < head.size() && is_blank(head[end + 2]))
      end = head.find("\r\n", end + 2);
    auto next = end == std::string_view::npos ? head.size() : end + 2;
    out.push_back(head.substr(from, next - from));
    from = next;
  }
  return out;
}

struct chosen {
  std::string names; ///< for h=
  std::string text;  ///< canonical
};

chosen choose(std::string_view head) {
  std::vector<std::string> canonical;
  for (auto field : fields_of(head))
    canonical.push_back(relaxed_field(field));
  chosen out;
  bool from_taken = false;
  std::size_t line = 1;
  for (auto name : signed_fields) {
    auto found = std::find_if(canonical.begin(), canonical.end(), [&](const std::string& each) {
      return each.starts_with(name) && each.substr(name.size()).starts_with(':');
    });
    bool second_from = name == "from" && std::exchange(from_taken, true);
    if (found == canonical.end() && !second_from) continue;
    if (!out.names.empty()) out.names += ":";
    if (out.names.size() > line * fold_at) { // a fold within a list is no change of it
      out.names += "\r\n\t";
      ++line;
    }
    out.names += name;
    if (!second_from) out.text += *found;
  }
  return out;
}

std::string folded(std::string_view long_word) {
  std::string out;
  for (; long_word.size() > fold_at; long_word.remove_prefix(fold_at))
    out += std::string{long_word.substr(0, fold_at)} + "\r\n\t";
  return out + std::string{long_word};
}

} // namespace

std::string relaxed_field(std::string_view field) {
  auto colon = field.find(':');
  std::string name{field.substr(0, colon)};
  while (!name.empty() && is_blank(name.back()))
    name.pop_back();
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string value;
  for (char c : colon == std::string_view::npos ? std::string_view{} : field.substr(colon + 1)) {
    if (c == '\r' || c == '\n') continue;
    bool blank = is_blank(c);
    if (blank && (value.empty() || value.back() == ' ')) continue;
    value += blank ? ' ' : c;
  }
  while (value.ends_with(' '))
    value.pop_back();
  return name + ":" + value + "\r\n";
}

std::string relaxed_body(std::string_view body) {
  std::string out;
  std::size_t whole = 0; // up to the last line that is not empty
  while (!body.empty()) {
    auto end = body.find("\r\n");
    auto line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 2);
    auto begin = out.size();
    for (char c : line) {
      bool blank = is_blank(c);
      if (blank && out.size() > begin && out.back() == ' ') continue;
      out += blank ? ' ' : c;
    }
    if (out.size() > begin && out.back() == ' ') out.pop_back();
    bool empty = out.size() == begin;
    out += "\r\n";
    if (!empty) whole = out.size();
  }
  out.resize(whole);
  return out;
}

std::string dkim_key_complaint(std::string_view pem) {
  auto key = read_key(pem);
  auto kind = key ? EVP_PKEY_get_id(key.get()) : 0;
  bool right = kind == EVP_PKEY_ED25519 ||
               (kind == EVP_PKEY_RSA && EVP_PKEY_get_bits(key.get()) >= rsa_bits_min);
  return right ? "" : "must be a private key in PEM without a password: RSA or Ed25519";
}

result<std::string> dkim_signature(std::string_view mail, const dkim_identity& who, wall_time at) {
  auto key = read_key(who.private_key);
  auto gap = mail.find("\r\n\r\n");
  if (!key || gap == std::string_view::npos)
    return fail(ec::internal, "the DKIM key cannot be read");
  auto fields = choose(mail.substr(0, gap + 2));
  auto body_hash = base64(sha256(relaxed_body(mail.substr(gap + 4))));
  auto head =
    fmt::format("DKIM-Signature: v=1; a={}; c=relaxed/relaxed;\r\n\td={}; s={}; "
                "t={};\r\n\th={};\r\n\tbh={};\r\n\tb=",
                EVP_PKEY_get_id(key.get()) == EVP_PKEY_ED25519 ? "ed25519-sha256" : "rsa-sha256",
                who.domain, who.selector, micros(at) / 1'000'000, fields.names, body_hash);
  auto own = relaxed_field(head);
  own.resize(own.size() - 2); // the signature's own field is signed without its CRLF
  auto signature = signed_by(key.get(), fields.text + own);
  if (signature.empty()) return fail(ec::internal, "the DKIM key cannot sign");
  return head + folded(base64(signature)) + "\r\n";
}

} // namespace recado::channels::email
