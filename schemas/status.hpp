#pragma once
/// The visible status of a message or delivery, and the order in which it may move.
#include <cstdint>
#include <optional>
#include <string_view>

namespace recado {

enum class status : std::uint8_t {
  scheduled,
  queued,
  sending,
  retrying,
  sent,
  delivered,
  read, // these advance
  failed,
  expired,
  canceled,
  dead,
  suppressed // these end
};
inline constexpr std::size_t statuses = 12;

std::string_view to_string(status value) noexcept;
std::optional<status> status_of(std::string_view name) noexcept;

/// scheduled 0, queued 1, sending and retrying 2, sent 3, delivered 4, read 5; the final ones 6.
int rank(status value) noexcept;
/// failed, expired, canceled, dead, suppressed: nothing follows.
bool final(status value) noexcept;

/// May the visible status move from one to the other? Forward only; sending and retrying take
/// turns; a final status is reached from ranks 0 to 3 (a bounce fails a mail that was sent).
bool may_move(status from, status to) noexcept;
/// The visible status after a report: `to` if the move is allowed, else `from`, unchanged.
status advance(status from, status to) noexcept;

/// The status of a whole from its parts (a message over its recipients): the least advanced one.
/// A part that ended counts only when every part has ended: all in the same way, or else failed.
class least_advanced {
public:
  void add(status part) noexcept;
  /// nullopt while nothing was added.
  std::optional<status> value() const noexcept;

private:
  std::optional<status> open_;
  std::optional<status> ended_;
};

/// The status of one recipient over that recipient's deliveries: the most advanced one. Of a
/// delivery that has ended what it had reached before still counts while another can follow, so
/// that the status of the whole is never lowered.
class most_advanced {
public:
  /// `reached` is looked at for a final status only: the one before it.
  void add(status now, status reached) noexcept;
  std::optional<status> value() const noexcept;

private:
  std::optional<status> furthest_;
  std::optional<status> ended_;
  bool open_ = false;
};

} // namespace recado
