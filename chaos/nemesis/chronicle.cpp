#include "chaos/nemesis/chronicle.hpp"

#include <cstdio>
#include <fmt/format.h>

namespace recado::chaos {

chronicle::chronicle(const std::filesystem::path& folder, run_clock clock)
  : clock_(clock),
    file_(folder / "faults.jsonl") {}

void chronicle::begin(fault what, const std::string& target, const std::string& detail,
                      std::vector<unsigned> owned) {
  if (is_open_) end();
  open_.fault = to_string(what);
  open_.target = target;
  open_.partitions = std::move(owned);
  is_open_ = true;
  ++faults_;
  write(true, detail);
}

void chronicle::end(const std::string& detail) {
  if (is_open_) write(false, detail);
  is_open_ = false;
}

void chronicle::write(bool begin, const std::string& detail) {
  open_.at = clock_.now();
  open_.begin = begin;
  open_.detail = detail;
  if (!begin) open_.partitions.clear();
  file_.write(open_);
  say(fmt::format("{} {} {}{}{}", begin ? "▼" : "▲", open_.fault, open_.target,
                  detail.empty() ? "" : ": ", detail));
}

void chronicle::say(const std::string& sentence) const {
  std::fprintf(stderr, "%7.1f s  %s\n", static_cast<double>(clock_.now()) / 1e6, sentence.c_str());
}

void chronicle::complain(const std::string& sentence) {
  complaints_.push_back(
    fmt::format("at {:.1f} s: {}", static_cast<double>(clock_.now()) / 1e6, sentence));
  say("✗ " + sentence);
}

} // namespace recado::chaos
