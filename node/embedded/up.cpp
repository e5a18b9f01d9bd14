#include "node/embedded/up.hpp"

#include "node/embedded/banner.hpp"
#include "node/embedded/data_folder.hpp"
#include "node/embedded/database_setup.hpp"
#include "node/embedded/family.hpp"
#include "node/embedded/files.hpp"
#include "node/embedded/info_file.hpp"
#include "node/embedded/leftover.hpp"
#include "node/embedded/nats_server.hpp"
#include "node/embedded/node_process.hpp"
#include "node/embedded/ports.hpp"
#include "node/embedded/postgres_server.hpp"
#include "node/embedded/programs.hpp"
#include "runtime/observe/log.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <thread>
#include <unistd.h>

namespace recado::embedded {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t default_port = 8080;

std::string taken(std::uint16_t port) {
  return fmt::format(
    "port {} is taken by another program: choose another one with --port, or leave "
    "that out for the next free one",
    port);
}

/// One run of `up`, in the order of its methods.
class embedded_run {
public:
  embedded_run(const up_options& options, data_folder data)
    : options_(options),
      data_(std::move(data)) {}

  attempt<void> prepare();
  attempt<void> start();
  bool live();
  void stop();

private:
  attempt<void> start_servers();
  attempt<void> start_nodes();
  attempt<void> tell();
  void changed(const std::string& name, pid_t pid);
  attempt<std::uint16_t> choose_http_ports() const;
  node_place place_node(unsigned number, std::uint16_t port) const;
  std::vector<std::string> node_names() const;
  static void step(const std::string& what);

