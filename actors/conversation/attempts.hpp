#pragma once
/// How a delivery moves: tries, their ends, cancellation, expiry. Pure; the visible status follows
/// the lattice of schemas/status.hpp.
#include "actors/conversation/delivery.hpp"

#include <vector>

namespace recado {

/// Codes that we give ourselves where a provider gave none.
namespace delivery_code {
inline constexpr std::string_view no_address = "no_address"; ///< no identity on the channel
inline constexpr std::string_view no_account = "no_account"; ///< no account on the channel
inline constexpr std::string_view unknown = "unknown";       ///< nobody saw the end of a try
inline constexpr std::string_view expired = "expired";
inline constexpr std::string_view canceled = "canceled";
} // namespace delivery_code

class attempts {
public:
  attempts(delivery_state& of, std::vector<delivery_line>& history, wall_time now)
    : of_(of),
      history_(history),
      now_(now < of.updated_at ? of.updated_at : now) {}

  /// The first line: queued, or failed at once with one of our codes.
  void accept(std::string_view code = {}, std::string detail = {});
  /// True: the try may be made. False: it may not; the delivery may have changed all the same.
  bool begin(const begin_attempt& wanted);
  /// False: it may not yet, or not any more.
  bool expire();
  /// False: the end belongs to another try, and nothing has changed.
  bool settle(const settle_attempt& end);
  /// True: it ends now, or when the try under way has not sent it.
  bool cancel();
  /// Has anything changed?
  bool changed() const noexcept { return changed_; }

private:
  bool lapse();
  bool repeats(const settle_attempt& end) const;
  void move(status to, std::string code, std::string detail);

  delivery_state& of_;
  std::vector<delivery_line>& history_;
  wall_time now_;
  bool changed_ = false;
};

} // namespace recado
