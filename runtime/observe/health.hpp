#pragma once
/// Is the node alive, ready, started? Components report; the probes read, and never block on them.
#include <chrono>
#include <map>
#include <mutex>
#include <string>

#include "schemas/time.hpp"

namespace recado::observe {

enum class probe : std::uint8_t {
  live = 1,   ///< /livez: restart me if this fails
  ready = 2,  ///< /readyz: send me no requests while this fails
  started = 4 ///< /startupz: do not look at the others before this succeeded once
};
constexpr unsigned operator|(probe a, probe b) {
  return static_cast<unsigned>(a) | static_cast<unsigned>(b);
}
constexpr unsigned operator|(unsigned a, probe b) {
  return a | static_cast<unsigned>(b);
}
constexpr unsigned operator+(probe only) {
  return static_cast<unsigned>(only);
}

struct health_report {
  bool ok = false;  ///< 200, else 503
  std::string json; ///< {"status":"ok|failing","checks":{"postgres":{"status":…,"detail":…}}}
};

/// Thread-safe.
class health {
public:
  /// A check for these probes (`probe::live | probe::ready`, or +probe::ready for one). It fails
  /// until its first report, and, with a max_age, whenever its last report is older: so a check may
  /// be a heartbeat.
  void declare(const std::string& check, unsigned probes, std::chrono::nanoseconds max_age = {});

  /// The check's state from now on. An undeclared name is declared for readiness.
  void ok(const std::string& check, steady_time now, std::string detail = {});
  void failing(const std::string& check, steady_time now, std::string detail);

  /// While draining the node is alive but not ready.
  void drain(bool on);
  bool draining() const;

  health_report report(probe which, steady_time now) const;

private:
  struct state {
    unsigned probes = +probe::ready;
    std::chrono::nanoseconds max_age{};
    bool ok = false;
    bool was_ok = false;
    std::string detail = "not reported yet";
    steady_time at{};
  };
  void set(const std::string& check, bool ok, std::string detail, steady_time now);

  mutable std::mutex mutex_;
  std::map<std::string, state> checks_;
  bool draining_ = false;
};

} // namespace recado::observe
