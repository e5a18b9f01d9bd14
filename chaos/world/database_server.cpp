#include "chaos/world/database_server.hpp"

#include "node/embedded/files.hpp"
#include "node/embedded/leftover.hpp"

#include <csignal>
#include <fmt/format.h>
#include <stdexcept>
#include <unistd.h>

namespace recado::chaos {

using namespace std::chrono_literals;

namespace {

embedded::postgres_place make_place(const embedded::data_folder& data, std::uint16_t port,
                                    const embedded::credentials& secrets) {
  auto place = embedded::place_postgres(data, port, secrets.postgres_password);
  if (!place) throw std::runtime_error(place.error());
  return *place;
}

process::recipe recipe_of(const embedded::postgres_place& place, std::vector<std::string> added) {
  return [prepare = embedded::postgres_member(place).prepare, added = std::move(added)] {
    return prepare().map([&](auto command) { return with_environment(std::move(command), added); });
  };
}

std::vector<std::string> environment_of(const database_options& how,
                                        const std::filesystem::path& slowness) {
  if (how.shim.empty()) return {};
  return {"LD_PRELOAD=" + how.shim.string(), "RECADO_SLOW_DISK=" + slowness.string()};
}

} // namespace

database_server::database_server(const embedded::data_folder& data, std::uint16_t port,
                                 const embedded::credentials& secrets, const database_options& how)
  : place_(make_place(data, port, secrets)),
    slowness_(data.root() / "slow_disk"),
    run_("postgres", recipe_of(place_, environment_of(how, slowness_))) {
  if (how.small_disk) disk_.mount(place_.data);
  // initdb alone: the family ends before the server begins.
  embedded::family builders;
  if (auto made = embedded::create_cluster(builders, place_); !made) {
    if (builders.stop_requested()) throw interrupted{};
    throw std::runtime_error(made.error());
  }
  start();
}

database_server::~database_server() {
  if (run_.paused()) resume();
  if (run_.alive()) run_.ask_to_end(SIGINT);
  for (int i = 0; i < 250 && run_.alive(); ++i)
    ::usleep(20'000);
  run_.kill();
  embedded::kill_backends(place_.data);
}

bool database_server::ready() {
  return run_.alive() && embedded::postgres_is_ready(place_, run_.pid());
}

void database_server::start() {
  run_.start();
  auto up = [this] { return !run_.alive() || ready(); };
  if (!wait_until(up, 120s) || !run_.alive())
    throw std::runtime_error(fmt::format("PostgreSQL did not start; see {}", place_.log.string()));
}

std::vector<pid_t> database_server::everybody() const {
  auto out = children_of(run_.pid());
  out.insert(out.begin(), run_.pid());
  return out;
}

void database_server::kill() {
  if (!run_.alive()) return;
  for (auto pid : everybody())
    ::kill(pid, SIGKILL);
  run_.kill();
  embedded::kill_backends(place_.data); // one may have been born meanwhile
}

void database_server::pause() {
  if (!run_.alive()) return;
  run_.pause(); // first: it must not make new ones
  for (auto pid : everybody())
    ::kill(pid, SIGSTOP);
}

void database_server::resume() {
  if (!run_.alive()) return;
  for (auto pid : everybody())
    ::kill(pid, SIGCONT);
  run_.resume();
}

void database_server::slow_down(milliseconds by) {
  auto written = embedded::write_file(slowness_, fmt::format("{}\n", by.count()), 0644);
  if (!written) throw std::runtime_error(written.error());
}

std::string database_server::url(std::uint16_t port) const {
  auto there = place_;
  there.port = port;
  return embedded::tcp_url(there);
}

} // namespace recado::chaos
