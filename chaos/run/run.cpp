#include "chaos/run/run.hpp"

#include "chaos/check/check_folder.hpp"
#include "chaos/log/record_reader.hpp"
#include "chaos/nemesis/nemesis.hpp"
#include "chaos/run/programs.hpp"
#include "chaos/workload/workload.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace recado::chaos {

using namespace std::chrono_literals;

namespace {

constexpr auto warm_up = 2s;
constexpr auto recovery_limit = 60s;
constexpr auto drain_limit = 90s;
constexpr auto shortest_fault = 1s; ///< with its calm: so many fit at most

world_options world_of(const run_plan& plan) {
  const auto& what = plan.what;
  auto nodes = plan.how.nodes > 0 ? plan.how.nodes : what.nodes;
  return {.folder = plan.how.out,
          .recado = plan.how.recado,
          .old = what.old ? plan.how.old : std::filesystem::path{},
          .shim = what.shim ? shim_beside_us() : std::filesystem::path{},
          .nodes = nodes,
          .running = plan.how.nodes > 0 && what.running == what.nodes ? nodes : what.running,
          .brokers = what.brokers,
          .small_disk = what.small_disk,
          .wire = plan.how.wire,
          .environment = plan.environment};
}

void measure(const std::filesystem::path& folder, run_result& out) {
  read_report ignored;
  auto faults = read_faults(folder, ignored);
  recovery_meter hit{faults};
  bystander_meter spared{faults};
  read_records(folder, [&](record&& one) {
    hit.take(one);
    spared.take(one);
  });
  out.recovery = hit.rows();
  out.bystanders = spared.rows();
}

/// Nothing broken was found, and there was something to find: rules say nothing about what the
/// clients did not do or could not write down.
bool whole(const nlohmann::json& verdict) {
  return verdict.value("ok", false) && verdict.at("run").value("drained", false) &&
         verdict.at("counts").value("accepted", 0) > 0 &&
         verdict.at("records").value("broken", 1) == 0;
}

/// The parts of a run, in the order of their lives.
class running {
public:
  explicit running(const run_plan& plan)
    : plan_(plan),
      origin_(std::chrono::steady_clock::now()),
      book_(plan.how.out, run_clock{origin_}),
      world_(world_of(plan), [this](const std::string& step) { book_.say(step); }) {}

  run_result go() {
    start_clients();
    rest(warm_up);
    break_things();
    finish();
    run_result out{.verdict = check_folder(plan_.how.out, world_.dsn()),
                   .complaints = book_.complaints(),
                   .faults = book_.faults()};
    measure(plan_.how.out, out);
    out.ok = whole(out.verdict) && out.complaints.empty();
    return out;
  }

private:
  void start_clients();
  void break_things();
  void recover();
  void finish();
  void tell() const;

  const run_plan& plan_;
  std::chrono::steady_clock::time_point origin_;
  chronicle book_;
  world world_;
  std::unique_ptr<workload> clients_; ///< ends before the world does
};

void running::start_clients() {
  workload_options how;
  how.urls = world_.urls();
  how.client_id = world_.secrets().client_id;
  how.client_secret = world_.secrets().client_secret;
  how.conversations = plan_.how.conversations;
  how.rate = plan_.how.rate > 0 ? plan_.how.rate : plan_.what.rate;
  how.out_folder = plan_.how.out;
  how.seed = plan_.how.seed;
  how.origin = origin_;
  clients_ = std::make_unique<workload>(how);
  book_.say(fmt::format("{} conversations, {} messages a second", how.conversations, how.rate));
  clients_->start();
}

void running::break_things() {
  std::chrono::seconds time{plan_.how.seconds > 0 ? plan_.how.seconds : plan_.what.seconds};
  bool counted = plan_.how.faults > 0;
  schedule_options how{.kinds = plan_.what.kinds,
                       .nodes = static_cast<unsigned>(world_.size()),
                       .count = counted ? plan_.how.faults
                                        : static_cast<std::size_t>(time / shortest_fault),
                       .in_order = plan_.what.in_order,
                       .seed = plan_.how.seed};
  auto until = std::chrono::steady_clock::now() + time;
  for (const auto& next : make_schedule(how)) {
    rest(next.calm);
    if (!counted && std::chrono::steady_clock::now() > until) break;
    strike(world_, next, book_);
    recover();
    tell();
  }
}

/// Whoever has ended by itself is started again, as a service manager would.
void running::recover() {
  auto settled = [this] {
    world_.mend();
    return world_.settled();
  };
  auto begun = book_.clock().now();
  if (wait_until(settled, recovery_limit)) return;
  book_.complain(fmt::format("not recovered {} s later: {}",
                             (book_.clock().now() - begun) / 1'000'000, world_.what_is_missing()));
}

void running::finish() {
  world_.mend();
  rest(warm_up);
  clients_->stop_sending();
  book_.say("all is mended; waiting until everything sent is known to everybody");
  if (!clients_->drain(drain_limit)) {
    auto left = clients_->counts();
    book_.complain(
      fmt::format("after {} s {} messages had no answer", drain_limit / 1s, left.open));
  }
  tell();
}

void running::tell() const {
  auto now = clients_->counts();
  book_.say(fmt::format("{} sent, {} accepted, {} open, {} received by {} readers", now.sent,
                        now.accepted, now.open, now.received, now.listening));
}

} // namespace

run_result run(const run_plan& plan) {
  running one{plan};
  return one.go();
}

} // namespace recado::chaos
