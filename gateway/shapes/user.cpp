#include "gateway/shapes/user.hpp"

#include "channels/catalog.hpp"
#include "gateway/shapes/address.hpp"
#include "gateway/shapes/locale.hpp"
#include "schemas/time_zone.hpp"

namespace recado::shapes {
namespace {
constexpr std::size_t name_bytes_max = 64; // of a locale, a time zone
} // namespace

user_fields read_user_fields(const json::value& body, const gateway_limits& limits,
                             json::complaints& into) {
  user_fields out;
  json::fields in{body, "", into};
  out.name = in.text("name", {0, 512}, json::nullable::as_absent);
  out.locale = in.text("locale", {1, name_bytes_max}, json::nullable::as_absent);
  if (out.locale && !language_tag(*out.locale))
    in.wrong("locale", "a language tag of BCP 47 was expected, such as pt-BR");
  out.time_zone = in.text("time_zone", {1, name_bytes_max}, json::nullable::as_absent);
  if (out.time_zone && !known_time_zone(*out.time_zone))
    in.wrong("time_zone", "a zone of the IANA database was expected, such as America/Sao_Paulo");
  out.metadata = in.object("metadata", limits.metadata_bytes_max).value_or("{}");
  in.finish();
  return out;
}

bool identity_channel(std::string_view name) {
  if (name == "push") return false; // fcm, apns and webpush have addresses of their own
  auto known = channels::standing_of(name);
  return known == channels::standing::external || known == channels::standing::later;
}

identity_fields read_identity(const json::value& body, std::string channel,
                              json::complaints& into) {
  identity_fields out;
  json::fields in{body, "", into};
  in.require("address");
  if (auto given = in.text("address", {1, 4096})) { // a Web Push subscription is long
    // Without a channel there is nothing to hold it against; that is complained about elsewhere.
    auto address = identity_channel(channel) ? canonical_address(channel, *given) : *given;
    if (address)
      out.address = std::move(*address);
    else
      in.wrong("address", address.error().detail);
  }
  out.account = in.text("account", {1, 128}, json::nullable::as_absent);
  out.verified = in.boolean("verified").value_or(false);
  in.finish();
  out.channel = std::move(channel);
  return out;
}

} // namespace recado::shapes
