#include "node/embedded/programs.hpp"

#include <cstdlib>
#include <sstream>
#include <unistd.h>
#include <vector>

namespace recado::embedded {

namespace fs = std::filesystem;

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name); // NOLINT: one thread
  return value == nullptr ? "" : value;
}

std::vector<fs::path> search_path() {
  std::vector<fs::path> folders;
  std::istringstream all(environment("PATH"));
  for (std::string one; std::getline(all, one, ':');)
    if (!one.empty()) folders.emplace_back(one);
  return folders;
}

bool can_run(const fs::path& program) {
  return ::access(program.c_str(), X_OK) == 0;
}

} // namespace

attempt<fs::path> postgres_programs() {
  std::vector<fs::path> folders;
  if (auto chosen = environment("RECADO_POSTGRES_BIN"); !chosen.empty())
    folders.emplace_back(chosen);
  folders.emplace_back("/usr/lib/postgresql/15/bin");
  for (auto& folder : search_path())
    folders.push_back(folder);
  for (const auto& folder : folders)
    if (can_run(folder / "initdb") && can_run(folder / "postgres")) return folder;
  return sorry("PostgreSQL's programs (initdb, postgres) were not found: install the package "
               "postgresql-15, or name their folder in RECADO_POSTGRES_BIN");
}

attempt<fs::path> nats_program() {
  std::vector<fs::path> programs;
  if (auto chosen = environment("RECADO_NATS_SERVER"); !chosen.empty())
    programs.emplace_back(chosen);
  for (const auto& folder : search_path())
    programs.push_back(folder / "nats-server");
  programs.emplace_back("/usr/sbin/nats-server");
  for (const auto& program : programs)
    if (can_run(program)) return program;
  return sorry("nats-server was not found: install the package nats-server, or name it in "
               "RECADO_NATS_SERVER");
}

} // namespace recado::embedded
