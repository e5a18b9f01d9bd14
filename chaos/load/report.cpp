#include "chaos/load/report.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace recado::load {
namespace {

nlohmann::json latency(const histogram& of) {
  auto ms = [](std::uint64_t us) { return static_cast<double>(us) / 1000; };
  return {{"p50", ms(of.percentile(0.50))},
          {"p95", ms(of.percentile(0.95))},
          {"p99", ms(of.percentile(0.99))},
          {"max", ms(of.max())}};
}

nlohmann::json codes(const outcome& seen) {
  auto out = nlohmann::json::object();
  for (const auto& [status, count] : seen.codes)
    out[status == 0 ? "none" : std::to_string(status)] = count;
  return out;
}

double mib(std::uint64_t bytes) {
  return static_cast<double>(bytes) / (1 << 20);
}

nlohmann::json of_second(const second& one) {
  auto rss = nlohmann::json::object();
  for (const auto& [name, cost] : one.costs)
    rss[name] = mib(cost.rss_bytes);
  return {{"due", one.due},
          {"accepted", one.accepted},
          {"refused", one.refused},
          {"given_up", one.given_up},
          {"p95_ms", static_cast<double>(one.post.percentile(0.95)) / 1000},
          {"rss_mib", rss}};
}

nlohmann::json of_phases(const options& how, const outcome& seen) {
  auto out = nlohmann::json::array();
  std::size_t from = 0;
  for (const auto& one : how.phases) {
    auto sum = sum_of(seen.seconds, from, from + one.seconds);
    from += one.seconds;
    out.push_back({{"rate", one.rate},
                   {"seconds", one.seconds},
                   {"due", sum.due},
                   {"accepted", sum.accepted},
                   {"refused", sum.refused},
                   {"given_up", sum.given_up},
                   {"post_ms", latency(sum.post)}});
  }
  return out;
}

void add_timeline(const options& how, const outcome& seen, nlohmann::json& to) {
  auto seconds = nlohmann::json::array();
  for (const auto& one : seen.seconds)
    seconds.push_back(of_second(one));
  to["timeline"] = seconds;
  if (how.phases.empty()) return;
  auto after = recovery_of(seen.seconds, how.phases);
  to["phases"] = of_phases(how, seen);
  to["normal_p95_ms"] = static_cast<double>(after.normal_p95_us) / 1000;
  to["normal_again_s"] = after.seconds ? nlohmann::json(*after.seconds) : nlohmann::json();
}

template <class... Args>
void line(std::string& out, const char* format, Args... args) {
  char room[256];
  std::snprintf(room, sizeof room, format, args...);
  out += room;
}

std::string text_of_phases(const nlohmann::json& of) {
  std::string out;
  for (const auto& one : of.at("phases"))
    line(out, "%8.0f /s for %4.0f s  accepted %.0f, refused %.0f, given up %.0f, p95 %.2f ms\n",
         one.at("rate").get<double>(), one.at("seconds").get<double>(),
         one.at("accepted").get<double>(), one.at("refused").get<double>(),
         one.at("given_up").get<double>(), one.at("post_ms").at("p95").get<double>());
  const auto& again = of.at("normal_again_s");
  if (again.is_null())
    out += "the 95th percentile did not become normal again\n";
  else
    line(out, "the 95th percentile was normal again after %.0f s\n", again.get<double>());
  return out;
}

} // namespace

