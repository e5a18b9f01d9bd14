#include "gateway/config.hpp"

#include <algorithm>

namespace recado {
namespace {

struct rule {
  bool holds;
  const char* otherwise;
};

} // namespace

bool rates_config::daily() const {
  return everybody.per_day > 0 ||
         std::ranges::any_of(of_client, [](const auto& each) { return each.second.per_day > 0; });
}

result<void> gateway_config::validate() const {
  using namespace std::chrono_literals;
  const rule rules[] = {
    {!issuer.empty() && !audience.empty(), "gateway.issuer and gateway.audience must not be empty"},
    {token_lifetime >= 60s && token_lifetime <= 86'400s, "gateway.token_lifetime: 60 s to 1 day"},
    {token_cache_max >= 2, "gateway.token_cache_max: at least 2"},
    {limits.body_bytes_max >= 1024 && limits.body_bytes_max <= limits.bulk_bytes_max,
     "gateway.limits.body_bytes_max: from 1024 to bulk_bytes_max"},
    {limits.bulk_messages_max >= 1 && limits.bulk_messages_max <= 1000,
     "gateway.limits.bulk_messages_max: 1 to 1000"},
    {limits.json_depth_max >= 4 && limits.json_depth_max <= 256,
     "gateway.limits.json_depth_max: 4 to 256"},
    {limits.text_bytes_max >= 1 && limits.text_bytes_max <= limits.body_bytes_max,
     "gateway.limits.text_bytes_max: from 1 to body_bytes_max"},
    {limits.recipients_max >= 1 && limits.members_max >= 2,
     "gateway.limits: too few recipients or members"},
    {limits.page_default >= 1 && limits.page_default <= limits.page_max,
     "gateway.limits.page_default: from 1 to page_max"},
    {admission.messages_max >= 1 && admission.bytes_max >= limits.body_bytes_max,
     "gateway.admission: must let at least one message through"},
    {admission.wait_max >= 0ms && admission.wait_max <= 5s, "gateway.admission.wait_max: 0 to 5 s"},
    {realtime.auth_timeout >= 100ms && realtime.auth_timeout <= 60s,
     "gateway.realtime.auth_timeout: 0.1 to 60 s"},
    {realtime.keep_alive >= 10ms, "gateway.realtime.keep_alive: at least 10 ms"},
    {realtime.bad_frames_max >= 1, "gateway.realtime.bad_frames_max: at least 1"},
    {realtime.resume_messages_max >= 1 && realtime.held_frames_max >= 1 &&
       realtime.held_events_max >= 1 && realtime.watches_max >= 1 && realtime.fill_page >= 1 &&
       realtime.reads_max >= 1,
     "gateway.realtime: limits must be at least 1"},
    {realtime.retry_first >= 1ms && realtime.retry_first <= realtime.retry_max,
     "gateway.realtime.retry_first: from 1 ms to retry_max"},
  };
  for (const auto& each : rules)
    if (!each.holds) return fail(ec::invalid_request, each.otherwise);
  return {};
}

} // namespace recado
