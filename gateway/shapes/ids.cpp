#include "gateway/shapes/ids.hpp"

#include "gateway/auth/ed25519.hpp"

#include <algorithm>

namespace recado::shapes {

message_id message_of_key(const client_id& client, std::string_view key) {
  return message_id{uuid::v5(client.value, key)};
}

conversation_id conversation_of_key(const client_id& client, std::string_view key) {
  return conversation_id{uuid::v5(client.value, "conversation\n" + std::string{key})};
}

command_id command_of_key(const client_id& client, std::string_view route, std::string_view key,
                          const request_hash& hash) {
  std::string name{route};
  name += '\n';
  name += key;
  name += '\n';
  name.append(reinterpret_cast<const char*>(hash.data()), hash.size());
  return command_id{uuid::v5(client.value, name)};
}

conversation_id implicit_conversation(const client_id& client, const user_id& from,
                                      std::vector<user_id> recipients) {
  std::sort(recipients.begin(), recipients.end());
  recipients.erase(std::unique(recipients.begin(), recipients.end()), recipients.end());
  std::string name = from.value; // a user id has no line feed
  for (const auto& each : recipients)
    name += '\n' + each.value;
  return conversation_id{uuid::v5(client.value, name)};
}

delivery_id in_app_delivery(const message_id& message, const user_id& member) {
  return delivery_id{uuid::v5(message.value, member.value)};
}

request_hash hash_of(std::string_view canonical) {
  auto digest = auth::sha256(canonical);
  request_hash out;
  std::copy_n(digest.begin(), out.size(), reinterpret_cast<char*>(out.data()));
  return out;
}

} // namespace recado::shapes
