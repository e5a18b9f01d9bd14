#include "chaos/recovery/bystanders.hpp"

#include "chaos/recovery/percentile.hpp"
#include "schemas/partition.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace recado::chaos {

void bystander_meter::take(const record& what) {
  if (const auto* run = std::get_if<run_record>(&what)) client_ = run->client;
  if (const auto* sent = std::get_if<send_record>(&what))
    home_[sent->message] = partition_of(client_, sent->conversation, default_partitions);
  if (const auto* tried = std::get_if<try_record>(&what))
    open_[{tried->message, tried->by}] = {tried->at, tried->node};
  const auto* got = std::get_if<answer_record>(&what);
  if (got == nullptr) return;
  auto begun = open_.extract({got->message, got->by});
  auto home = home_.find(got->message);
  if (begun.empty() || home == home_.end()) return;
  bool numbered = got->status >= 200 && got->status < 300 && got->seq.has_value();
  auto [at, node] = begun.mapped();
  ended_.push_back({at, got->at - at, node, home->second, numbered});
}

void bystander_meter::look(const fault_record& by, sample& into) const {
  auto victim = node_in(by.target);
  std::set<unsigned> theirs{by.partitions.begin(), by.partitions.end()};
  ++into.faults;
  for (const auto& one : ended_) {
    if (one.node == victim || theirs.contains(one.partition)) continue;
    auto since = one.begun - by.at;
    if (since < -bystander_window || since >= bystander_window) continue;
    if (since >= 0 && !one.numbered) ++into.failed;
    if (one.numbered) (since < 0 ? into.before : into.during).push_back(one.took);
  }
}

std::vector<bystander_row> bystander_meter::rows() const {
  std::map<std::string, sample> samples;
  for (const auto& one : faults_)
    if (one.begin && !one.partitions.empty()) look(one, samples[one.fault]);
  std::vector<bystander_row> out;
  for (auto& [name, found] : samples) {
    std::ranges::sort(found.before);
    std::ranges::sort(found.during);
    out.push_back({name, found.faults, found.before.size(), found.during.size(),
                   percentile(found.before, 0.95), percentile(found.during, 0.95), found.failed});
  }
  return out;
}

std::string to_text(const std::vector<bystander_row>& rows) {
  std::string out;
  for (const auto& one : rows)
    out +=
      fmt::format("  during {}: conversations of other nodes answered with p95 {:.1f} ms ({} "
                  "tries, {} without a number), before with {:.1f} ms ({})\n",
                  one.fault, static_cast<double>(one.p95_during) / 1e3, one.tries_during,
                  one.failed_during, static_cast<double>(one.p95_before) / 1e3, one.tries_before);
  return out;
}

} // namespace recado::chaos
