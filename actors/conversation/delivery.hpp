#pragma once
/// An external delivery as it is committed: one message to one recipient over one channel.
#include "schemas/command.hpp"
#include "schemas/status.hpp"

namespace recado {

struct delivery_state {
  delivery_id id;
  message_id message;
  std::int64_t seq = 0;
  user_id sender;      ///< of the message; empty: the client
  user_id recipient;   ///< empty: the address is no user's
  std::string channel; ///< "email" …
  std::string account; ///< empty: there is none, and the delivery has failed
  std::string address;
  lane priority = lane::standard;
  status now = status::queued;
  status reached = status::queued; ///< the last one that was not final
  std::int32_t attempts = 0;       ///< tries begun
  std::int32_t lines = 0;          ///< of its history
  std::optional<wall_time> first_try_at;
  wall_time due{}; ///< no try before
  epoch owned = 0; ///< under which the last try was begun
  std::string provider_id, provider_code, detail;
  bool at_most_once = false;
  bool cancel_asked = false; ///< while a try was under way
  std::optional<wall_time> expires_at;
  wall_time created_at{}, updated_at{};

  bool open() const noexcept { return now == status::queued || rank(now) == rank(status::sending); }
};

/// A line of the append-only history of a delivery.
struct delivery_line {
  delivery_id delivery;
  message_id message;
  std::int32_t number = 0; ///< 1, 2, 3 … within its delivery
  wall_time at{};
  status state = status::queued;
  std::int32_t attempt = 0;
  std::string provider_code, detail;
};

/// How a message reaches its conversation's members in the application.
enum class in_app : std::uint8_t {
  nobody = 0, ///< it is theirs to read, but it is no delivery
  everybody = 1,
  others = 2 ///< those without an external delivery of it
};

} // namespace recado
