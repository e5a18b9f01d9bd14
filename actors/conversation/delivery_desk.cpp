#include "actors/conversation/delivery_desk.hpp"

#include "actors/conversation/fan_out.hpp"

#include <algorithm>

namespace recado {
namespace {

/// States that are counted for the client's bill: the others are on their way to one of these.
bool counted(status state) {
  return state != status::sending && state != status::retrying;
}

} // namespace

/// Every line of the history but the first is an event, and every state that counts is counted.
void delivery_desk::note(const command& cmd, const delivery_state& of, std::size_t first_line) {
  for (auto i = first_line; i < out_.delivery_lines.size(); ++i) {
    const auto& line = out_.delivery_lines[i];
    if (counted(line.state)) draft_.add_usage(line.at, of.channel, line.state);
    if (line.state == status::queued) continue;
    out_.events.push_back(
      {cmd.client, cmd.conversation, 0,
       status_event{of.message, of.seq, of.sender, of.recipient, of.channel, of.address, line.state,
                    line.attempt, line.provider_code, line.at}});
  }
}

void delivery_desk::open(const command& cmd, const send_message& what, message_row& row,
                         std::vector<user_id> members) {
  auto made =
    fan_out({cmd.client, what, std::move(members), row.view.seq, cmd.priority, row.view.created_at},
            known_);
  row.inside = made.inside;
  row.deliveries = static_cast<std::int32_t>(made.deliveries.size());
  auto line = made.lines.begin();
  for (auto& state : made.deliveries) { // each has one line, in the same order
    auto first = out_.delivery_lines.size();
    out_.delivery_lines.push_back(std::move(*line++));
    note(cmd, state, first);
    draft_.put_delivery(std::move(state), true);
  }
}

std::vector<delivery_state> delivery_desk::of(const client_id& client,
                                              const message_id& message) const {
  std::vector<delivery_state> out;
  if (auto found = known_.deliveries.find({client, message}); found != known_.deliveries.end())
    for (const auto& state : found->second) {
      const auto* newer = draft_.delivery(state.id);
      out.push_back(newer ? *newer : state);
    }
  for (const auto& row : out_.deliveries)
    if (row.fresh && row.state.message == message) out.push_back(row.state);
  std::ranges::sort(out, {}, &delivery_state::id);
  return out;
}

template <class F>
bool delivery_desk::change(const command& cmd, delivery_state state, F&& how) {
  auto first = out_.delivery_lines.size();
  attempts moves{state, out_.delivery_lines, known_.now};
  bool said = how(moves);
  if (!moves.changed()) return said;
  note(cmd, state, first);
  draft_.put_delivery(std::move(state), false);
  return said;
}

template <class F>
bool delivery_desk::change_one(const command& cmd, const message_id& message, const delivery_id& id,
                               F&& how) {
  for (auto& state : of(cmd.client, message))
    if (state.id == id) return change(cmd, std::move(state), how);
  return false;
}

bool delivery_desk::begin(const command& cmd, const begin_attempt& wanted) {
  return change_one(cmd, wanted.message, wanted.delivery,
                    [&](attempts& moves) { return moves.begin(wanted); });
}

bool delivery_desk::settle(const command& cmd, const settle_attempt& end) {
  return change_one(cmd, end.message, end.delivery,
                    [&](attempts& moves) { return moves.settle(end); });
}

bool delivery_desk::expire(const command& cmd, const expire_delivery& due) {
  return change_one(cmd, due.message, due.delivery, [](attempts& moves) { return moves.expire(); });
}

bool delivery_desk::cancel(const command& cmd, const message_id& message) {
  bool any = false;
  for (auto& state : of(cmd.client, message))
    any |= change(cmd, std::move(state), [](attempts& moves) { return moves.cancel(); });
  return any;
}

accepted_delivery as_accepted(const delivery_state& state) {
  bool at_once = state.attempts == 0 && state.now == status::failed;
  return {state.recipient, state.channel, state.recipient.empty() ? state.address : std::string{},
          at_once ? status::failed : status::queued};
}

} // namespace recado
