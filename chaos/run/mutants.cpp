#include "chaos/run/mutants.hpp"

#include "chaos/run/run.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>

namespace recado::chaos {

namespace {

/// The faults under which a broken promise shows, and what makes it likely.
struct mutant {
  std::string_view name; ///< empty: the program as it is, which must pass all of this
  std::string_view slowness;
  std::vector<fault> kinds;
  std::vector<std::string_view> shows; ///< the broken promises that are its own
};

constexpr unsigned faults_each = 6;
constexpr unsigned tries_max = 4; ///< runs with other seeds, until it is caught

/// `no_fence` is not among them: behind it stand the unique (conversation, seq) of the table, the
/// end of hung sessions before a claim, and owners that stop without heartbeat. 29 pauses
/// and cuts of nodes without a fence broke no promise that clients could see.
const std::vector<mutant>& mutants() {
  using enum fault;
  static const std::vector<mutant> all{
    {"", "store.in_transaction:pause=20", {kill, pause, reset}, {}},
    {"ack_before_commit",
     "store.in_transaction:pause=50",
     {kill, kill_all},
     {"lost", "wrong_seq", "seq_twice", "wrong_content", "not_found", "answer_changed"}},
    {"no_dedupe",
     "store.in_transaction:pause=20",
     {kill, reset, lost_commit},
     {"stored_twice", "new_twice", "answer_changed", "wrong_seq", "heard_twice"}},
    {"no_resume",
     "store.in_transaction:pause=5",
     {kill, kill_all},
     {"not_heard", "hole_in_stream"}},
  };
  return all;
}

run_plan plan_for(const mutant& one, const run_options& how, const std::filesystem::path& program,
                  unsigned attempt) {
  run_plan plan;
  plan.what = {.name = one.name.empty() ? "no mutant" : one.name, .what = {}, .kinds = one.kinds};
  plan.how = how;
  plan.how.recado = program;
  plan.how.seed = how.seed + attempt;
  plan.how.faults = faults_each;
  plan.how.out = how.out / fmt::format("{}-{}", one.name.empty() ? "none" : one.name, attempt + 1);
  std::filesystem::create_directories(plan.how.out);
  plan.environment = {fmt::format("RECADO_FAULT={}", one.slowness)};
  if (!one.name.empty()) plan.environment.push_back(fmt::format("RECADO_MUTANT={}", one.name));
  return plan;
}

/// What of its own was found broken, in one of several runs: "lost 3, not_found 1". Of the program
/// as it is: anything at all.
std::string caught(const mutant& one, const run_options& how,
                   const std::filesystem::path& program) {
  for (unsigned attempt = 0; attempt < tries_max; ++attempt) {
    auto plan = plan_for(one, how, program, attempt);
    std::fprintf(stderr, "== mutant: %s, seed %llu\n", std::string{plan.what.name}.c_str(),
                 static_cast<unsigned long long>(plan.how.seed));
    auto got = run(plan);
    std::ofstream{plan.how.out / "run.json"} << got.verdict.dump(2) << '\n';
    const auto& kinds = got.verdict.at("violations").at("by_kind");
    if (one.name.empty()) // one clean run is what can be asked of it
      return got.ok ? std::string{} : kinds.empty() ? "no verdict" : kinds.dump();
    std::vector<std::string> found;
    for (auto kind : one.shows)
      if (kinds.contains(kind)) found.push_back(fmt::format("{} {}", kind, kinds[kind].dump()));
    if (!found.empty()) return fmt::format("{}", fmt::join(found, ", "));
  }
  return {};
}

} // namespace

bool hunt_mutants(const run_options& how, const std::filesystem::path& program) {
  bool ok = true;
  for (const auto& one : mutants()) {
    auto found = caught(one, how, program);
    bool right = found.empty() == one.name.empty();
    ok = ok && right;
    std::string_view what =
      one.name.empty() ? (right ? "passed" : "FAILED: ") : (right ? "caught: " : "NOT CAUGHT");
    std::printf(
      "%s\n",
      fmt::format("{:<18} {}{}", one.name.empty() ? "(no mutant)" : one.name, what, found).c_str());
    std::fflush(stdout);
  }
  return ok;
}

} // namespace recado::chaos
