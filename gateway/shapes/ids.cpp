#include "gateway/shapes/ids.hpp"

#include "schemas/digest.hpp"

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
                                      std::vector<user_id> recipients,
                                      const std::vector<address_recipient>& addresses) {
  std::vector<std::string> keys;
  keys.reserve(recipients.size() + addresses.size());
  for (auto& each : recipients)
    keys.push_back(std::move(each.value)); // a user id has no line feed
  for (const auto& each : addresses)
    keys.push_back('\t' + each.channel + ':' + each.address); // no user is named so
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  std::string name = from.value;
  for (const auto& each : keys)
    name += '\n' + each;
  return conversation_id{uuid::v5(client.value, name)};
}

request_hash hash_of(std::string_view canonical) {
  auto digest = sha256(canonical);
  request_hash out;
  std::copy_n(digest.begin(), out.size(), reinterpret_cast<char*>(out.data()));
  return out;
}

} // namespace recado::shapes
