#include "runtime/observe/health.hpp"

#include <fmt/format.h>

#include "runtime/observe/json_text.hpp"

namespace recado::observe {
namespace {

void append_check(std::string& out, const std::string& name, bool ok, const std::string& detail) {
  if (out.back() != '{') out += ',';
  append_json(out, name);
  out += ok ? R"(:{"status":"ok","detail":)" : R"(:{"status":"failing","detail":)";
  append_json(out, detail);
  out += '}';
}

} // namespace

void health::declare(const std::string& check, unsigned probes, std::chrono::nanoseconds max_age) {
  std::lock_guard lock{mutex_};
  auto& entry = checks_[check];
  entry.probes = probes;
  entry.max_age = max_age;
}

void health::ok(const std::string& check, steady_time now, std::string detail) {
  set(check, true, std::move(detail), now);
}

void health::failing(const std::string& check, steady_time now, std::string detail) {
  set(check, false, std::move(detail), now);
}

void health::set(const std::string& check, bool ok, std::string detail, steady_time now) {
  std::lock_guard lock{mutex_};
  auto& entry = checks_[check];
  entry.ok = ok;
  entry.was_ok = entry.was_ok || ok;
  entry.detail = std::move(detail);
  entry.at = now;
}

void health::drain(bool on) {
  std::lock_guard lock{mutex_};
  draining_ = on;
}

bool health::draining() const {
  std::lock_guard lock{mutex_};
  return draining_;
}

health_report health::report(probe which, steady_time now) const {
  std::lock_guard lock{mutex_};
  health_report out{true, {}};
  std::string checks = "{";
  for (const auto& [name, entry] : checks_) {
    if ((entry.probes & +which) == 0) continue;
    auto silent =
      entry.at != steady_time{} && entry.max_age.count() > 0 && now - entry.at > entry.max_age;
    // A start that succeeded once stays succeeded.
    auto good = which == probe::started ? entry.was_ok : entry.ok && !silent;
    auto detail = entry.detail;
    if (silent && which != probe::started)
      detail =
        fmt::format("silent for {:.1f} s", std::chrono::duration<double>(now - entry.at).count());
    append_check(checks, name, good, detail);
    out.ok = out.ok && good;
  }
  if (draining_ && which == probe::ready) {
    append_check(checks, "drain", false, "the node is draining");
    out.ok = false;
  }
  out.json = fmt::format(R"({{"status":"{}","checks":{}}}}})", out.ok ? "ok" : "failing", checks);
  return out;
}

} // namespace recado::observe
