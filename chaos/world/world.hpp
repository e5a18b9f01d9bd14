#pragma once
/// One whole Recado for one run: PostgreSQL, NATS, nodes, and the links between them, each of which
/// can be broken and mended.
#include "chaos/proxy/proxy.hpp"
#include "chaos/world/broker.hpp"
#include "chaos/world/chaos_node.hpp"
#include "chaos/world/database_server.hpp"
#include "node/client/api_client.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace recado::chaos {

struct world_options {
  std::filesystem::path folder; ///< data goes to FOLDER/data
  std::filesystem::path recado; ///< the program of the nodes
  std::filesystem::path old{};  ///< the nodes begin with this one instead
  std::filesystem::path shim{}; ///< recado-chaos-shim.so; empty: neither disk nor clock can change
  unsigned nodes = 3;           ///< that exist; `running` of them are started
  unsigned running = 3;
  unsigned brokers = 1; ///< NATS servers: 1 or 3
  bool small_disk = false;
  std::string wire = "auto";
  std::vector<std::string> environment{}; ///< "NAME=value" for the nodes
};

/// Between one node and one server.
enum class reach { nats, postgres };

class world {
public:
  using progress = std::function<void(const std::string&)>;

  /// Starts everything and waits until the work is shared. Throws std::runtime_error or
  /// interrupted.
  world(world_options how, const progress& told);
  ~world(); ///< ends everything, PostgreSQL last
  world(const world&) = delete;
  world& operator=(const world&) = delete;

  std::size_t size() const noexcept { return nodes_.size(); }
  chaos_node& node(std::size_t index) { return *nodes_.at(index); }
  database_server& postgres() { return *postgres_; }
  std::vector<std::unique_ptr<broker>>& brokers() { return brokers_; }
  const world_options& options() const noexcept { return how_; }

  /// The links of a node to this kind of server.
  void set_links(std::size_t node, reach what, const links::weather& now);
  void reset_links(std::size_t node, reach what);
  void trap_links(std::size_t node, reach what, const std::string& word, unsigned count);
  void disarm_links(std::size_t node, reach what);
  unsigned trapped(std::size_t node, reach what) const;

  /// All that is meant to run is ready and owns its share.
  bool settled();
  /// Starts again what is meant to run and has ended, mends every link, wakes what sleeps.
  void mend();
  /// What is missing for `settled`, for people.
  std::string what_is_missing();

  client::api_client admin(std::size_t through) const; ///< the demo admin client at this node
  const embedded::credentials& secrets() const noexcept { return secrets_; }
  std::vector<std::string> urls() const;
  /// Straight to PostgreSQL, not over a link.
  std::string dsn() const { return postgres_->url(postgres_->port()); }

private:
  struct cables {
    std::vector<links::proxy::link> nats;
    std::vector<links::proxy::link> postgres;
  };

  void start_brokers();
  void set_up_database();
  void build_nodes();
  node_site site_of(unsigned number, const cables& own) const;
  const std::vector<links::proxy::link>& links_of(std::size_t node, reach what) const;

  world_options how_;
  embedded::data_folder data_;
  embedded::credentials secrets_;
  std::unique_ptr<database_server> postgres_;
  std::vector<std::unique_ptr<broker>> brokers_;
  links::proxy proxy_;
  std::vector<cables> cables_; ///< of each node
  std::vector<std::unique_ptr<chaos_node>> nodes_;
};

} // namespace recado::chaos
