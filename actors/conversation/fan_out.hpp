#pragma once
/// Which deliveries a message makes: to whom, over which channel, with which account. Pure.
#include "actors/conversation/facts.hpp"

namespace recado {

struct fan_out_request {
  const client_id& client;
  const send_message& what;
  std::vector<user_id> members; ///< the recipients among the conversation's members
  std::int64_t seq = 0;
  lane priority = lane::standard;
  wall_time at{}; ///< created_at of the message
};

struct fanned_out {
  in_app inside = in_app::everybody;
  std::vector<delivery_state> deliveries; ///< each with its first line; some have failed at once
  std::vector<delivery_line> lines;
};

/// A recipient without an identity on a channel that was named, or without an account there, gets a
/// delivery that has failed: nobody is left out in silence.
fanned_out fan_out(const fan_out_request& request, const facts& known);

/// The account for an address: the one that the identity names, else the preferred one, else the
/// newest; those that were made for the demonstration come last. Null: there is none.
const known_account* account_for(const facts& known, const client_id& client,
                                 std::string_view channel, std::string_view named);

} // namespace recado
