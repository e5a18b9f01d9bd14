/// Access tokens. Nobody but us can sign, so nothing that a fuzzer makes may be believed, except a
/// token that was issued: the seeds hold none that is valid here.
#include "gateway/auth/authority.hpp"
#include "gateway/auth/base64url.hpp"
#include "gateway/auth/secret.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace recado;
using fuzz::must;

namespace {

const wall_time now = from_micros(1'790'000'000'000'000);

auth::authority& issuer() {
  static auto one = [] {
    auto out = std::make_unique<auth::authority>(auth::authority_config{});
    out->set_keys({auth::make_signing_key(now)});
    return out;
  }();
  return *one;
}

/// A real token with these bytes at this place.
void check_changed(std::string_view with, std::size_t at) {
  static const auto real =
    issuer().issue(client_id::make(), user_id{"ana"}, {auth::scope::messages_read}, now).token;
  auto token = real;
  token.replace(at % token.size(), std::min(with.size(), token.size() - at % token.size()), with);
  must(issuer().verify(token, now).who.has_value() == (token == real), "no changed token is valid");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::text_of(data, size);
  must(!issuer().verify(text, now).who.has_value(), "nobody else can sign");
  auth::key_id_of(text);
  if (size > 2) check_changed(text.substr(2), data[0] * 256u + data[1]);
  if (auto bytes = auth::from_base64url(text))
    must(auth::base64url(*bytes) == text, "base64url has one spelling");
  auth::from_base64(text);
  return 0;
}
