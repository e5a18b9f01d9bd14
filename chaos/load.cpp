/// recado-load: callers that send one message after the other over REST, and what that took.
/// A closed loop: each caller waits for its answer, so the latencies are those of the answered
/// requests at this concurrency, not those of a fixed arrival rate.
#include "node/client/api_client.hpp"

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>

namespace {

using namespace recado;
using clock_type = std::chrono::steady_clock;

struct options {
  std::string info;
  unsigned callers = 32;
  unsigned conversations = 100;
  unsigned seconds = 10;
  unsigned text_bytes = 300;
};

struct tally {
  std::vector<double> latency_ms; ///< of answers 201
  std::uint64_t refused = 0;      ///< any other answer
  std::uint64_t failed = 0;       ///< no answer

  void add(const tally& other) {
    latency_ms.insert(latency_ms.end(), other.latency_ms.begin(), other.latency_ms.end());
    refused += other.refused;
    failed += other.failed;
  }
};

std::string body_of(const options& how, unsigned number) {
  auto pair = std::to_string(number % how.conversations);
  return nlohmann::json{{"from", "sender-" + pair},
                        {"to", {"reader-" + pair}},
                        {"payload", {{"type", "text"}, {"text", std::string(how.text_bytes, 'x')}}}}
    .dump();
}

tally send_until(clock_type::time_point end, const client::server_url& where,
                 const std::string& token, const options& how, unsigned first) {
  tally out;
  client::http_client http{where};
  client::call send{.method = "POST", .target = "/v1/messages"};
  send.headers.emplace_back("Authorization", "Bearer " + token);
  for (unsigned number = first; clock_type::now() < end; number += how.callers) {
    send.body = body_of(how, number);
    auto begun = clock_type::now();
    auto got = http.ask(send);
    std::chrono::duration<double, std::milli> took = clock_type::now() - begun;
    if (!got)
      ++out.failed;
    else if (got->status != 201)
      ++out.refused;
    else
      out.latency_ms.push_back(took.count());
  }
  return out;
}

double percentile(const std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(last * part)];
}

nlohmann::json report_of(tally all, const options& how) {
  std::sort(all.latency_ms.begin(), all.latency_ms.end());
  return {{"callers", how.callers},
          {"conversations", how.conversations},
          {"seconds", how.seconds},
          {"text_bytes", how.text_bytes},
          {"accepted", all.latency_ms.size()},
          {"accepted_per_second", static_cast<double>(all.latency_ms.size()) / how.seconds},
          {"refused", all.refused},
          {"failed", all.failed},
          {"post_ms",
           {{"p50", percentile(all.latency_ms, 0.50)},
            {"p95", percentile(all.latency_ms, 0.95)},
            {"p99", percentile(all.latency_ms, 0.99)},
            {"max", percentile(all.latency_ms, 1.0)}}}};
}

int run(const options& how) {
  auto info = nlohmann::json::parse(std::ifstream{how.info});
  auto api =
    client::api_client::make({info.at("url"), info.at("client_id"), info.at("client_secret")});
  if (!api) throw std::runtime_error(api.error());
  auto token = api->token();
  if (!token) throw std::runtime_error(token.error());
  std::mutex mutex;
  tally all;
  std::vector<std::thread> callers;
  auto end = clock_type::now() + std::chrono::seconds{how.seconds};
  for (unsigned i = 0; i < how.callers; ++i)
    callers.emplace_back([&, i] {
      auto mine = send_until(end, api->where(), *token, how, i);
      std::lock_guard lock{mutex};
      all.add(mine);
    });
  for (auto& caller : callers)
    caller.join();
  auto report = report_of(std::move(all), how);
  std::printf("%s\n", report.dump(2).c_str());
  return report.at("accepted") > 0 && report.at("failed") == 0 ? 0 : 1;
}

} // namespace

int main(int argc, char** argv) {
  options how;
  CLI::App app{"Sends messages over REST as fast as the answers come, and prints figures as JSON."};
  app.add_option("--info", how.info, "info file of `recado up`")
    ->required()
    ->check(CLI::ExistingFile);
  app.add_option("--callers", how.callers, "callers at once")
    ->capture_default_str()
    ->check(CLI::Range(1, 4096));
  app.add_option("--conversations", how.conversations, "conversations")
    ->capture_default_str()
    ->check(CLI::Range(1, 1'000'000));
  app.add_option("--seconds", how.seconds, "how long")
    ->capture_default_str()
    ->check(CLI::Range(1, 3600));
  app.add_option("--text-bytes", how.text_bytes, "length of each text")
    ->capture_default_str()
    ->check(CLI::Range(1, 65536));
  CLI11_PARSE(app, argc, argv);
  try {
    return run(how);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "recado-load: %s\n", e.what());
    return 1;
  }
}
