#include "chaos/workload/fetcher.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace recado::chaos {

fetcher::fetcher(scene& in) : http_agent(in, "history", 2'000'000) {}

bool fetcher::busy_for(std::string_view reader) const {
  return std::ranges::any_of(wishes_, [&](const wish& one) { return one.reader == reader; });
}

void fetcher::when_idle(micros) {
  if (!wishes_.empty()) begin();
}

std::string fetcher::request() {
  const auto& now = wishes_.front();
  return get(fmt::format("/v1/conversations/{}/messages?since_seq={}&limit=500", now.where.str(),
                         now.from_seq - 1),
             now.person);
}

/// A page; what is still missing is asked for as the next request.
bool fetcher::on_answer(const http_answer& got) {
  if (got.status != 200) return false;
  auto page = nlohmann::json::parse(got.body, nullptr, false);
  if (!page.is_object() || !page.contains("data")) return false;
  auto& now = wishes_.front();
  auto asked = now.from_seq;
  for (const auto& one : page["data"]) {
    std::int64_t seq = one.value("seq", std::int64_t{0});
    auto what = message_id::parse(one.value("message_id", ""));
    if (!what || seq < now.from_seq || seq > now.to_seq) continue;
    in_.records.note(frame_record{in_.clock.now(), now.reader, 0, now.where, *what, seq, true});
    now.from_seq = seq + 1;
  }
  // Nothing came: the checker will miss it; asking for ever would hide that.
  if (now.from_seq > now.to_seq || now.from_seq == asked) wishes_.pop_front();
  return true;
}

} // namespace recado::chaos
