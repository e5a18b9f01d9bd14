#pragma once
/// Quotas per client and day. Messages are charged to portions that the store grants, several
/// hundred at a time; those for which there is none wait while the store is asked, once per client
/// at a time. Below the admission, whose limits bound what waits here.
#include "gateway/admission/day_account.hpp"
#include "gateway/config.hpp"
#include "runtime/observe/metrics.hpp"

#include <functional>
#include <memory>

namespace recado::admission {

/// What a client's answers tell of its day.
struct day_allowance {
  std::int64_t quota = 0;
  std::optional<std::int64_t> remaining; ///< as far as this node knows
  std::chrono::seconds resets{0};
  bool used_up() const { return remaining == 0; }
};

class quota_desk : public command_service {
public:
  /// Nothing if the client has no quota.
  virtual std::optional<day_allowance> look(const client_id& client) const = 0;
  /// Portions that nobody has used for a while go back, for other nodes to take.
  virtual void return_idle(steady_time now) = 0;
  /// All portions go back.
  virtual void stop() = 0;
};

std::shared_ptr<quota_desk> make_quota_desk(rates_config config,
                                            std::shared_ptr<quota_service> store,
                                            std::shared_ptr<command_service> below,
                                            std::function<wall_time()> now,
                                            observe::metrics& metrics);

} // namespace recado::admission
