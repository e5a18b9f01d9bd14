#include "runtime/observe/metrics.hpp"

#include <mutex>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <stdexcept>
#include <string_view>

namespace recado::observe {

struct metrics::state {
  prometheus::Registry registry;
  std::mutex mutex; ///< of refreshers
  std::vector<std::function<void()>> refreshers;
};

namespace {

[[noreturn]] void refuse(const std::string& name, const char* why) {
  throw std::invalid_argument("metric " + name + ": " + why);
}

void check(const std::string& name, const std::string& help, bool is_counter) {
  if (!name.starts_with("recado_")) refuse(name, "does not begin with recado_");
  if (help.empty()) refuse(name, "has no help text");
  // The serializer writes help texts as they are.
  if (help.find_first_of("\\\n") != help.npos) refuse(name, "has a help text that needs escapes");
  if (name.ends_with("_total") != is_counter) refuse(name, "_total is for counters, and only them");
  for (std::string_view unit : {"_ms", "_us", "_ns", "_milliseconds", "_minutes", "_kib", "_mb"})
    if (name.ends_with(unit) || name.find(std::string{unit} + "_total") != std::string::npos)
      refuse(name, "is not in a base unit (seconds, bytes)");
  for (std::string_view reserved : {"_count", "_sum", "_bucket"})
    if (name.ends_with(reserved)) refuse(name, "ends like a part of a histogram");
}

} // namespace

const buckets& latency_buckets() {
  static const buckets bounds{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                              0.1,    0.25,  0.5,    1,     2.5,  5,     10};
  return bounds;
}

const buckets& count_buckets() {
  static const buckets bounds{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000};
  return bounds;
}

void counter::add(double amount) noexcept {
  if (to_ && amount > 0) to_->Increment(amount);
}
double counter::value() const noexcept {
  return to_ ? to_->Value() : 0;
}

void gauge::set(double value) noexcept {
  if (to_) to_->Set(value);
}
void gauge::add(double amount) noexcept {
  if (to_) to_->Increment(amount);
}
double gauge::value() const noexcept {
  return to_ ? to_->Value() : 0;
}

void histogram::observe(double value) noexcept {
  if (to_) to_->Observe(value);
}

metrics::metrics() : state_(std::make_unique<state>()) {}
metrics::~metrics() = default;

counter metrics::make_counter(const std::string& name, const std::string& help, const labels& of) {
  check(name, help, true);
  auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry);
  return counter{family.Add(of)};
}

gauge metrics::make_gauge(const std::string& name, const std::string& help, const labels& of) {
  check(name, help, false);
  auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry);
  return gauge{family.Add(of)};
}

histogram metrics::make_histogram(const std::string& name, const std::string& help,
                                  const buckets& bounds, const labels& of) {
  check(name, help, false);
  auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(state_->registry);
  return histogram{family.Add(of, bounds)};
}

void metrics::before_scrape(std::function<void()> refresh) {
  std::lock_guard lock{state_->mutex};
  state_->refreshers.push_back(std::move(refresh));
}

std::string metrics::text() {
  {
    std::lock_guard lock{state_->mutex};
    for (const auto& refresh : state_->refreshers)
      refresh();
  }
  return prometheus::TextSerializer{}.Serialize(state_->registry.Collect());
}

} // namespace recado::observe
