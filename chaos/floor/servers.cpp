#include "chaos/floor/servers.hpp"

#include "node/embedded/database_setup.hpp"
#include "node/embedded/files.hpp"
#include "node/embedded/nats_server.hpp"
#include "node/embedded/ports.hpp"
#include "node/embedded/programs.hpp"

#include <cstdlib>
#include <fmt/format.h>
#include <stdexcept>
#include <utility>

namespace recado::floors {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

namespace {

template <class T>
T must(embedded::attempt<T> got) {
  if (!got) throw std::runtime_error(got.error());
  if constexpr (!std::is_void_v<T>) return std::move(*got);
}

fs::path new_folder() {
  auto pattern = (fs::temp_directory_path() / "recado-floor-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot make " + pattern);
  fs::permissions(pattern, fs::perms::others_exec, fs::perm_options::add); // PostgreSQL may pass
  return pattern;
}

} // namespace

servers::servers(bool postgres, bool nats) : folder_(new_folder()) {
  data_.emplace(must(embedded::data_folder::open(folder_ / "data")));
  secrets_ = must(data_->secrets());
  ports_ = must(data_->choose_ports());
  if (postgres) start_postgres();
  if (nats) start_nats();
}

servers::~servers() {
  family_.stop({{.names = {embedded::nats_name, embedded::postgres_name}, .limit = 5s}});
  data_.reset();
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

void servers::start_postgres() {
  place_ = must(embedded::place_postgres(*data_, ports_.postgres, secrets_.postgres_password));
  must(embedded::create_cluster(family_, *place_));
  must(family_.start(embedded::postgres_member(*place_)));
  auto ready = [this] { return embedded::postgres_is_ready(*place_, postgres_pid()); };
  if (auto done = family_.wait_for(embedded::postgres_name, ready, 60s); !done)
    throw std::runtime_error(done.error() + "; " + embedded::see_log(place_->log));
  must(embedded::set_up_database(*place_, secrets_, [](const std::string&) {}));
}

void servers::start_nats() {
  must(family_.start(embedded::nats_member(*data_, must(embedded::nats_program()), ports_.nats)));
  auto ready = [this] { return embedded::port_answers(ports_.nats); };
  if (auto done = family_.wait_for(embedded::nats_name, ready, 60s); !done)
    throw std::runtime_error(done.error() + "; " +
                             embedded::see_log(data_->log(embedded::nats_name)));
}

std::string servers::nats_url() const {
  return fmt::format("nats://127.0.0.1:{}", ports_.nats);
}
pid_t servers::nats_pid() const {
  return family_.pid_of(embedded::nats_name);
}
client_id servers::client() const {
  return *client_id::parse(secrets_.client_id);
}

void servers::check() {
  const auto* name = place_ ? embedded::postgres_name : embedded::nats_name;
  bool looked = false;
  must(family_.wait_for(
    name, [&] { return std::exchange(looked, true); }, 1s));
  if (family_.stop_requested()) throw std::runtime_error("interrupted");
}

} // namespace recado::floors
