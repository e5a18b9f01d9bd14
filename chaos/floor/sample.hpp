#pragma once
/// A message as the gateway makes it of a POST.
#include "schemas/command.hpp"

namespace recado::floors {

/// A plain text of so many bytes into this conversation, from one of its members.
command text_command(const client_id& client, const conversation_id& where, const user_id& from,
                     unsigned text_bytes);

} // namespace recado::floors
