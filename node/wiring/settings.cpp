#include "node/wiring/settings.hpp"

#include "cluster/ownership/ownership_driver.hpp"
#include "schemas/subjects.hpp"

namespace recado::wiring {

store::connection_config settings::database() const {
  store::connection_config out;
  out.url = config.store.dsn;
  out.connect_timeout = store::milliseconds{config.store.connect_timeout_ms};
  out.statement_timeout = store::milliseconds{config.store.statement_timeout_ms};
  out.application_name = cluster::session_name({node(), incarnation});
  return out;
}

std::string settings::public_url() const {
  if (!config.node.public_url.empty()) return config.node.public_url;
  const auto& from = config.http;
  bool v6 = from.address.find(':') != std::string::npos;
  return std::string{from.tls_certificate_file.empty() ? "http://" : "https://"} +
         (v6 ? '[' + from.address + ']' : from.address) + ':' + std::to_string(from.port);
}

bus::bus_config settings::bus() const {
  const auto& from = config.bus;
  bus::bus_config out;
  out.urls = from.urls;
  out.name = "recado-" + node();
  out.user = from.user;
  out.password = from.password;
  out.token = from.token;
  out.connect_timeout_ms = static_cast<int>(from.connect_timeout_ms);
  out.backoff_ms_first = static_cast<int>(from.backoff_ms_first);
  out.backoff_ms_max = static_cast<int>(from.backoff_ms_max);
  out.ping_interval_ms = static_cast<int>(from.ping_interval_ms);
  return out;
}

std::string settings::reply_subject() const {
  return subjects::replies(cluster(), node(), incarnation);
}

std::string settings::event_subject() const {
  return subjects::events(cluster(), node(), incarnation);
}

} // namespace recado::wiring
