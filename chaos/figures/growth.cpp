#include "chaos/figures/growth.hpp"

#include <fmt/format.h>

namespace recado::figures {
namespace {

double number(const point& at, const char* name) {
  return at.report.at(name).get<double>();
}
double number(const point& at, const char* object, const char* name) {
  return at.report.at(object).at(name).get<double>();
}

std::string p50_p95(const point& at, const char* name) {
  const auto& ms = at.report.at(name);
  return fmt::format("{:.1f} / {:.1f}", ms.at("p50").get<double>(), ms.at("p95").get<double>());
}

/// Of the node, PostgreSQL, NATS and the load generator together, for each of these.
std::string us_per(const point& at, const char* what) {
  auto spent = number(at, "cpu_us_per_message", "total") * number(at, "accepted");
  auto count = number(at, what);
  return count > 0 ? fmt::format("{:.1f}", spent / count) : "";
}

/// How much more of the node's memory a thing takes. Of a few, everything else would weigh more.
std::string kib_each(double mib, double count) {
  constexpr double enough = 1'000;
  return count >= enough ? fmt::format("{:.1f}", mib * 1024 / count) : "";
}

column speed() {
  return {"accepted/s", [](const point&, const point& at) {
            return fmt::format("{:.0f}", accepted_per_second(at));
          }};
}
column difference() {
  return {"difference", [](const point& first, const point& at) {
            auto more = percent_more(accepted_per_second(at), accepted_per_second(first));
            return at.size == first.size ? std::string{} : fmt::format("{:+.1f} %", more);
          }};
}
column wait() {
  return {"POST ms p50 / p95",
          [](const point&, const point& at) { return p50_p95(at, "post_ms"); }};
}
column cpu() {
  return {"us per message", [](const point&, const point& at) { return us_per(at, "accepted"); }};
}
column memory() {
  return {"node MiB",
          [](const point&, const point& at) { return fmt::format("{:.0f}", node_mib(at)); }};
}

growth conversations() {
  return {"growth-conversations",
          "Conversations",
          "conversations",
          {speed(),
           difference(),
           wait(),
           cpu(),
           memory(),
           {"with a message",
            [](const point&, const point& at) {
              return fmt::format("{:.0f}", number(at, "conversations_touched"));
            }},
           {"KiB each", [](const point& first, const point& at) {
              auto more =
                number(at, "conversations_touched") - number(first, "conversations_touched");
              return kib_each(node_mib(at) - node_mib(first), more);
            }}}};
}

growth members() {
  return {"growth-members",
          "Members of a conversation, one of whom listens",
          "members",
          {speed(), difference(), wait(), cpu(), memory()}};
}

growth listeners() {
  return {
    "growth-listeners",
    "Members of a conversation, all of whom listen, at the same number of frames a second",
    "members",
    {speed(),
     {"frames/s",
      [](const point&, const point& at) {
        return fmt::format("{:.0f}", number(at, "delivered_per_second"));
      }},
     {"POST to WebSocket ms p50 / p95",
      [](const point&, const point& at) { return p50_p95(at, "post_to_websocket_ms"); }},
     cpu(),
     {"us per frame", [](const point&, const point& at) { return us_per(at, "delivered"); }}}};
}

growth sockets() {
  return {"growth-sockets",
          "Idle WebSockets",
          "idle WebSockets",
          {speed(),
           difference(),
           wait(),
           cpu(),
           memory(),
           {"KiB each", [](const point& first, const point& at) {
              auto more =
                number(at, "rss_before_mib", "node") - number(first, "rss_before_mib", "node");
              return kib_each(more, static_cast<double>(at.size - first.size));
            }}}};
}

growth history() {
  return {"growth-history",
          "Messages that are there already",
          "messages",
          {speed(),
           difference(),
           wait(),
           cpu(),
           memory(),
           {"WAL bytes", [](const point&, const point& at) {
              return fmt::format("{:.0f}", number(at, "wal_bytes_per_message"));
            }}}};
}

} // namespace

double accepted_per_second(const point& at) {
  return number(at, "accepted_per_second");
}
double node_mib(const point& at) {
  return number(at, "rss_mib", "node");
}

const std::vector<growth>& growths() {
  static const std::vector<growth> all{conversations(), members(), listeners(), sockets(),
                                       history()};
  return all;
}

} // namespace recado::figures
