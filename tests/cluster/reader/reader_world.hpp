#pragma once
/// A server, a connection, a keeper and a reader, put together as a node does it.
#include "cluster/reader/stream_keeper.hpp"
#include "cluster/reader/stream_reader.hpp"
#include "runtime/bus/jetstream.hpp"
#include "tests/worlds/nats_server.hpp"

#include <atomic>
#include <map>
#include <mutex>

namespace recado::cluster::testing {

using namespace std::chrono_literals;

/// Waits for what other threads bring about; generous, because the machine may be busy.
template <class Condition>
bool eventually(Condition condition, std::chrono::seconds patience = 30s) {
  auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return condition();
}

/// The table `stream`, without PostgreSQL.
class memory_registry : public stream_registry {
public:
  result<registered_stream> load(const std::string&) override {
    std::lock_guard lock{mutex_};
    if (broken) return fail(ec::store_unavailable, "down");
    return row_;
  }
  result<bool> compare_and_set(const std::string&, const registered_stream& seen,
                               const registered_stream& next) override {
    std::lock_guard lock{mutex_};
    if (!(row_ == seen)) return false;
    row_ = next;
    return true;
  }
  registered_stream row() {
    std::lock_guard lock{mutex_};
    return row_;
  }
  std::atomic<bool> broken{false};

private:
  std::mutex mutex_;
  registered_stream row_;
};

/// What the readers brought, per lane and in order.
struct heard_commands {
  struct item {
    position at;
    std::string data;
    epoch owned;
  };
  std::mutex mutex;
  std::map<std::pair<partition_id, lane>, std::vector<item>> lanes;
  std::map<std::pair<partition_id, lane>, position> idle;
  std::atomic<std::size_t> total{0};

  std::vector<item> of(partition_id part, lane priority) {
    std::lock_guard lock{mutex};
    return lanes[{part, priority}];
  }
  std::string text(partition_id part, lane priority) {
    std::string all;
    for (auto& one : of(part, priority))
      all += one.data + " ";
    return all;
  }
};

struct node {
  std::unique_ptr<bus::connection> link;
  std::unique_ptr<stream_reader> reader;
  std::unique_ptr<stream_keeper> keeper;
  std::atomic<int> verified{0}; ///< how often the keeper said a generation

  node(const worlds::nats_server& server, memory_registry& registry, reader_host host,
       keeper_config keeping = {}, reader_config reading = {}, bus::bus_config linking = {}) {
    linking.urls = {server.url()};
    if (linking.ping_interval_ms == bus::bus_config{}.ping_interval_ms)
      linking.ping_interval_ms = 200; // the tests should not wait long for a paused server
    keeping.cluster = reading.cluster = "t1";
    link = std::move(*bus::connection::connect(linking));
    host.on_doubt = [this] {
      if (auto k = doubted.load()) k->doubt();
    };
    host.on_newcomer = [this] {
      if (auto k = doubted.load()) k->welcome();
    };
    reader = std::make_unique<stream_reader>(*link, reading, std::move(host));
    keeper_ports ports{registry, [this](auto which) { return reader->places(which); },
                       [this](stream_generation generation) {
                         reader->open(generation);
                         verified += generation > 0;
                       }};
    keeper = std::make_unique<stream_keeper>(*link, keeping, std::move(ports));
    doubted = keeper.get();
  }
  ~node() {
    link->close(5s); // first: no callback runs after it
    doubted = nullptr;
    keeper.reset();
    reader.reset();
  }

  bus::outcome<bus::pub_ack> publish(partition_id part, lane priority, const std::string& data) {
    auto subject = command_subject("t1", keeper->generation(), priority, part);
    return bus::wait<bus::pub_ack>(
      [&](auto then) { link->publish_stream(subject, data, 5s, then); });
  }
  bool ready() const {
    return eventually([&] { return keeper->generation() > 0; });
  }

private:
  std::atomic<stream_keeper*> doubted{nullptr};
};

/// A host that notes everything and grants a credit for each command.
inline reader_host noting(heard_commands& heard, std::atomic<stream_reader*>* granting = nullptr) {
  reader_host host;
  host.on_command = [&heard, granting](const reader_key& key, const position& at,
                                       std::string data) {
    {
      std::lock_guard lock{heard.mutex};
      heard.lanes[{key.part, key.priority}].push_back({at, std::move(data), key.owned});
    }
    ++heard.total;
    auto reader = granting ? granting->load() : nullptr;
    if (reader) reader->grant(key.part, key.priority, 1);
  };
  host.on_idle = [&heard](const reader_key& key, const position& at) {
    std::lock_guard lock{heard.mutex};
    heard.idle[{key.part, key.priority}] = at;
  };
  return host;
}

} // namespace recado::cluster::testing
