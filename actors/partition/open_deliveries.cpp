#include "actors/partition/open_deliveries.hpp"

#include <algorithm>

namespace recado {
namespace {

open_delivery open_one(const effects& from, const delivery_state& state, const message_view& of,
                       epoch owned) {
  open_delivery out;
  out.id = state.id.value;
  out.over = {from.key.client, state.channel, state.account};
  out.part = from.part;
  out.owned = owned;
  out.conversation = from.key.conversation;
  out.message = state.message;
  out.seq = state.seq;
  out.priority = state.priority;
  out.address = state.address;
  out.recipient = state.recipient.value;
  out.from = of.from.value;
  out.title = from.head.title.value_or("");
  out.payload = of.payload;
  out.metadata = of.metadata;
  out.created_at = of.created_at;
  out.expires_at = state.expires_at;
  out.attempts = state.attempts;
  out.first_try_at = state.first_try_at;
  out.due = state.due;
  out.at_most_once = state.at_most_once;
  return out;
}

} // namespace

void add_open_deliveries(const effects& committed, epoch owned,
                         std::vector<open_delivery_ptr>& into) {
  auto message = committed.messages.begin();
  for (const auto& row : committed.deliveries) {
    if (!row.fresh) continue;
    // Both are in the order in which they were decided.
    message = std::find_if(message, committed.messages.end(),
                           [&](const auto& one) { return one.view.id == row.state.message; });
    if (message == committed.messages.end()) return;
    if (row.state.open())
      into.push_back(std::make_shared<const open_delivery>(
        open_one(committed, row.state, message->view, owned)));
  }
}

} // namespace recado
