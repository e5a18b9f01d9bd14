#pragma once
/// Which channels there are, and what the API asks of them. Pure functions, any thread.
#include <string>
#include <string_view>
#include <vector>

#include "channels/channel.hpp"

namespace recado::channels {

enum class standing : std::uint8_t {
  external, ///< there is a connector for it
  in_app,   ///< in the application itself; it has no accounts
  later,    ///< named by the contract, not built yet: 422 not_available_yet
  unknown   ///< 422 invalid_request
};
standing standing_of(std::string_view channel) noexcept;

/// nullptr unless standing_of says external.
const channel* find(std::string_view name) noexcept;
/// Those with a connector, in alphabetical order.
std::vector<std::string_view> external_channels();

/// Settings and credentials of an account as JSON texts of objects (credentials "" counts as {}).
/// All errors at once, with pointers "/settings/host", "/credentials/secret".
/// Errors: invalid_request, not_available_yet.
result<void> check_account(std::string_view channel, std::string_view settings,
                           std::string_view credentials);

/// settings.default.
bool is_default(std::string_view settings);

/// The canonical form of a recipient's address on this channel. Errors: invalid_request,
/// not_available_yet.
result<std::string> check_address(std::string_view channel, std::string_view address);

/// Reads a stored account for its channel.
result<open_account> open(const account_record& record);

} // namespace recado::channels
