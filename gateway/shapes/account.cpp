#include "gateway/shapes/account.hpp"

#include "channels/catalog.hpp"
#include "gateway/shapes/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace recado::shapes {
namespace {

constexpr std::size_t settings_bytes_max = 64 << 10, secrets_bytes_max = 64 << 10;

/// The shortest text that says it.
std::string real_text(double value) {
  std::array<char, 32> out{};
  auto [end, error] = std::to_chars(out.data(), out.data() + out.size(), value);
  return error == std::errc{} ? std::string{out.data(), end} : "0";
}

/// RFC 7396.
json::value merged(const json::value& onto, const json::value& patch) {
  if (!patch.members()) return patch;
  json::value::object out;
  if (onto.members())
    for (const auto& each : *onto.members()) {
      auto changed = std::ranges::find(*patch.members(), each.name, &json::member::name);
      if (changed == patch.members()->end())
        out.push_back(each);
      else if (!changed->held.null())
        out.push_back({each.name, merged(each.held, changed->held)});
    }
  for (const auto& each : *patch.members()) {
    bool known = onto.members() && std::ranges::any_of(*onto.members(), [&](const auto& one) {
                   return one.name == each.name;
                 });
    if (!known && !each.held.null()) out.push_back({each.name, merged({}, each.held)});
  }
  return json::value{std::move(out)};
}

/// The stored object with the member of the request merged over it.
void merge_object(json::fields& in, std::string_view name, std::string& stored,
                  std::size_t bytes_max) {
  const auto* patch = in.find(name);
  if (!patch) return;
  if (!patch->members()) return in.wrong(name, "an object was expected");
  auto now = json::parse(stored.empty() ? "{}" : stored);
  stored = json::to_text(merged(now ? now->root : json::value{}, *patch));
  if (stored.size() > bytes_max) in.wrong(name, "at most " + std::to_string(bytes_max) + " bytes");
}

void read_real(json::fields& in, std::string_view name, double min, double max, double& into) {
  const auto* found = in.find(name);
  if (!found) return;
  const auto* held = found->numeric();
  auto value = held ? held->real() : NAN;
  if (value >= min && value <= max)
    into = value;
  else
    in.wrong(name, "a number from " + real_text(min) + " to " + real_text(max) + " was expected");
}

void read_duration(json::fields& in, std::string_view name, std::chrono::milliseconds max,
                   policy::duration& into) {
  auto text = in.text(name, {1, 16});
  if (!text) return;
  auto value = parse_duration(*text);
  if (!value || *value < std::chrono::milliseconds{1} || *value > max)
    return in.wrong(name,
                    R"(a duration such as "500ms", "1s", "15m" or "24h" was expected, up to )" +
                      duration_text(max));
  into = *value;
}

void read_pacing(json::fields& in, json::complaints& into, channels::pacing& out) {
  const auto* held = in.find("pacing");
  if (!held) return;
  json::fields pacing{*held, in.pointer("pacing"), into};
  read_real(pacing, "per_second", 0.001, 100'000, out.per_second);
  if (auto n = pacing.integer("burst", 1, 100'000)) out.burst = static_cast<std::uint32_t>(*n);
  if (auto n = pacing.integer("max_in_flight", 1, 1'000))
    out.max_in_flight = static_cast<std::uint32_t>(*n);
  pacing.finish();
}

void read_retry(json::fields& in, json::complaints& into, policy::retry_config& out) {
  const auto* held = in.find("retry");
  if (!held) return;
  constexpr std::chrono::hours wait_max{24 * 7}, age_max{24 * 30};
  json::fields retry{*held, in.pointer("retry"), into};
  read_duration(retry, "first", wait_max, out.first);
  read_real(retry, "factor", 1, 100, out.factor);
  read_duration(retry, "max", wait_max, out.max);
  if (auto n = retry.integer("attempts", 1, 1'000)) out.attempts = static_cast<std::uint32_t>(*n);
  read_duration(retry, "max_age", age_max, out.max_age);
  retry.finish();
}

/// What the channel says about settings and credentials.
void check_with_channel(const stored_account& what, json::complaints& into) {
  const auto& record = what.record;
  auto checked = channels::check_account(record.key.channel, record.settings, record.credentials);
  if (checked) return;
  auto why = checked.error();
  if (why.errors.empty()) why.errors.push_back({"/channel", why.detail});
  for (auto& each : why.errors)
    if (why.code == ec::not_available_yet)
      into.not_yet(std::move(each.pointer), std::move(each.detail));
    else
      into.wrong(std::move(each.pointer), std::move(each.detail));
}

void read_parts(json::fields& in, stored_account& out, json::complaints& into) {
  merge_object(in, "settings", out.record.settings, settings_bytes_max);
  merge_object(in, "credentials", out.record.credentials, secrets_bytes_max);
  read_pacing(in, into, out.record.pace);
  read_retry(in, into, out.record.retry);
  if (auto state = in.word("state", {"active", "paused"})) out.record.paused = *state == 1;
}

std::string_view to_text(policy::circuit_breaker::state what) {
  return policy::to_string(what);
}

} // namespace

stored_account read_account(const json::value& body, const client_id& client,
                            json::complaints& into) {
  stored_account out;
  out.record.settings = out.record.credentials = "{}";
  json::fields in{body, "", into};
  if (!body.members()) return out;
  in.require("channel");
  in.require("account");
  auto channel = in.text("channel", {1, 64});
  auto account = in.text("account", {1, 128});
  if (account && !user_id::valid(*account))
    in.wrong("account", "a name is 1 to 128 of A-Z a-z 0-9 . _ : @ + -");
  out.record.key = {client, channel.value_or(""), account.value_or("")};
  read_parts(in, out, into);
  in.finish();
  if (channel) check_with_channel(out, into);
  return out;
}

void patch_account(const json::value& body, stored_account& into_account, json::complaints& into) {
  json::fields in{body, "", into};
  if (!body.members()) return;
  for (auto name : {"channel", "account"}) { // may be named, but not changed
    auto same = in.text(name, {1, 128});
    const auto& key = into_account.record.key;
    if (same && *same != (std::string_view{name} == "channel" ? key.channel : key.account))
      in.wrong(name, "cannot be changed");
  }
  read_parts(in, into_account, into);
  in.finish();
  check_with_channel(into_account, into);
}

void append_account(json::writer& to, const stored_account& what) {
  const auto& record = what.record;
  to.begin_object()
    .field("channel", record.key.channel)
    .field("account", record.key.account)
    .field_raw("settings", record.settings)
    .key("pacing")
    .begin_object()
    .key("per_second")
    .raw(real_text(record.pace.per_second))
    .field("burst", record.pace.burst)
    .field("max_in_flight", record.pace.max_in_flight)
    .end_object()
    .key("retry")
    .begin_object()
    .field("first", duration_text(record.retry.first))
    .key("factor")
    .raw(real_text(record.retry.factor))
    .field("max", duration_text(record.retry.max))
    .field("attempts", record.retry.attempts)
    .field("max_age", duration_text(record.retry.max_age))
    .end_object()
    .field("state", record.paused ? "paused" : "active")
    .field("created_at", what.created_at)
    .field("updated_at", what.updated_at)
    .end_object();
}

void append_connector(json::writer& to, const connector_view& what) {
  auto now = what.now.value_or(channels::connector_snapshot{});
  const auto& record = what.account.record;
  to.begin_object()
    .field("channel", record.key.channel)
    .field("account", record.key.account)
    .field("state", record.paused ? "paused" : "active")
    .field("running", what.now.has_value())
    .field("breaker", to_text(now.breaker))
    .field("breaker_retry_at", now.breaker_retry_at)
    .field("tokens", what.now ? now.tokens : record.pace.burst)
    .field("in_flight", now.in_flight)
    .field("in_flight_max", what.now ? now.in_flight_max : record.pace.max_in_flight)
    .key("lanes")
    .begin_object();
  for (std::size_t i = 0; i < lanes; ++i)
    to.field(to_string(static_cast<lane>(i)), now.ready[i]);
  to.end_object()
    .field("retrying", now.retrying)
    .field("held", now.held)
    .field("backlog", now.backlog)
    .field("attempts", now.attempts)
    .field("sent", now.sent)
    .field("failed", now.failed)
    .key("last_failure");
  if (now.last)
    to.begin_object()
      .field("at", now.last->at)
      .field("provider_code", now.last->provider_code)
      .field("detail", now.last->detail)
      .end_object();
  else
    to.null();
  to.end_object();
}

std::string check_body(const channels::check_result& what) {
  std::string out;
  json::writer to{out};
  to.begin_object().field("ok", what.ok).key("provider_code");
  what.provider_code.empty() ? to.null() : to.put(what.provider_code);
  to.key("detail");
  what.detail.empty() ? to.null() : to.put(what.detail);
  to.field("took_ms", what.took.count()).end_object();
  return out;
}

} // namespace recado::shapes
