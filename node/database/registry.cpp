#include "node/database/registry.hpp"

#include "schemas/digest.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <openssl/rand.h>
#include <stdexcept>

namespace recado::clients {

namespace {

std::string base64url(std::string_view bytes) {
  constexpr std::string_view letters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string text;
  unsigned bits = 0;
  int have = 0;
  for (unsigned char byte : bytes) {
    bits = (bits << 8) | byte;
    for (have += 8; have >= 6; have -= 6)
      text += letters[(bits >> (have - 6)) & 63];
  }
  if (have > 0) text += letters[(bits << (6 - have)) & 63];
  return text;
}

client_row row_of(const store::rows& found, std::size_t row) {
  return {.id = client_id{found.get_uuid(row, 0)},
          .name = std::string{found.get_text(row, 1)},
          .scopes = std::string{found.get_text(row, 2)},
          .created_at = found.get_time(row, 3),
          .rotated_at = found.maybe_time(row, 4)};
}

attempt<store::rows> ask(store::connection& db, std::string_view sql, store::params values) {
  auto found = db.run_one({.name = {}, .sql = sql, .values = std::move(values)});
  if (!found) return tl::unexpected("the database said: " + store::describe(found.error()));
  return *found;
}

} // namespace

attempt<std::string> parse_scopes(std::string_view text) {
  std::string scopes;
  for (std::size_t at = 0; at < text.size();) {
    auto end = std::min(text.find_first_of(", ", at), text.size());
    auto word = text.substr(at, end - at);
    at = end + 1;
    if (word.empty()) continue;
    if (std::ranges::find(all_scopes, word) == std::end(all_scopes))
      return tl::unexpected(
        fmt::format("'{}' is no scope; there are {}", word, fmt::join(all_scopes, ", ")));
    if (!scopes.empty()) scopes += ' ';
    scopes += word;
  }
  if (scopes.empty()) return tl::unexpected(std::string{"a client needs at least one scope"});
  return scopes;
}

std::string random_secret() {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
    throw std::runtime_error("the system gives no random bytes");
  return base64url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

attempt<client_row> create(store::connection& db, const std::string& name,
                           const std::string& scopes, const std::string& secret) {
  return ask(db,
             "insert into client (client_id, name, scopes, secret_sha256) values ($1, $2, $3, $4) "
             "returning client_id, name, scopes, created_at, rotated_at",
             store::params{}
               .add_uuid(client_id::make())
               .add_text(name)
               .add_text(scopes)
               .add_bytes(sha256(secret)))
    .map([](const store::rows& made) { return row_of(made, 0); });
}

attempt<client_row> rotate(store::connection& db, const client_id& id, const std::string& secret) {
  auto changed =
    ask(db,
        "update client set secret_sha256 = $2, rotated_at = now() where client_id = $1 "
        "returning client_id, name, scopes, created_at, rotated_at",
        store::params{}.add_uuid(id).add_bytes(sha256(secret)));
  if (!changed) return tl::unexpected(changed.error());
  if (changed->empty()) return tl::unexpected(fmt::format("there is no client {}", id.str()));
  return row_of(*changed, 0);
}

attempt<std::vector<client_row>> list(store::connection& db) {
  auto found = ask(db,
                   "select client_id, name, scopes, created_at, rotated_at from client "
                   "order by created_at, client_id",
                   {});
  if (!found) return tl::unexpected(found.error());
  std::vector<client_row> all;
  for (std::size_t row = 0; row < found->size(); ++row)
    all.push_back(row_of(*found, row));
  return all;
}

attempt<void> ensure(store::connection& db, const client_id& id, const std::string& name,
                     std::string_view scopes, const std::string& secret) {
  return ask(db,
             "insert into client (client_id, name, scopes, secret_sha256) values ($1, $2, $3, $4) "
             "on conflict (client_id) do update set scopes = excluded.scopes, "
             "secret_sha256 = excluded.secret_sha256 "
             "where (client.scopes, client.secret_sha256) is distinct from "
             "(excluded.scopes, excluded.secret_sha256)",
             store::params{}.add_uuid(id).add_text(name).add_text(scopes).add_bytes(sha256(secret)))
    .map([](const store::rows&) {});
}

} // namespace recado::clients
