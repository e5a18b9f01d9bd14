#pragma once
/// Users and identities as a caller asks for them.
#include "actors/service/views.hpp"
#include "gateway/config.hpp"
#include "gateway/json/fields.hpp"

namespace recado::shapes {

/// Body of PUT /v1/users/{user_id}.
user_fields read_user_fields(const json::value& body, const gateway_limits& limits,
                             json::complaints& into);

/// Is this the name of a channel on which people have addresses?
bool identity_channel(std::string_view name);

/// Body of PUT …/identities/{channel}.
identity_fields read_identity(const json::value& body, std::string channel, json::complaints& into);

} // namespace recado::shapes
