#include "chaos/load/machine.hpp"

#include <filesystem>
#include <fstream>
#include <libpq-fe.h>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace recado::load {
namespace {

struct process {
  int parent = 0;
  double cpu_s = 0;          ///< own threads
  double children_cpu_s = 0; ///< of children that have ended and were waited for
};

/// Fields 4 and 14–17 of /proc/PID/stat (proc(5)); the name in field 2 may hold anything but ends
/// at the last parenthesis.
process read_stat(int pid) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
  std::string line;
  std::getline(file, line);
  process out;
  auto end = line.rfind(')');
  if (end == std::string::npos) return out;
  std::istringstream rest{line.substr(end + 2)};
  std::string skip;
  rest >> skip >> out.parent;
  for (int field = 5; field <= 13; ++field)
    rest >> skip;
  double user = 0, kernel = 0, child_user = 0, child_kernel = 0;
  rest >> user >> kernel >> child_user >> child_kernel;
  auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  out.cpu_s = (user + kernel) / ticks;
  out.children_cpu_s = (child_user + child_kernel) / ticks;
  return out;
}

/// Proportional set size would need smaps; private memory is what a program adds to the machine.
std::uint64_t rss_of(int pid, bool private_only) {
  std::ifstream file{"/proc/" + std::to_string(pid) + "/statm"};
  std::uint64_t size = 0, resident = 0, shared = 0;
  file >> size >> resident >> shared;
  auto page = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  return (private_only ? resident - shared : resident) * page;
}

std::vector<int> children_of(int pid) {
  std::vector<int> out;
  for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
    auto name = entry.path().filename().string();
    if (name.empty() || name.find_first_not_of("0123456789") != std::string::npos) continue;
    if (read_stat(std::stoi(name)).parent == pid) out.push_back(std::stoi(name));
  }
  return out;
}

void add(cost& to, int pid, bool private_only = false) {
  to.cpu_s += read_stat(pid).cpu_s;
  to.rss_bytes += rss_of(pid, private_only);
}

} // namespace

machine::machine(target what) : what_(std::move(what)), sql_(PQconnectdb(what_.dsn.c_str())) {
  auto* sql = static_cast<PGconn*>(sql_);
  if (PQstatus(sql) != CONNECTION_OK) {
    std::string why = PQerrorMessage(sql);
    PQfinish(sql);
    throw std::runtime_error("PostgreSQL: " + why);
  }
}

machine::~machine() {
  PQfinish(static_cast<PGconn*>(sql_));
}

std::map<std::string, cost> machine::costs() const {
  std::map<std::string, cost> out;
  for (auto pid : what_.nodes)
    add(out["node"], pid);
  add(out["nats"], what_.nats);
  auto& postgres = out["postgres"];
  add(postgres, what_.postgres);
  postgres.cpu_s += read_stat(what_.postgres).children_cpu_s;
  for (auto pid : children_of(what_.postgres))
    add(postgres, pid, true);
  add(out["load"], ::getpid());
  return out;
}

std::uint64_t machine::wal_bytes() const {
  auto* sql = static_cast<PGconn*>(sql_);
  std::unique_ptr<PGresult, decltype(&PQclear)> got{
    PQexec(sql, "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint"), &PQclear};
  if (PQresultStatus(got.get()) != PGRES_TUPLES_OK)
    throw std::runtime_error(std::string{"PostgreSQL: "} + PQerrorMessage(sql));
  return std::stoull(PQgetvalue(got.get(), 0, 0));
}

double metric_sum(const std::string& text, const std::string& name, const std::string& label) {
  double sum = 0;
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with(name) || line.size() <= name.size()) continue;
    if (line[name.size()] != ' ' && line[name.size()] != '{') continue;
    if (line.find(label) == std::string::npos) continue;
    sum += std::stod(line.substr(line.rfind(' ') + 1));
  }
  return sum;
}

} // namespace recado::load