nlohmann::json report(const options& how, const outcome& seen,
                      const std::map<std::string, cost>& start, const sample& before,
                      const sample& after) {
  auto messages = static_cast<double>(std::max<std::uint64_t>(seen.accepted + seen.stored, 1));
  nlohmann::json cpu, percent, rss, rss_before, grown;
  double total = 0;
  for (const auto& [name, cost] : after.costs) {
    auto spent = cost.cpu_s - before.costs.at(name).cpu_s;
    total += spent;
    cpu[name] = spent * 1e6 / messages;
    percent[name] = spent * 100 / seen.measured_s;
    rss[name] = mib(cost.rss_bytes);
    rss_before[name] = mib(before.costs.at(name).rss_bytes);
    grown[name] = mib(cost.rss_bytes) - mib(start.at(name).rss_bytes);
  }
  cpu["total"] = total * 1e6 / messages;
  percent["total"] = total * 100 / seen.measured_s;
  auto commits = after.commits - before.commits;
  nlohmann::json turn;
  for (const auto& [step, spent] : after.turn_s)
    turn[step] = commits > 0 ? (spent - before.turn_s.at(step)) * 1'000 / commits : 0;
  nlohmann::json out{
    {"asked",
     {{"rate", how.rate},
      {"clients", how.clients},
      {"conversations", how.conversations},
      {"members", how.members},
      {"listeners", how.listeners},
      {"readers", how.readers},
      {"rows", how.rows},
      {"history", how.history},
      {"patience_ms", how.patience_ms},
      {"seconds", how.seconds},
      {"text_bytes", how.text_bytes},
      {"bulk", how.bulk},
      {"idle_sockets", how.idle_sockets},
      {"receivers", how.receive}}},
    {"due", seen.due},
    {"accepted", seen.accepted},
    {"stored", seen.stored},
    {"refused", seen.refused},
    {"failed", seen.failed},
    {"given_up", seen.given_up},
    {"codes", codes(seen)},
    {"without_retry_after", seen.without_retry_after},
    {"callers_lost", seen.callers_lost},
    {"expected", seen.expected},
    {"delivered", seen.delivered},
    {"out_of_order", seen.out_of_order},
    {"sockets_lost", seen.sockets_lost},
    {"backlog_max", seen.backlog_max},
    {"accepted_per_second", static_cast<double>(seen.accepted) / seen.measured_s},
    {"delivered_per_second", static_cast<double>(seen.delivered) / seen.measured_s},
    {"post_ms", latency(seen.post)},
    {"post_to_websocket_ms", latency(seen.end_to_end)},
    {"cpu_us_per_message", cpu},
    {"wal_bytes_per_message", static_cast<double>(after.wal_bytes - before.wal_bytes) / messages},
    {"cpu_percent_of_a_core", percent},
    {"rss_mib", rss},
    {"rss_before_mib", rss_before},
    {"rss_grown_mib", grown},
    {"turn_ms", turn},
    {"commands_per_commit", commits > 0 ? (after.commands - before.commands) / commits : 0.0}};
  if (how.timeline) add_timeline(how, seen, out);
  return out;
}

std::string to_text(const nlohmann::json& of) {
  std::string out;
  auto messages = of.at("accepted").get<double>();
  auto number = [&](const char* name) { return of.at(name).get<double>(); };
  line(out, "accepted   %10.0f /s   (%.0f of %.0f due; %.0f stored, %.0f refused, %.0f failed)\n",
       number("accepted_per_second"), number("accepted"), number("due"), number("stored"),
       number("refused"), number("failed"));
  line(out, "delivered  %10.0f /s   (%.0f; %.0f out of order, %.0f sockets lost)\n",
       number("delivered_per_second"), number("delivered"), number("out_of_order"),
       number("sockets_lost"));
  if (number("given_up") + number("without_retry_after") + number("callers_lost") > 0)
    line(out, "%.0f given up, %.0f refused without Retry-After, %.0f connections closed\n",
         number("given_up"), number("without_retry_after"), number("callers_lost"));
  for (const auto* name : {"post_ms", "post_to_websocket_ms"}) {
    const auto& ms = of.at(name);
    line(out, "%-22s p50 %8.2f   p95 %8.2f   p99 %8.2f   max %8.2f\n", name,
         ms.at("p50").get<double>(), ms.at("p95").get<double>(), ms.at("p99").get<double>(),
         ms.at("max").get<double>());
  }
  for (const auto* name :
       {"cpu_us_per_message", "cpu_percent_of_a_core", "rss_mib", "rss_grown_mib", "turn_ms"}) {
    if (messages == 0 && std::string_view{name} == "cpu_us_per_message") continue;
    line(out, "%-22s", name);
    for (const auto& [program, value] : of.at(name).items())
      line(out, " %s %.2f  ", program.c_str(), value.get<double>());
    out += '\n';
  }
  line(out, "WAL %.0f bytes/message, %.1f commands/commit\n", number("wal_bytes_per_message"),
       number("commands_per_commit"));
  if (of.contains("normal_again_s")) out += text_of_phases(of);
  return out;
}

} // namespace recado::load
