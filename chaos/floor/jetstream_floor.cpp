#include "chaos/floor/jetstream_floor.hpp"

#include "chaos/floor/sample.hpp"
#include "chaos/load/process_cost.hpp"
#include "cluster/reader/stream_keeper.hpp"
#include "cluster/reader/stream_reader.hpp"
#include "runtime/bus/jetstream.hpp"
#include "schemas/wire.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>

namespace recado::floors {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

constexpr cluster::stream_generation generation = 1;
constexpr std::uint32_t room_per_lane = 256; ///< partitions_config::stream_room_per_lane
constexpr auto publish_limit = 5s;
constexpr auto settle_limit = 10s;

std::unique_ptr<bus::connection> link_to(const std::string& url) {
  bus::bus_config config;
  config.urls = {url};
  config.name = "recado-floor";
  auto made = bus::connection::connect(config);
  if (!made || !(*made)->connected()) throw std::runtime_error("jetstream: no link to " + url);
  return std::move(*made);
}

void make_stream(bus::connection& link, const std::string& cluster) {
  cluster::keeper_config limits;
  bus::stream_config wanted;
  wanted.name = cluster::stream_name(cluster, generation);
  wanted.subjects = {cluster::stream_subjects(cluster, generation)};
  wanted.max_age = std::chrono::seconds{limits.max_age_s};
  wanted.max_bytes = limits.max_bytes;
  auto made = bus::wait<bus::stream_state>(
    [&](auto then) { bus::jetstream{link}.ensure_stream(wanted, then); });
  if (!made) throw std::runtime_error("jetstream: " + bus::describe(made.error()));
}

/// As many publishes under way as there are callers: each ack begins the next one, on the thread
/// that brought it.
class publishers {
public:
  publishers(bus::connection& link, const std::string& cluster, const options& how) : link_(link) {
    for (partition_id part = 0; part < default_partitions; ++part)
      subjects_.push_back(cluster::command_subject(cluster, generation, lane::standard, part));
    envelope_ = encode(text_command(client_id::make(), conversation_id::make(), user_id{"load-1-0"},
                                    how.text_bytes));
  }

  void begin(unsigned callers) {
    for (unsigned i = 0; i < callers; ++i)
      next();
  }
  void end() { ending_ = true; }
  bool quiet() const { return under_way_ == 0; }
  std::uint64_t acked() const noexcept { return acked_; }
  std::uint64_t failed() const noexcept { return failed_; }

private:
  void next() {
    ++under_way_;
    const auto& subject = subjects_[turn_++ % subjects_.size()];
    link_.publish_stream(subject, envelope_, publish_limit, [this](bus::outcome<bus::pub_ack> ack) {
      ++(ack ? acked_ : failed_);
      if (ack && !ending_) next();
      --under_way_;
    });
  }

  bus::connection& link_;
  std::vector<std::string> subjects_;
  std::string envelope_;
  std::atomic<bool> ending_{false};
  std::atomic<std::uint64_t> turn_{0}, acked_{0}, failed_{0};
  std::atomic<std::int64_t> under_way_{0};
};

/// Takes every command and gives its credit back at once.
class consumer {
public:
  consumer(bus::connection& link, const std::string& cluster)
    : reader_(link, config_of(cluster), host()) {
    for (partition_id part = 0; part < default_partitions; ++part)
      reader_.start({part, lane::standard, 1}, {}, room_per_lane);
    reader_.open(generation);
    for (auto end = clock::now() + settle_limit; !reader_.stalled(0ms).empty();) {
      if (clock::now() > end) throw std::runtime_error("jetstream: not every lane is read");
      std::this_thread::sleep_for(5ms);
    }
  }
  std::uint64_t consumed() const noexcept { return consumed_; }

private:
  static cluster::reader_config config_of(const std::string& cluster) {
    cluster::reader_config config;
    config.cluster = cluster;
    return config;
  }
  cluster::reader_host host() {
    cluster::reader_host out;
    out.on_command = [this](const cluster::reader_key& key, const cluster::position&,
                            const std::string&) {
      ++consumed_;
      reader_.grant(key.part, key.priority, 1);
    };
    return out;
  }

  std::atomic<std::uint64_t> consumed_{0};
  cluster::stream_reader reader_;
};

} // namespace

figure jetstream_floor(const options& how, const servers& at) {
  const std::string cluster = "floor";
  auto link = link_to(at.nats_url());
  make_stream(*link, cluster);
  publishers out{*link, cluster, how};
  consumer in{*link, cluster};
  out.begin(how.callers);
  std::this_thread::sleep_for(std::chrono::seconds{warm_up_s(how)});
  auto begun = clock::now();
  auto consumed = in.consumed();
  auto mine = load::process_cpu_s(), theirs = load::cost_of(at.nats_pid()).cpu_s;
  std::this_thread::sleep_for(std::chrono::seconds{how.seconds});
  figure got;
  got.name = "jetstream";
  got.messages = in.consumed() - consumed;
  got.client_cpu_s = load::process_cpu_s() - mine;
  got.server_cpu_s = load::cost_of(at.nats_pid()).cpu_s - theirs;
  got.seconds = std::chrono::duration<double>(clock::now() - begun).count();
  out.end();
  for (auto end = clock::now() + settle_limit;
       (!out.quiet() || in.consumed() < out.acked()) && clock::now() < end;)
    std::this_thread::sleep_for(5ms);
  if (out.failed() > 0 || !out.quiet())
    throw std::runtime_error("jetstream: not every publish was acked");
  got.said = out.acked();
  got.found = in.consumed();
  link->close(1s);
  return got;
}

} // namespace recado::floors