  up_options options_;
  data_folder data_;
  credentials secrets_;
  ports ports_;
  fs::path nats_;
  postgres_place postgres_;
  std::vector<node_place> nodes_;
  running_info info_;
  bool ready_ = false;
  family children_;
};

/// Progress for a person; a program reads the info instead.
void embedded_run::step(const std::string& what) {
  std::fprintf(stderr, "  %s\n", what.c_str());
}

/// The first of as many consecutive ports as there are nodes.
attempt<std::uint16_t> embedded_run::choose_http_ports() const {
  auto asked = options_.port;
  if (!asked) {
    auto free = free_block(default_port, options_.nodes);
    if (free && *free != default_port)
      step(fmt::format("port {} is taken, using {}", default_port, *free));
    return free;
  }
  if (*asked == 0)
    return free_port().and_then([this](auto first) { return free_block(first, options_.nodes); });
  for (unsigned i = 0; i < options_.nodes; ++i)
    if (auto port = static_cast<std::uint16_t>(*asked + i); !port_is_free(port))
      return sorry(taken(port));
  return *asked;
}

node_place embedded_run::place_node(unsigned number, std::uint16_t port) const {
  auto id = fmt::format("n{}", number);
  return {.id = id,
          .folder = data_.node(number),
          .log = data_.log(id),
          .port = port,
          .wire = options_.wire,
          .writers = writers_of(options_.nodes, std::thread::hardware_concurrency()),
          .store_url = socket_url(postgres_),
          .nats_url = fmt::format("nats://127.0.0.1:{}", ports_.nats)};
}

std::vector<std::string> embedded_run::node_names() const {
  std::vector<std::string> out;
  out.reserve(nodes_.size());
  for (const auto& node : nodes_)
    out.push_back(node.id);
  return out;
}

attempt<void> embedded_run::prepare() {
  auto left = stop_leftovers(data_.root());
  if (!left) return sorry(left.error());
  if (*left > 0) step(fmt::format("stopped {} processes that an earlier run had left", *left));
  std::error_code ignored;
  fs::remove(data_.info(), ignored);
  if (!options_.info.empty())
    fs::remove(options_.info, ignored); // who waits for it must not read old news

  auto secrets = data_.secrets();
  if (!secrets) return sorry(secrets.error());
  auto port = choose_http_ports();
  if (!port) return sorry(port.error());
  std::set<std::uint16_t> promised;
  for (unsigned i = 0; i < options_.nodes; ++i)
    promised.insert(static_cast<std::uint16_t>(*port + i));
  auto ports = data_.choose_ports(promised);
  if (!ports) return sorry(ports.error());
  auto nats = nats_program();
  if (!nats) return sorry(nats.error());
  auto postgres = place_postgres(data_, ports->postgres, secrets->postgres_password);
  if (!postgres) return sorry(postgres.error());
  secrets_ = *secrets;
  ports_ = *ports;
  nats_ = *nats;
  postgres_ = *postgres;
  for (unsigned i = 0; i < options_.nodes; ++i)
    nodes_.push_back(place_node(i + 1, static_cast<std::uint16_t>(*port + i)));
  return {};
}

attempt<void> embedded_run::start() {
  children_.on_change([this](const std::string& name, pid_t pid) { changed(name, pid); });
  info_ = {.url = nodes_.front().url(),
           .secrets = secrets_,
           .nodes = {},
           .nats_url = nodes_.front().nats_url,
           .postgres_dsn = tcp_url(postgres_)};
  for (const auto& node : nodes_)
    info_.nodes.push_back({.id = node.id, .url = node.url()});
  return start_servers()
    .and_then([this] { return set_up_database(postgres_, secrets_, step); })
    .and_then([this] { return start_nodes(); })
    .and_then([this] {
      ready_ = true;
      return tell();
    });
}

attempt<void> embedded_run::start_servers() {
  if (!fs::exists(postgres_.data / "recado.conf")) step("creating a PostgreSQL database");
  if (auto done = create_cluster(children_, postgres_); !done) return done;
  step("starting PostgreSQL and NATS");
  if (auto done = children_.start(postgres_member(postgres_)); !done) return done;
  if (auto done = children_.start(nats_member(data_, nats_, ports_.nats)); !done) return done;
  auto postgres_ready = [this] {
    return postgres_is_ready(postgres_, children_.pid_of(postgres_name));
  };
  // After a crash it replays up to max_wal_size of log first.
  auto done = children_.wait_for(postgres_name, postgres_ready, 10min);
  if (!done) return sorry(fmt::format("{}; {}", done.error(), see_log(postgres_.log)));
  done = children_.wait_for(
    nats_name, [this] { return port_answers(ports_.nats); }, 60s);
  if (!done) return sorry(fmt::format("{}; {}", done.error(), see_log(data_.log(nats_name))));
  return {};
}

attempt<void> embedded_run::start_nodes() {
  auto policy = options_.restart ? on_death::restart : on_death::report;
  for (const auto& node : nodes_) {
    step(fmt::format("starting node {}", node.id));
    if (auto done = children_.start(node_member(node, policy)); !done) return done;
  }
  for (const auto& node : nodes_) {
    auto done = children_.wait_for(
      node.id, [&] { return node_is_ready(node); }, 60s);
    if (!done) return sorry(fmt::format("{}; {}", done.error(), see_log(node.log)));
  }
  return {};
}

/// Writes who runs where; again whenever that changes.
attempt<void> embedded_run::tell() {
  auto text = to_json(info_) + "\n";
  if (auto written = write_file(data_.info(), text, 0600); !written) return written;
  if (options_.info.empty()) return {};
  return write_file(options_.info, text, 0600);
}

void embedded_run::changed(const std::string& name, pid_t pid) {
  if (name == nats_name) info_.nats_pid = pid;
  if (name == postgres_name) info_.postgres_pid = pid;
  bool is_node = false;
  for (auto& node : info_.nodes)
    if (node.id == name) node.pid = pid, is_node = true;
  if (!ready_ || children_.stop_requested()) return;
  if (auto told = tell(); !told) observe::log_warn("info-not-written", "{}", told.error());
  if (pid == 0 && is_node && !options_.restart)
    observe::log_error("node-died", "node {} ended; its log is {}", name, data_.log(name).string());
}

bool embedded_run::live() {
  if (options_.json)
    std::printf("%s\n", to_json(info_, -1).c_str());
  else
    std::printf("%s", banner(info_, data_.root()).c_str());
  std::fflush(stdout);
  return children_.live();
}

/// Under 2 s in all: a node finishes what it can, then the servers end side by side.
void embedded_run::stop() {
  ready_ = false;
  children_.stop({{.names = node_names(), .limit = 900ms},
                  {.names = {nats_name, postgres_name}, .limit = 700ms}});
  std::error_code ignored;
  fs::remove(data_.info(), ignored);
  if (!options_.info.empty()) fs::remove(options_.info, ignored);
}

} // namespace

int up(const up_options& options) {
  family::take_signals();
  observe::log_config for_people;
  for_people.node = "up";
  for_people.human = true;
  observe::start_log(for_people);
  auto complain = [](const std::string& why) {
    std::fprintf(stderr, "recado up: %s\n", why.c_str());
    return 1;
  };
  // In a folder that exists the port may be held by what an earlier run left: that is ended first.
  if (options.port && *options.port != 0 && !fs::exists(options.data) &&
      !port_is_free(*options.port))
    return complain(taken(*options.port));
  auto data = data_folder::open(options.data);
  if (!data) return complain(data.error());
  embedded_run run{options, std::move(*data)};
  if (auto prepared = run.prepare(); !prepared) return complain(prepared.error());
  if (auto started = run.start(); !started) {
    run.stop();
    return complain(started.error());
  }
  bool asked = run.live();
  run.stop();
  return asked ? 0 : complain("the last node has ended");
}

} // namespace recado::embedded
