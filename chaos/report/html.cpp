#include "chaos/report/chart.hpp"
#include "chaos/report/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace recado::chaos {
namespace {

using nlohmann::json;

constexpr std::string_view style = R"(
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #667; --paper: #fff; --line: #dde; --good: #18794e;
        --bad: #c02d2d; --hue: #2f6fde; --band: #f2b8a0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaee; --soft: #99a; --paper: #15181d; --line: #333945;
        --good: #4cc38a; --bad: #ff7b72; --hue: #79a8ff; --band: #7a3b22; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1040px;
       margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: .2rem } h2 { font-size: 1.1rem; margin-top: 2rem }
.ok { color: var(--good) } .broken { color: var(--bad) } .soft { color: var(--soft) }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .25rem .6rem; border-bottom: 1px solid var(--line) }
th { font-weight: 600; color: var(--soft) } th:first-child, td:first-child { text-align: left }
.cards { display: flex; flex-wrap: wrap; gap: .6rem } .cards div { border: 1px solid var(--line);
  border-radius: 6px; padding: .4rem .8rem } .cards b { display: block; font-size: 1.25rem }
svg { width: 100%; height: auto } svg text { font: 12px system-ui, sans-serif; fill: var(--soft) }
.grid { stroke: var(--line) } .area { fill: var(--hue); fill-opacity: .35; stroke: var(--hue) }
.line { fill: none; stroke: var(--hue); stroke-width: 1.5 } .fault { fill: var(--band); fill-opacity: .55 }
.range { stroke: var(--soft); stroke-width: 2 } .median { fill: var(--good) } .p99 { fill: var(--hue) }
.max { fill: var(--bad) } li { margin: .2rem 0; overflow-wrap: anywhere }
)";

std::string card(const std::string& name, const std::string& value, bool bad = false) {
  return fmt::format(R"(<div><b{}>{}</b>{}</div>)", bad ? R"( class="broken")" : "", value, name);
}

std::string cards(const json& verdict) {
  const auto& counts = verdict.at("counts");
  auto number = [&](const char* name) { return counts.at(name).get<std::uint64_t>(); };
  std::string out = R"(<div class="cards">)";
  for (const auto* name : {"lost", "duplicated", "out_of_order", "refused", "unknown"})
    out += card(name == std::string_view{"out_of_order"} ? "out of order" : name,
                std::to_string(number(name)), number(name) > 0);
  for (const auto* name : {"sent", "accepted", "tries", "replayed", "heard"})
    out += card(name, std::to_string(number(name)));
  out += card("accepted per second",
              fmt::format("{:.0f}", verdict.at("figures").at("accepted_per_second").get<double>()));
  return out + "</div>";
}

std::string cell(const json& spread, const char* part) {
  return spread.contains(part) ? fmt::format("{:.1f}", spread.at(part).get<double>()) : "–";
}

std::string spread_row(const std::string& name, const json& of) {
  auto out =
    fmt::format("<tr><td>{}</td><td>{}</td>", escaped(name), of.at("count").get<std::uint64_t>());
  for (const auto* part : {"min", "median", "p95", "p99", "max"})
    out += "<td>" + cell(of, part) + "</td>";
  return out + "</tr>";
}

constexpr std::string_view spread_head =
  "<table><tr><th>ms</th><th>count</th><th>min</th><th>median</th><th>p95</th><th>p99</th><th>max</"
  "th></tr>";

std::string times(const json& figures) {
  const auto& post = figures.at("post_ms");
  return std::string{spread_head} + spread_row("POST, during faults", post.at("during_faults")) +
         spread_row("POST, otherwise", post.at("otherwise")) +
         spread_row("first message after a change of owner", figures.at("handoff_ms")) + "</table>";
}

