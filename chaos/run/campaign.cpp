#include "chaos/run/campaign.hpp"

#include "chaos/check/check_folder.hpp"
#include "chaos/run/mutants.hpp"
#include "chaos/run/programs.hpp"
#include "chaos/run/run.hpp"
#include "chaos/world/small_disk.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <optional>
#include <stdexcept>
#include <unistd.h>

namespace recado::chaos {

namespace fs = std::filesystem;

namespace {

fs::path folder_for(const run_options& how) {
  if (!how.out.empty()) {
    fs::create_directories(how.out);
    if (!fs::is_empty(how.out))
      throw std::runtime_error(how.out.string() +
                               " is not empty; choose another folder with --out");
    return fs::canonical(how.out);
  }
  auto pattern = (fs::temp_directory_path() / "recado-chaos-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr)
    throw std::runtime_error("there is no temporary folder");
  fs::permissions(pattern, fs::perms::others_exec, fs::perm_options::add); // PostgreSQL may pass
  return pattern;
}

/// Why this scenario cannot be run here; empty if it can.
std::string hindrance(const scenario& what, const run_options& how) {
  if (what.small_disk && !small_disk::possible())
    return "only root may have a small disk, and not everywhere";
  if (what.old && how.old.empty()) return "it needs a program to upgrade from: --old PATH";
  return {};
}

nlohmann::ordered_json figures_of(const std::vector<recovery_row>& rows) {
  auto out = nlohmann::ordered_json::array();
  for (const auto& one : rows)
    out.push_back({{"fault", one.fault},
                   {"measures", one.hand_off ? "slowest_answer" : "wait_for_an_answer"},
                   {"faults", one.faults},
                   {"conversations", one.conversations},
                   {"min_us", one.min},
                   {"p50_us", one.p50},
                   {"p99_us", one.p99},
                   {"max_us", one.max}});
  return out;
}

nlohmann::ordered_json figures_of(const std::vector<bystander_row>& rows) {
  auto out = nlohmann::ordered_json::array();
  for (const auto& one : rows)
    out.push_back({{"fault", one.fault},
                   {"faults", one.faults},
                   {"tries_before", one.tries_before},
                   {"tries_during", one.tries_during},
                   {"p95_before_us", one.p95_before},
                   {"p95_during_us", one.p95_during},
                   {"failed_during", one.failed_during}});
  return out;
}

nlohmann::ordered_json summary_of(const run_plan& plan, const run_result& got) {
  return {{"scenario", plan.what.name},
          {"seed", plan.how.seed},
          {"ok", got.ok},
          {"faults", got.faults},
          {"complaints", got.complaints},
          {"recovery", figures_of(got.recovery)},
          {"bystanders", figures_of(got.bystanders)},
          {"folder", plan.how.out.string()},
          {"verdict", got.verdict}};
}

void tell(const run_plan& plan, const run_result& got) {
  auto summary = summary_of(plan, got);
  std::ofstream{plan.how.out / "run.json"} << summary.dump(2) << '\n';
  if (plan.how.json) {
    std::printf("%s\n", summary.dump().c_str());
  } else {
    std::printf("%s%s%s", to_text(got.verdict).c_str(), to_text(got.recovery).c_str(),
                to_text(got.bystanders).c_str());
    for (const auto& one : got.complaints)
      std::printf("  %s\n", one.c_str());
    std::printf("%s: %s after %zu faults, seed %llu; report: %s\n",
                std::string{plan.what.name}.c_str(), got.ok ? "PASSED" : "FAILED", got.faults,
                static_cast<unsigned long long>(plan.how.seed),
                (plan.how.out / "report.html").c_str());
  }
  std::fflush(stdout);
}

bool run_one(const scenario& what, run_options how) {
  run_plan plan{.what = what, .how = std::move(how)};
  auto got = run(plan);
  tell(plan, got);
  return got.ok;
}

/// One folder for each.
bool run_all(const run_options& how) {
  std::vector<std::string> lines;
  bool ok = true;
  auto take = [&](std::string_view name, const std::string& skipped, auto&& go) {
    std::fprintf(stderr, "== %s\n", std::string{name}.c_str());
    bool passed = skipped.empty() && go();
    ok = ok && (passed || !skipped.empty());
    lines.push_back(fmt::format("{:<10}  {}", name,
                                !skipped.empty() ? "skipped: " + skipped
                                : passed         ? "passed"
                                                 : "FAILED"));
  };
  for (const auto& one : scenarios()) {
    auto mine = how;
    mine.out = how.out / one.name;
    fs::create_directories(mine.out);
    take(one.name, hindrance(one, how), [&] { return run_one(one, mine); });
  }
  auto program = recado_with_fault_points();
  take("mutants", program.empty() ? "there is no chaos build" : "",
       [&] { return hunt_mutants(how, program); });
  for (const auto& line : lines)
    std::fprintf(stderr, "%s\n", line.c_str());
  return ok;
}

} // namespace

bool campaign(const run_options& asked) {
  const auto* one = scenario_named(asked.scenario);
  if (one == nullptr && asked.scenario != "all" && asked.scenario != "mutants")
    throw std::runtime_error(
      fmt::format("there is no scenario '{}'; see `recado-chaos list`", asked.scenario));
  auto how = asked;
  if (how.recado.empty()) how.recado = recado_beside_us();
  how.recado = fs::canonical(how.recado);
  if (!how.old.empty()) how.old = fs::canonical(how.old);
  if (one != nullptr)
    if (auto why = hindrance(*one, how); !why.empty()) throw std::runtime_error(why);
  auto program = recado_with_fault_points();
  if (how.scenario == "mutants" && program.empty())
    throw std::runtime_error("mutants need a `recado` with fault points: cmake --preset chaos");
  how.out = folder_for(how);
  if (how.scenario == "all") return run_all(how);
  if (how.scenario == "mutants") return hunt_mutants(how, program);
  return one == nullptr ? 1 : run_one(*one, how); // it is null for `all` and `mutants` only
}

} // namespace recado::chaos
