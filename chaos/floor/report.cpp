#include "chaos/floor/report.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace recado::floors {
namespace {

std::string title_of(const figure& one) {
  if (one.batch == 0) return one.name;
  return fmt::format("{} of {}{}", one.name, one.batch, one.cursors ? "" : ", no cursors");
}

nlohmann::json to_json(const figure& one) {
  nlohmann::json out{{"name", one.name},
                     {"messages", one.messages},
                     {"seconds", one.seconds},
                     {"per_second", one.per_second()},
                     {"client_us", one.client_us()},
                     {"server_us", one.server_us()},
                     {"us", one.us()},
                     {"said", one.said},
                     {"found", one.found}};
  if (one.batch > 0) {
    out["batch"] = one.batch;
    out["cursors"] = one.cursors;
    out["commits"] = one.commits;
    out["wal_bytes_per_message"] = one.wal_per_message();
  }
  return out;
}

} // namespace

nlohmann::json report(const options& how, const std::vector<figure>& all) {
  nlohmann::json floors = nlohmann::json::array(), sums = nlohmann::json::array();
  for (const auto& one : all)
    floors.push_back(to_json(one));
  for (const auto& one : sums_of(all, how.batch_of_sum, how.cores))
    sums.push_back({{"wire", one.wire}, {"us", one.us}, {"per_second", one.per_second}});
  return {{"asked",
           {{"seconds", how.seconds},
            {"callers", how.callers},
            {"conversations", how.conversations},
            {"text_bytes", how.text_bytes},
            {"writers", how.writers},
            {"cores", how.cores},
            {"batch_of_sum", how.batch_of_sum}}},
          {"floors", floors},
          {"sums", sums}};
}

std::string to_text(const options& how, const std::vector<figure>& all) {
  auto out = fmt::format("{:<24}{:>12}{:>12}{:>12}{:>12}{:>14}\n", "floor", "messages/s",
                         "client us", "server us", "both us", "WAL bytes");
  for (const auto& one : all)
    out += fmt::format("{:<24}{:>12.0f}{:>12.1f}{:>12.1f}{:>12.1f}{:>14}\n", title_of(one),
                       one.per_second(), one.client_us(), one.server_us(), one.us(),
                       one.wal_bytes > 0 ? fmt::format("{:.0f}", one.wal_per_message()) : "");
  for (const auto& one : sums_of(all, how.batch_of_sum, how.cores))
    out += fmt::format("sum, wire = {:<12}{:>12.0f}{:>36.1f}   ({}, {} messages per commit, {} "
                       "cores)\n",
                       one.wire, one.per_second, one.us,
                       one.wire == "stream" ? "http + jetstream + commit" : "http + commit",
                       how.batch_of_sum, how.cores);
  return out;
}

std::string disagreement(const std::vector<figure>& all) {
  for (const auto& one : all) {
    if (one.said != one.found)
      return fmt::format("{}: {} were said, {} were found", title_of(one), one.said, one.found);
    if (one.messages == 0) return fmt::format("{}: not one message", title_of(one));
  }
  return {};
}

} // namespace recado::floors
