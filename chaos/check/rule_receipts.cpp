#include "chaos/check/rules.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

namespace recado::chaos {
namespace {

struct position {
  std::int64_t delivered = 0;
  std::int64_t read = 0;
};
/// (reader, conversation)
using positions = std::map<stream_key, position>;

/// User ids of a run are its mark, '-', and the reader's name.
std::string reader_of(const std::string& user) {
  auto dash = user.find('-');
  return dash == std::string::npos ? user : user.substr(dash + 1);
}

positions held_positions(const database& held) {
  positions out;
  for (const auto& one : held.positions)
    out[{reader_of(one.user), one.conversation}] = {one.delivered, one.read};
  return out;
}

} // namespace

void check_receipts(const history& seen, const database* held, findings& into) {
  auto known = held ? held_positions(*held) : positions{};
  for (const auto& one : seen.receipts) {
    if (one.status == 0) continue; // the receipt itself; its answer is a record of its own
    auto what = fmt::format("{}: {} up to {} in conversation {}", one.by,
                            one.read ? "read" : "delivered", one.up_to_seq, one.conversation.str());
    if (one.status / 100 == 4 && one.status != 401 && one.status != 429)
      into.add(broken::refused, fmt::format("{} was answered {}", what, one.status), one.at);
    if (one.status / 100 != 2 || !held) continue;
    const auto& at = known[{one.by, one.conversation}];
    if (auto has = one.read ? at.read : std::max(at.delivered, at.read); has < one.up_to_seq)
      into.add(broken::receipt_lost,
               fmt::format("{} was answered {} and the member is at {}", what, one.status, has),
               one.at);
  }
}

} // namespace recado::chaos
