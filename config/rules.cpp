#include "config/rules.hpp"

#include <fmt/format.h>

#include "config/setting.hpp"

namespace recado::config {
namespace {

class rules {
public:
  void must(bool holds, const char* key, std::string why) {
    if (!holds) broken_.push_back({"", key, std::move(why)});
  }
  std::vector<invalid> take() { return std::move(broken_); }

private:
  std::vector<invalid> broken_;
};

void check(const node_section& s, rules& to) {
  to.must(s.linger_ms <= s.stop_ms_max / 3, "node.linger_ms",
          fmt::format("{} is more than a third of stop_ms_max ({})", s.linger_ms, s.stop_ms_max));
}

void check(const http_section& s, rules& to) {
  to.must(s.tls_certificate_file.empty() == s.tls_key_file.empty(), "http.tls_key_file",
          "tls_certificate_file and tls_key_file are given together or not at all");
}

void check(const limits_section& s, rules& to) {
  to.must(s.page_default <= s.page_max, "limits.page_default",
          fmt::format("{} is more than page_max ({})", s.page_default, s.page_max));
  to.must(
    s.body_bytes_max <= s.bulk_body_bytes_max, "limits.bulk_body_bytes_max",
    fmt::format("{} is less than body_bytes_max ({})", s.bulk_body_bytes_max, s.body_bytes_max));
  to.must(s.text_bytes_max <= s.body_bytes_max, "limits.text_bytes_max",
          fmt::format("{} is more than body_bytes_max ({})", s.text_bytes_max, s.body_bytes_max));
}

void check(const bus_section& s, rules& to) {
  to.must(!s.urls.empty(), "bus.urls", "names no server");
  to.must(s.token.empty() || (s.user.empty() && s.password.empty()), "bus.token",
          "is given besides user or password: use one of the two ways");
  to.must(
    s.backoff_ms_first <= s.backoff_ms_max, "bus.backoff_ms_max",
    fmt::format("{} is less than backoff_ms_first ({})", s.backoff_ms_max, s.backoff_ms_first));
}

void check(const cluster_section& s, rules& to) {
  to.must(
    s.serve_without_heartbeat_ms < s.silence_ms, "cluster.serve_without_heartbeat_ms",
    fmt::format("{} is not less than silence_ms ({}): a node must stop before others take over",
                s.serve_without_heartbeat_ms, s.silence_ms));
  to.must(s.heartbeat_ms * 3 <= s.serve_without_heartbeat_ms, "cluster.heartbeat_ms",
          fmt::format("{} is more than a third of serve_without_heartbeat_ms ({})", s.heartbeat_ms,
                      s.serve_without_heartbeat_ms));
  to.must(
    s.beacon_ms * 2 <= s.beacon_age_ms_max, "cluster.beacon_age_ms_max",
    fmt::format("{} is less than two times beacon_ms ({})", s.beacon_age_ms_max, s.beacon_ms));
}

void check(const node_config& all, rules& to) {
  to.must(
    all.gateway.owner_reply_timeout_ms + all.gateway.queue_wait_ms < all.http.request_timeout_ms,
    "http.request_timeout_ms",
    fmt::format("{} is not more than gateway.owner_reply_timeout_ms and queue_wait_ms together",
                all.http.request_timeout_ms));
  to.must(all.limits.bulk_messages_max <= all.gateway.in_flight_per_client,
          "gateway.in_flight_per_client",
          fmt::format("{} is less than limits.bulk_messages_max ({})",
                      all.gateway.in_flight_per_client, all.limits.bulk_messages_max));
  to.must(all.conversations.batch_commands_max <= all.conversations.commands_per_partition_max,
          "conversations.batch_commands_max", "is more than commands_per_partition_max");
}

} // namespace

std::vector<invalid> broken_rules(const node_config& config) {
  rules all;
  check(config.node, all);
  check(config.http, all);
  check(config.limits, all);
  check(config.bus, all);
  check(config.cluster, all);
  check(config, all);
  return all.take();
}

std::vector<invalid> validate(const node_config& config) {
  std::vector<invalid> out;
  auto copy = config;
  for (auto& one : settings_of(copy))
    if (auto why = one.set(one.get())) out.push_back({"", one.name(), *why});
  for (auto& broken : broken_rules(config))
    out.push_back(std::move(broken));
  return out;
}

std::string to_text(const std::vector<invalid>& errors) {
  std::string out;
  for (const auto& error : errors) {
    if (!error.where.empty()) out += error.where + ": ";
    if (!error.key.empty()) out += error.key + ": ";
    out += error.why + "\n";
  }
  return out;
}

} // namespace recado::config
