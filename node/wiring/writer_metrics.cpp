#include "node/wiring/writer_metrics.hpp"

#include <algorithm>
#include <array>

namespace recado::wiring {
namespace {

double seconds(std::chrono::microseconds us) {
  return static_cast<double>(us.count()) / 1e6;
}

constexpr std::array<const char*, 6> outcomes{"done",   "fenced",    "duplicate",
                                              "poison", "transient", "unknown"};
/// Of SQLSTATE: connection, rollback, resources (a full disk is 53100), not now, stopped, system.
constexpr std::array<const char*, 7> classes{"08", "40", "53", "55", "57", "58", "other"};

std::size_t class_of(const batch_report& one) {
  auto found = std::find(classes.begin(), classes.end(), one.error_class);
  return found == classes.end() ? classes.size() - 1
                                : static_cast<std::size_t>(found - classes.begin());
}

} // namespace

std::function<void(const batch_report&)> observe_batches(observe::metrics& to, std::size_t writer) {
  observe::labels of{{"writer", std::to_string(writer)}};
  auto commands = to.make_histogram("recado_writer_batch_commands", "Commands in one commit.",
                                    observe::count_buckets(), of);
  auto step = [&](const char* name) {
    auto with = of;
    with["step"] = name;
    return to.make_histogram("recado_writer_step_seconds", "Time of the steps of a writer's turn.",
                             observe::latency_buckets(), with);
  };
  std::array<observe::histogram, 3> steps{step("read"), step("decide"), step("commit")};
  std::array<observe::counter, outcomes.size()> ends;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    auto with = of;
    with["outcome"] = outcomes[i];
    ends[i] = to.make_counter("recado_writer_commits_total", "Commits by outcome.", with);
  }
  std::array<observe::counter, classes.size()> errors;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    auto with = of;
    with["class"] = classes[i];
    errors[i] = to.make_counter("recado_writer_errors_total",
                                "Reads and commits that failed, by class of SQLSTATE.", with);
  }
  auto waiting = to.make_gauge("recado_writer_waiting_commands",
                               "Commands that wait for the writer's turn.", of);
  return [=](const batch_report& one) mutable {
    ends[static_cast<std::size_t>(one.how)].add();
    waiting.set(static_cast<double>(one.waiting));
    if (one.how != cluster::outcome::done && one.how != cluster::outcome::fenced)
      errors[class_of(one)].add();
    if (one.how != cluster::outcome::done) return;
    commands.observe(static_cast<double>(one.commands));
    steps[0].observe(seconds(one.read));
    steps[1].observe(seconds(one.decide));
    steps[2].observe(seconds(one.commit));
  };
}

} // namespace recado::wiring
