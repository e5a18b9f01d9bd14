#include "actors/history/sighting.hpp"

#include "actors/history/message_queries.hpp"
#include "actors/history/unsequenced.hpp"

#include <algorithm>

namespace recado::history {
namespace {

enum place : std::size_t { row, details, inbox, dead_letter };

/// In the inbox it is its sender's and everybody's who would get it.
sighting of_waiting(unsequenced&& found, const user_id& viewer) {
  sighting out;
  bool known = viewer.empty() || found.message.view.from == viewer ||
               std::ranges::find(found.members_to_be, viewer) != found.members_to_be.end();
  if (!known) out.if_member_of = found.message.view.conversation;
  out.in_inbox = true;
  out.message = std::move(found.message);
  out.at = found.at;
  out.traceparent = std::move(found.traceparent);
  out.part = found.part;
  return out;
}

/// A dead letter was never said: it is its sender's only.
result<sighting> of_dead(unsequenced&& found, const user_id& viewer) {
  if (!viewer.empty() && found.message.view.from != viewer) return fail(ec::message_not_found);
  sighting out;
  out.message = std::move(found.message);
  out.at = found.at;
  out.traceparent = std::move(found.traceparent);
  out.part = found.part;
  return out;
}

} // namespace

query::question where_is(std::string_view what, const client_id& client, const message_id& id,
                         const user_id& viewer, store::statement details) {
  return {
    what,
    {message_by_id(client, id, viewer), std::move(details), waiting(client, id), dead(client, id)},
    store::tx::read};
}

const store::rows& details_in(const query::answers& got) {
  return got.at(details);
}

result<sighting> sighting_in(const query::answers& got, const message_id& id,
                             const user_id& viewer) {
  if (!got.at(row).empty()) {
    sighting out;
    out.message = counted_message_of(got[row], 0);
    out.sequenced = out.message.view.seq > 0;
    out.at = out.message.view.created_at;
    return out;
  }
  if (!got.at(inbox).empty()) return of_waiting(waiting_of(got[inbox]), viewer);
  if (!got.at(dead_letter).empty()) return of_dead(dead_of(id, got[dead_letter]), viewer);
  return fail(ec::message_not_found);
}

} // namespace recado::history
