#include "chaos/world/world.hpp"

#include "node/database/migrate.hpp"
#include "node/database/registry.hpp"
#include "node/embedded/database_setup.hpp"
#include "node/embedded/files.hpp"
#include "node/embedded/ports.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <stdexcept>
#include <unistd.h>

namespace recado::chaos {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

constexpr int partitions = 64; ///< the default of the product
constexpr auto start_limit = 120s;

template <class T>
T or_throw(embedded::attempt<T> got) {
  if (!got) throw std::runtime_error(got.error());
  if constexpr (!std::is_void_v<T>) return std::move(*got);
}

embedded::data_folder open_data(const fs::path& folder) {
  embedded::family::take_signals();
  fs::create_directories(folder);
  return or_throw(embedded::data_folder::open(folder / "data"));
}

/// Different ones, though nobody listens on them yet.
std::uint16_t fresh_port() {
  static std::set<std::uint16_t> given;
  return *given.insert(or_throw(embedded::free_port(0, given))).first;
}

} // namespace

world::world(world_options how, const progress& told)
  : how_(std::move(how)),
    data_(open_data(how_.folder)),
    secrets_(or_throw(data_.secrets())) {
  told("creating a PostgreSQL database");
  postgres_ = std::make_unique<database_server>(data_, fresh_port(), secrets_,
                                                database_options{how_.shim, how_.small_disk});
  start_brokers();
  set_up_database();
  auto key =
    embedded::write_file(data_.root() / "channels.key", clients::random_secret() + "\n", 0600);
  if (!key) throw std::runtime_error(key.error());
  build_nodes();
  told(fmt::format("starting {} of {} nodes", how_.running, how_.nodes));
  for (unsigned i = 0; i < how_.running; ++i)
    nodes_[i]->start();
  if (!wait_until([this] { return settled(); }, start_limit))
    throw std::runtime_error(fmt::format("the system did not become ready: {}; see {}",
                                         what_is_missing(), (data_.root() / "logs").string()));
}

world::~world() {
  for (auto& node : nodes_)
    node->kill();
}

void world::start_brokers() {
  std::vector<broker_ports> ports;
  for (unsigned i = 0; i < how_.brokers; ++i)
    ports.push_back({fresh_port(), fresh_port(), fresh_port()});
  for (std::size_t i = 0; i < ports.size(); ++i)
    brokers_.push_back(std::make_unique<broker>(data_, ports, i));
  auto all_ready = [this] {
    return std::ranges::all_of(brokers_, [](auto& one) { return one->ready(); });
  };
  if (!wait_until(all_ready, start_limit)) throw std::runtime_error("NATS did not become ready");
}

/// An upgrade begins with the schema of the old program.
void world::set_up_database() {
  const auto& place = postgres_->place();
  if (how_.old.empty())
    return or_throw(embedded::set_up_database(place, secrets_, [](const auto&) {}));
  auto made = database::create(embedded::socket_url(place, "postgres"), "recado");
  if (!made) throw std::runtime_error(made.error());
  process migrate{"recado migrate", [this] {
                    return embedded::attempt<embedded::child_command>{
                      embedded::child_command{.argv = {how_.old.string(), "migrate", "--database",
                                                       embedded::socket_url(postgres_->place())},
                                              .log = data_.log("migrate")}};
                  }};
  migrate.start();
  if (!migrate.wait_for_end(start_limit) || migrate.how_it_ended() != "exit code 0")
    throw std::runtime_error("the old program cannot migrate; see " +
                             data_.log("migrate").string());
  or_throw(embedded::set_up_clients(place, secrets_));
}

void world::build_nodes() {
  for (unsigned number = 1; number <= how_.nodes; ++number) {
    cables own;
    for (const auto& server : brokers_)
      own.nats.push_back(proxy_.add(server->port()));
    own.postgres.push_back(proxy_.add(postgres_->port()));
    nodes_.push_back(std::make_unique<chaos_node>(site_of(number, own)));
    cables_.push_back(std::move(own));
  }
}

node_site world::site_of(unsigned number, const cables& own) const {
  auto id = fmt::format("n{}", number);
  node_site site{.id = id,
                 .program = how_.old.empty() ? how_.recado : how_.old,
                 .folder = data_.node(number),
                 .log = data_.log(id),
                 .key_file = data_.root() / "channels.key",
                 .shim = how_.shim,
                 .port = fresh_port(),
                 .wire = how_.wire,
                 .store_url = postgres_->url(proxy_.port(own.postgres.front())),
                 .nats_urls = {},
                 .environment = how_.environment};
  for (auto link : own.nats)
    site.nats_urls.push_back(fmt::format("nats://127.0.0.1:{}", proxy_.port(link)));
  return site;
}

const std::vector<links::proxy::link>& world::links_of(std::size_t node, reach what) const {
  return what == reach::nats ? cables_.at(node).nats : cables_.at(node).postgres;
}

void world::set_links(std::size_t node, reach what, const links::weather& now) {
  for (auto link : links_of(node, what))
    proxy_.set(link, now);
}

void world::reset_links(std::size_t node, reach what) {
  for (auto link : links_of(node, what))
    proxy_.reset(link);
}

void world::trap_links(std::size_t node, reach what, const std::string& word, unsigned count) {
  for (auto link : links_of(node, what))
    proxy_.trap(link, word, count);
}

void world::disarm_links(std::size_t node, reach what) {
  for (auto link : links_of(node, what))
    proxy_.disarm(link);
}

unsigned world::trapped(std::size_t node, reach what) const {
  unsigned sum = 0;
  for (auto link : links_of(node, what))
    sum += proxy_.trapped(link);
  return sum;
}

std::string world::what_is_missing() {
  if (!postgres_->ready()) return "PostgreSQL is not ready";
  for (auto& server : brokers_)
    if (!server->ready()) return server->name() + " is not ready";
  auto running =
    static_cast<int>(std::ranges::count_if(nodes_, [](const auto& node) { return node->wanted; }));
  int owned = 0;
  for (auto& node : nodes_) {
    if (!node->wanted) continue;
    if (!node->alive()) return fmt::format("{} has ended ({})", node->id(), node->how_it_ended());
    if (!node->ready()) return node->id() + " is not ready";
    auto mine = node->partitions_owned();
    if (mine < partitions / running)
      return fmt::format("{} owns {} partitions, too few", node->id(), mine);
    owned += mine;
  }
  if (owned != partitions) return fmt::format("{} partitions are owned", owned);
  return {};
}

bool world::settled() {
  return what_is_missing().empty();
}

void world::mend() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    for (auto what : {reach::nats, reach::postgres}) {
      set_links(i, what, links::fair);
      disarm_links(i, what);
    }
    if (nodes_[i]->paused()) nodes_[i]->resume();
    if (nodes_[i]->wanted) nodes_[i]->start();
  }
  for (auto& server : brokers_) {
    if (server->paused()) server->resume();
    server->start();
  }
  postgres_->resume();
  if (!postgres_->alive()) postgres_->start();
}

client::api_client world::admin(std::size_t through) const {
  return *client::api_client::make(
    {nodes_.at(through)->url(), secrets_.admin_client_id, secrets_.admin_client_secret});
}

std::vector<std::string> world::urls() const {
  std::vector<std::string> out;
  out.reserve(nodes_.size());
  for (const auto& node : nodes_)
    out.push_back(node->url());
  return out;
}

} // namespace recado::chaos