std::string faults(const json& figures) {
  std::string out =
    "<table><tr><th>fault</th><th>at, s</th><th>for, "
    "s</th><th>conversations</th><th>median</th><th>p99</th>"
    "<th>max</th><th>of the target: p99</th><th>max</th><th>first message after: max</th></tr>";
  for (const auto& one : figures.at("faults")) {
    const auto& gap = one.at("gap_ms");
    const auto& owned = one.at("gap_of_target_ms");
    double begin = one.at("begin_s"), end = one.at("end_s");
    out += fmt::format(
      "<tr><td>{} {}</td><td>{:.1f}</td><td>{:.1f}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>"
      "<td>{}</td><td>{}</td><td>{}</td></tr>",
      escaped(one.at("fault")), escaped(one.at("target")),
      begin - figures.at("began_s").get<double>(), end - begin,
      gap.at("count").get<std::uint64_t>(), cell(gap, "median"), cell(gap, "p99"), cell(gap, "max"),
      cell(owned, "p99"), cell(owned, "max"), cell(one.at("handoff_ms"), "max"));
  }
  return out + "</table>";
}

std::string violations(const json& of) {
  if (of.at("total") == 0) return "<p class=\"ok\">None.</p>";
  std::string out = "<table><tr><th>kind</th><th>times</th></tr>";
  for (const auto& [kind, times] : of.at("by_kind").items())
    out += fmt::format("<tr><td>{}</td><td>{}</td></tr>", kind, times.get<std::uint64_t>());
  out += "</table><ul>";
  for (const auto& one : of.at("examples"))
    out +=
      fmt::format("<li><b>{}</b> {}</li>", escaped(one.at("kind")), escaped(one.at("evidence")));
  return out + "</ul>";
}

std::string remarks(const json& verdict) {
  std::string out;
  const auto& run = verdict.at("run");
  const auto& records = verdict.at("records");
  if (run.at("database") == false)
    out += "<p class=\"broken\">Without the database: only what clients saw was compared.</p>";
  if (run.at("drained") == false)
    out += "<p class=\"broken\">The run ended before everything sent was accepted and heard.</p>";
  if (records.at("broken") > 0)
    out += fmt::format(
      "<p class=\"broken\">{} lines of the records could not be read; the first: {} line {}.</p>",
      records.at("broken").get<std::uint64_t>(), escaped(records.at("examples")[0].at("file")),
      records.at("examples")[0].at("line").get<std::uint64_t>());
  return out;
}

} // namespace

std::string html_of(const json& verdict) {
  const auto& figures = verdict.at("figures");
  const auto& run = verdict.at("run");
  bool ok = verdict.at("ok");
  return fmt::format(
    "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" "
    "content=\"width=device-width\"><title>Recado: a run under "
    "faults</title><style>{}</style></head><body>\n"
    "<h1 class=\"{}\">{}</h1>\n<p class=\"soft\">{} conversations, {} nodes, {} faults in {:.0f} "
    "s, seed {}, "
    "{} records</p>\n{}{}\n<h2>Over time</h2>\n{}\n"
    "<h2>How long conversations did not accept</h2>\n<p class=\"soft\">Per conversation the "
    "longest wait from a "
    "message's first try to its 2xx, of those that touch the fault. Green: median, blue: p99, red: "
    "the longest.</p>\n"
    "{}\n<h2>Faults</h2>\n<p class=\"soft\">Milliseconds. \"Of the target\": conversations that it "
    "owned when the "
    "fault began.</p>\n{}\n<h2>Waits</h2>\n{}\n<h2>Broken promises</h2>\n{}\n</body></html>\n",
    style, ok ? "ok" : "broken", ok ? "Every promise was kept" : "Promises were broken",
    run.at("conversations").get<std::uint64_t>(), run.at("nodes").size(),
    figures.at("faults").size(), figures.at("seconds").get<double>(),
    run.at("seed").get<std::uint64_t>(), verdict.at("records").at("lines").get<std::uint64_t>(),
    remarks(verdict), cards(verdict), timeline_chart(figures), gap_chart(figures), faults(figures),
    times(figures), violations(verdict.at("violations")));
}

} // namespace recado::chaos
