#include "chaos/load/machine.hpp"

#include <libpq-fe.h>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <unistd.h>

namespace recado::load {
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
  for (auto pid : what_.nodes) {
    auto one = cost_of(pid);
    out["node"].cpu_s += one.cpu_s;
    out["node"].rss_bytes += one.rss_bytes;
  }
  out["nats"] = cost_of(what_.nats);
  out["postgres"] = cost_of_family(what_.postgres);
  out["load"] = cost_of(::getpid());
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
