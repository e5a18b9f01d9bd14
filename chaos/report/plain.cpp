#include "chaos/report/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace recado::chaos {
namespace {

using nlohmann::json;

std::string cell(const json& spread, const char* part) {
  return spread.contains(part) ? fmt::format("{:.0f}", spread.at(part).get<double>()) : "–";
}

std::uint64_t number(const json& in, const char* name) {
  return in.at(name).get<std::uint64_t>();
}

} // namespace

std::string markdown_of(const json& verdict) {
  const auto& counts = verdict.at("counts");
  const auto& figures = verdict.at("figures");
  auto out = fmt::format(
    "{}: {} messages sent in {:.0f} s ({} conversations, {} nodes, seed {}), {} tries, {} "
    "accepted; {} frames heard. "
    "Lost {}, duplicated {}, out of order {}, refused {}, unknown {}.\n\n",
    verdict.at("ok") == true ? "**Every promise was kept**" : "**Promises were broken**",
    number(counts, "sent"), figures.at("seconds").get<double>(),
    number(verdict.at("run"), "conversations"), verdict.at("run").at("nodes").size(),
    number(verdict.at("run"), "seed"), number(counts, "tries"), number(counts, "accepted"),
    number(counts, "heard"), number(counts, "lost"), number(counts, "duplicated"),
    number(counts, "out_of_order"), number(counts, "refused"), number(counts, "unknown"));
  out +=
    "| fault | for, s | conversations | gap, median ms | p99 | max | of the target: p99 | max |\n"
    "|---|---|---|---|---|---|---|---|\n";
  for (const auto& one : figures.at("faults")) {
    const auto& gap = one.at("gap_ms");
    const auto& owned = one.at("gap_of_target_ms");
    out += fmt::format("| {} {} | {:.1f} | {} | {} | {} | {} | {} | {} |\n",
                       one.at("fault").get<std::string>(), one.at("target").get<std::string>(),
                       one.at("end_s").get<double>() - one.at("begin_s").get<double>(),
                       number(gap, "count"), cell(gap, "median"), cell(gap, "p99"),
                       cell(gap, "max"), cell(owned, "p99"), cell(owned, "max"));
  }
  const auto& post = figures.at("post_ms");
  out +=
    fmt::format("\nPOST p95 {} ms during faults, {} ms otherwise. First message after a change of "
                "owner: median {} "
                "ms, p99 {} ms, max {} ms ({} conversations).\n",
                cell(post.at("during_faults"), "p95"), cell(post.at("otherwise"), "p95"),
                cell(figures.at("handoff_ms"), "median"), cell(figures.at("handoff_ms"), "p99"),
                cell(figures.at("handoff_ms"), "max"), number(figures.at("handoff_ms"), "count"));
  return out;
}

std::string text_of(const json& verdict) {
  const auto& counts = verdict.at("counts");
  auto out = fmt::format("{}\n", verdict.at("ok") == true ? "every promise was kept"
                                                          : "PROMISES WERE BROKEN");
  for (const auto* name : {"sent", "accepted", "tries", "heard", "lost", "duplicated",
                           "out_of_order", "refused", "unknown"})
    out += fmt::format("  {:<14}{}\n", name, number(counts, name));
  for (const auto& one : verdict.at("figures").at("faults"))
    out += fmt::format(
      "  {} {}: gap median {} ms, p99 {} ms, max {} ms; of its own conversations p99 {} ms\n",
      one.at("fault").get<std::string>(), one.at("target").get<std::string>(),
      cell(one.at("gap_ms"), "median"), cell(one.at("gap_ms"), "p99"),
      cell(one.at("gap_ms"), "max"), cell(one.at("gap_of_target_ms"), "p99"));
  if (verdict.at("run").at("drained") == false) out += "  not drained\n";
  if (number(verdict.at("records"), "broken") > 0)
    out += fmt::format("  {} lines of the records could not be read\n",
                       number(verdict.at("records"), "broken"));
  for (const auto& one : verdict.at("violations").at("examples"))
    out += fmt::format("  {}: {}\n", one.at("kind").get<std::string>(),
                       one.at("evidence").get<std::string>());
  return out;
}

} // namespace recado::chaos
