#pragma once
/// Names of deliveries: they follow from the message, so that a replay finds what it made.
#include "schemas/command.hpp"

namespace recado {

/// The delivery of a message to a member in the application.
inline delivery_id in_app_delivery(const message_id& message, const user_id& member) {
  return delivery_id{uuid::v5(message.value, member.value)};
}

/// The delivery over an external channel: to a user, or (without one) to an address. Neither a
/// channel nor a user id contains a line feed.
inline delivery_id external_delivery(const message_id& message, std::string_view channel,
                                     const user_id& recipient, std::string_view address) {
  std::string name{channel};
  name += '\n';
  if (recipient.empty())
    (name += '\n') += address;
  else
    name += recipient.value;
  return delivery_id{uuid::v5(message.value, name)};
}

} // namespace recado
