#pragma once
/// The table of API clients, as `recado client` and `recado up` change it. The database has the
/// SHA-256 of a secret only; the secret itself is shown once.
#include "runtime/store/connection.hpp"
#include "schemas/time.hpp"
#include "schemas/uuid.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

namespace recado::clients {

/// Every scope that a client can have.
inline constexpr std::string_view all_scopes[] = {"messages:read", "messages:write",
                                                  "accounts:write", "admin"};
inline constexpr std::string_view demo_scopes = "messages:read messages:write accounts:write";
inline constexpr std::string_view admin_scopes =
  "messages:read messages:write accounts:write admin";

struct client_row {
  client_id id;
  std::string name;
  std::string scopes; ///< separated by single spaces
  wall_time created_at;
  std::optional<wall_time> rotated_at;
};

template <class T>
using attempt = tl::expected<T, std::string>;

/// "messages:read, admin" → "messages:read admin"; an error names the word that is no scope.
attempt<std::string> parse_scopes(std::string_view text);

/// 32 random bytes, base64url.
std::string random_secret();

attempt<client_row> create(store::connection& db, const std::string& name,
                           const std::string& scopes, const std::string& secret);

/// The old secret stops working at once; tokens it gave live on until they expire.
attempt<client_row> rotate(store::connection& db, const client_id& id, const std::string& secret);

attempt<std::vector<client_row>> list(store::connection& db);

/// Makes the row be so, whatever was there: the demo clients of `up`.
attempt<void> ensure(store::connection& db, const client_id& id, const std::string& name,
                     std::string_view scopes, const std::string& secret);

} // namespace recado::clients
