#include "runtime/fault/fault.hpp"

#ifdef RECADO_FAULT_POINTS
#include "runtime/fault/plan.hpp"

#include <atomic>
#include <cstdlib>
#include <thread>

namespace recado::fault {

namespace {

std::string_view environment(const char* name) {
  const char* value = std::getenv(name); // NOLINT: nobody changes it
  return value == nullptr ? "" : value;
}

const std::map<std::string, order, std::less<>>& plan() {
  static const auto read = parse_plan(environment("RECADO_FAULT"));
  return read;
}

} // namespace

bool armed(std::string_view point) {
  return plan().contains(point);
}

void point(std::string_view name) {
  static std::atomic<std::uint64_t> passed{0};
  auto found = plan().find(name);
  if (found == plan().end()) return;
  if (++passed % found->second.one_in == 0) std::this_thread::sleep_for(found->second.pause);
}

bool mutant(std::string_view name) {
  static const auto chosen = environment("RECADO_MUTANT");
  return chosen == name;
}

} // namespace recado::fault
#endif
