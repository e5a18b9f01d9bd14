#include "runtime/observe/log.hpp"

#include <array>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <vector>

#include "runtime/observe/json_text.hpp"
#include "runtime/observe/log_sink.hpp"
#include "schemas/time.hpp"

namespace recado::observe {
namespace {

thread_local std::vector<std::pair<std::string, std::string>> scope_fields;
std::atomic<level> least_level{level::info};
constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

struct target {
  log_sink sink;
  std::string node;
  bool human;
};

/// Never destroyed: other threads may log until the process ends.
struct process_log {
  std::mutex mutex;
  std::shared_ptr<target> current;
};
process_log& the_log() {
  static auto& instance = *[] {
    auto* made = new process_log;
    made->current = std::shared_ptr<target>(new target{log_sink{""}, "-", false});
    std::atexit(flush_log);
    return made;
  }();
  return instance;
}
std::shared_ptr<target> current_target() {
  auto& log = the_log();
  std::lock_guard lock{log.mutex};
  return log.current;
}

std::string_view name_of(level value) {
  return level_names[static_cast<std::size_t>(value)];
}

std::string now_text() {
  return to_rfc3339(
    std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

void append_field(std::string& out, std::string_view key, std::string_view value) {
  out += out.size() > 1 ? "," : "";
  append_json(out, key);
  out += ':';
  append_json(out, value);
}

std::string json_line(level value, const std::string& node, std::string_view event,
                      std::string_view text) {
  std::string out = "{";
  append_field(out, "ts", now_text());
  append_field(out, "level", name_of(value));
  append_field(out, "node", node);
  append_field(out, "event", event);
  append_field(out, "msg", text);
  for (const auto& [key, field] : scope_fields)
    append_field(out, key, field);
  return out + "}";
}

/// For a terminal: control characters would let a message paint or fake lines.
std::string human_line(level value, std::string_view event, std::string_view text) {
  auto out = fmt::format("{} {:5} {}: {}", now_text().substr(11, 12), name_of(value), event, text);
  for (const auto& [key, field] : scope_fields)
    out += fmt::format(" {}={}", key, field);
  for (auto& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return out;
}

} // namespace

std::optional<level> level_of(std::string_view name) noexcept {
  for (std::size_t i = 0; i < level_names.size(); ++i)
    if (level_names[i] == name) return static_cast<level>(i);
  return std::nullopt;
}

void start_log(const log_config& config) {
  auto fresh =
    std::shared_ptr<target>(new target{log_sink{config.file}, config.node, config.human});
  auto& log = the_log();
  {
    std::lock_guard lock{log.mutex};
    std::swap(log.current, fresh);
  }
  set_level(config.least);
}

void set_level(level least) noexcept {
  least_level.store(least, std::memory_order_relaxed);
}

bool enabled(level value) noexcept {
  return value >= least_level.load(std::memory_order_relaxed);
}

void write(level value, std::string_view event, std::string_view text) {
  auto to = current_target();
  to->sink.write(to->human ? human_line(value, event, text)
                           : json_line(value, to->node, event, text),
                 value >= level::warn);
}

void flush_log() {
  current_target()->sink.flush();
}

log_scope::log_scope(std::string_view key, std::string_view value) {
  scope_fields.emplace_back(key, value);
}
log_scope::~log_scope() {
  scope_fields.pop_back();
}

std::optional<std::uint64_t> log_every::pass(clock::time_point now) noexcept {
  auto due = next_.load(std::memory_order_relaxed);
  auto at = now.time_since_epoch().count();
  if (at >= due && next_.compare_exchange_strong(due, at + interval_.count()))
    return left_out_.exchange(0, std::memory_order_relaxed);
  left_out_.fetch_add(1, std::memory_order_relaxed);
  return std::nullopt;
}

} // namespace recado::observe
