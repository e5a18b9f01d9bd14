#include "gateway/rest/rates.hpp"

namespace recado::rest {
namespace {

std::int64_t whole_seconds(std::chrono::nanoseconds time) {
  return std::chrono::ceil<std::chrono::seconds>(time).count();
}

/// One limit, as the headers tell it.
struct policy {
  std::string name;
  std::int64_t quota = 0, window = 0;
  std::optional<std::int64_t> remaining;
  std::int64_t resets = 0;
};

policy policy_of(const admission::allowance& what) {
  auto window = (what.of.burst + what.of.per_second - 1) / what.of.per_second;
  return {"burst", what.of.burst, window, what.remaining, whole_seconds(what.rested)};
}

policy policy_of(const admission::day_allowance& what) {
  return {"daily", what.quota, 86'400, what.remaining, what.resets.count()};
}

std::vector<policy> policies_of(const allowances& what) {
  std::vector<policy> out;
  if (what.burst) out.push_back(policy_of(*what.burst));
  if (what.daily) out.push_back(policy_of(*what.daily));
  return out;
}

void append(std::string& list, const std::string& item) {
  if (!list.empty()) list += ", ";
  list += item;
}

} // namespace

/// The older headers know one limit: the one of which less is left.
std::vector<http::header> rate_headers(const allowances& what) {
  std::string rules, left;
  std::optional<policy> tightest;
  for (const auto& each : policies_of(what)) {
    auto name = '"' + each.name + '"';
    append(rules, name + ";q=" + std::to_string(each.quota) + ";w=" + std::to_string(each.window));
    if (!each.remaining) continue;
    append(left,
           name + ";r=" + std::to_string(*each.remaining) + ";t=" + std::to_string(each.resets));
    if (!tightest || *each.remaining < *tightest->remaining) tightest = each;
  }
  std::vector<http::header> out;
  if (!rules.empty()) out.push_back({"RateLimit-Policy", rules});
  if (!tightest) return out;
  out.push_back({"RateLimit", left});
  out.push_back({"X-RateLimit-Limit", std::to_string(tightest->quota)});
  out.push_back({"X-RateLimit-Remaining", std::to_string(*tightest->remaining)});
  out.push_back({"X-RateLimit-Reset", std::to_string(tightest->resets)});
  return out;
}

std::chrono::seconds retry_after(const admission::allowance& what) {
  return std::chrono::seconds{std::max<std::int64_t>(1, whole_seconds(what.next))};
}

} // namespace recado::rest
