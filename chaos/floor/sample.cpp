#include "chaos/floor/sample.hpp"

#include <algorithm>

namespace recado::floors {

command text_command(const client_id& client, const conversation_id& where, const user_id& from,
                     unsigned text_bytes) {
  command out;
  out.id = command_id::make();
  out.client = client;
  out.conversation = where;
  out.received_at =
    std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
  out.trace = "00-6f3550b00962385a311fff77174109b0-29a0d96163a803b6-01";
  out.reply_to = "recado.reply.n1.1795392350000000";
  send_message body;
  body.message = message_id::make();
  body.from = from;
  body.payload = R"({"type":"text","text":")" + std::string(text_bytes, 'x') + R"("})";
  body.metadata = "{}";
  std::ranges::copy(body.message.value.bytes, body.hash.begin());
  out.body = std::move(body);
  return out;
}

} // namespace recado::floors
