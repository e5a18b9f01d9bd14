#include "chaos/figures/tables.hpp"

#include "chaos/figures/growth.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace recado::figures {
namespace {

using nlohmann::json;

std::string row(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}
std::string head(const std::vector<std::string>& titles) {
  return row(titles) + row(std::vector<std::string>(titles.size(), "---"));
}

std::string millis(const json& ms) {
  return fmt::format("{:.1f} / {:.1f} / {:.1f} / {:.0f}", ms.at("p50").get<double>(),
                     ms.at("p95").get<double>(), ms.at("p99").get<double>(),
                     ms.at("max").get<double>());
}

std::string by_program(const json& us) {
  std::vector<std::string> parts;
  for (const auto* name : {"node", "postgres", "nats", "load"})
    parts.push_back(fmt::format("{:.0f}", us.at(name).get<double>()));
  return fmt::format("{}", fmt::join(parts, " + "));
}

std::string whole(const json& report, const char* name) {
  return fmt::format("{:.0f}", report.at(name).get<double>());
}

const json* find(const runs& all, const char* name) {
  auto found = all.find(name);
  return found == all.end() ? nullptr : &found->second;
}

std::string heading(const runs& all) {
  const auto* machine = find(all, "machine");
  if (machine == nullptr) return {};
  return fmt::format("## {}, commit {}, {} cores\n\n", machine->value("date", ""),
                     machine->value("commit", ""), machine->value("cores", 0));
}

/// The least and the most memory that a program had in these seconds.
std::string memory_over(const json& timeline, const char* program) {
  double least = 0, most = 0;
  for (const auto& second : timeline) {
    auto mib = second.at("rss_mib").value(program, 0.0);
    if (mib == 0) continue;
    least = least == 0 ? mib : std::min(least, mib);
    most = std::max(most, mib);
  }
  return fmt::format("{} {:.0f} to {:.0f} MiB", program, least, most);
}

std::string all_memory_over(const json& timeline) {
  return fmt::format("{}, {}, {}", memory_over(timeline, "node"), memory_over(timeline, "postgres"),
                     memory_over(timeline, "nats"));
}

std::string sustained_memory(const runs& all) {
  const auto* run = find(all, "sustained");
  if (run == nullptr || !run->contains("timeline")) return {};
  return fmt::format("Memory during `sustained`: {}.\n\n", all_memory_over(run->at("timeline")));
}

std::string speeds(const runs& all) {
  std::string out;
  for (const auto* name : {"stream-4000", "auto-4000", "stream-closed", "auto-closed", "low",
                           "bulk-100", "bulk-1000", "sustained"}) {
    const auto* one = find(all, name);
    if (one == nullptr) continue;
    out += row({fmt::format("`{}`, {} s", name, one->at("asked").at("seconds").get<unsigned>()),
                whole(*one, "accepted_per_second"), whole(*one, "delivered_per_second"),
                millis(one->at("post_ms")), millis(one->at("post_to_websocket_ms")),
                by_program(one->at("cpu_us_per_message")), whole(*one, "wal_bytes_per_message"),
                whole(*one, "commands_per_commit")});
  }
  if (out.empty()) return out;
  return "Milliseconds p50 / p95 / p99 / max; processor time per message of node + PostgreSQL + "
         "NATS "
         "+ load.\n\n" +
         head({"run", "accepted/s", "delivered/s", "POST ms", "POST to WebSocket ms",
               "us per message", "WAL bytes", "commands per commit"}) +
         out + '\n' + sustained_memory(all);
}

std::string of_growth(const growth& what, const std::vector<point>& points) {
  std::vector<std::string> titles{what.what};
  for (const auto& column : what.columns)
    titles.push_back(column.title);
  auto out = fmt::format("### {}\n\n{}", what.title, head(titles));
  for (const auto& here : points) {
    std::vector<std::string> cells{std::to_string(here.size)};
    for (const auto& column : what.columns)
      cells.push_back(column.cell(points.front(), here));
    out += row(cells);
  }
  return out + fmt::format("\n![{0}]({1}.svg)\n\n", what.title, what.name);
}

std::string overload(const runs& all) {
  const auto* run = find(all, "overload");
  if (run == nullptr) return {};
  auto out = "### Twice the capacity\n\n" +
             head({"offered/s", "seconds", "accepted", "refused", "given up", "POST ms"});
  for (const auto& one : run->at("phases"))
    out += row({whole(one, "rate"), whole(one, "seconds"), whole(one, "accepted"),
                whole(one, "refused"), whole(one, "given_up"), millis(one.at("post_ms"))});
  std::vector<std::string> codes;
  for (const auto& [code, count] : run->at("codes").items())
    codes.push_back(fmt::format("{} × {}", count.get<std::uint64_t>(), code));
  out += fmt::format("\nAnswers: {}; refused without Retry-After: {}. Memory: {}. ",
                     fmt::join(codes, ", "), run->at("without_retry_after").get<std::uint64_t>(),
                     all_memory_over(run->at("timeline")));
  const auto& again = run->at("normal_again_s");
  out += again.is_null()
           ? "The 95th percentile did not become normal again.\n\n"
           : fmt::format("The 95th percentile ({:.0f} ms before) was within twice that {} s after "
                         "the end.\n\n",
                         run->at("normal_p95_ms").get<double>(), again.get<unsigned>());
  return out;
}

std::string floors(const runs& all) {
  const auto* run = find(all, "floors");
  if (run == nullptr) return {};
  auto out = "### Floors\n\n" +
             head({"floor", "messages/s", "client us", "server us", "both us", "WAL bytes"});
  for (const auto& one : run->at("floors")) {
    auto name = one.at("name").get<std::string>();
    if (one.contains("batch"))
      name += fmt::format(" of {}{}", one.at("batch").get<unsigned>(),
                          one.value("cursors", false) ? "" : ", no cursors");
    out += row({name, whole(one, "per_second"), fmt::format("{:.1f}", one.value("client_us", 0.0)),
                fmt::format("{:.1f}", one.value("server_us", 0.0)),
                fmt::format("{:.1f}", one.value("us", 0.0)),
                one.contains("batch") ? whole(one, "wal_bytes_per_message") : ""});
  }
  for (const auto& one : run->at("sums"))
    out += row({fmt::format("sum, `wire = {}`", one.at("wire").get<std::string>()),
                whole(one, "per_second"), "", "", fmt::format("{:.1f}", one.value("us", 0.0)), ""});
  return out + '\n';
}

std::string rest(const runs& all) {
  std::string out;
  if (const auto* run = find(all, "idle")) {
    const auto& percent = run->at("cpu_percent_of_a_core");
    out += row({"idle: node + PostgreSQL + NATS",
                fmt::format("{:.1f} + {:.1f} + {:.1f} % of a core", percent.value("node", 0.0),
                            percent.value("postgres", 0.0), percent.value("nats", 0.0))});
  }
  if (const auto* run = find(all, "sockets-10000"))
    out +=
      row({"10,000 idle WebSockets",
           fmt::format("node grows by {:.0f} MiB", run->at("rss_grown_mib").value("node", 0.0))});
  if (const auto* run = find(all, "actors-40000"))
    out +=
      row({"40,000 conversations in memory",
           fmt::format("node grows by {:.0f} MiB", run->at("rss_grown_mib").value("node", 0.0))});
  if (const auto* run = find(all, "first-message"))
    out += row({"from `recado up` to the first message",
                fmt::format("new folder {:.1f} s, second start {:.1f} s",
                            run->value("new_folder_ms", 0.0) / 1000,
                            run->value("second_start_ms", 0.0) / 1000)});
  return out.empty() ? out : head({"what", "figure"}) + out + '\n';
}

} // namespace

std::string tables(const runs& all) {
  auto out = heading(all) + speeds(all) + rest(all);
  for (const auto& one : growths())
    if (auto points = series_of(all, one.name); !points.empty()) out += of_growth(one, points);
  return out + overload(all) + floors(all);
}

} // namespace recado::figures
