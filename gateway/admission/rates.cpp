#include "gateway/admission/rates.hpp"

namespace recado::admission {

bool rates::take(const client_id& client, steady_time now) {
  const auto& limit = config_.of(client);
  if (!limit.limited()) return true;
  std::lock_guard lock{mutex_};
  auto [at, fresh] = buckets_.try_emplace(
    client, policy::token_bucket_config{static_cast<double>(limit.per_second), limit.burst});
  return at->second.try_take(now);
}

std::optional<allowance> rates::look(const client_id& client, steady_time now) const {
  const auto& limit = config_.of(client);
  if (!limit.limited()) return std::nullopt;
  allowance out{limit, limit.burst, {}, {}};
  std::lock_guard lock{mutex_};
  auto at = buckets_.find(client);
  if (at == buckets_.end()) return out; // it has sent nothing yet
  constexpr std::chrono::nanoseconds none{0};
  out.remaining = at->second.available(now);
  out.next = std::max(at->second.ready_at() - now, none);
  out.rested = std::max(at->second.ready_at(limit.burst) - now, none);
  return out;
}

} // namespace recado::admission
