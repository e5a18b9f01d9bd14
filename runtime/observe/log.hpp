#pragma once
/// Structured logs: one JSON object per line on stderr (or a file), with a stable event name.
///
///   observe::log_warn("fence-lost", "partition {} now belongs to epoch {}", id, epoch);
///
/// The event name is a stable kebab-case word for machines; the sentence is for people. Context
/// (trace_id, message_id, …) is added with observe::log_scope. Secrets never go in.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fmt/format.h>
#include <optional>
#include <string>
#include <string_view>

namespace recado::observe {

enum class level : std::uint8_t { debug, info, warn, error };
std::optional<level> level_of(std::string_view name) noexcept;

struct log_config {
  level least = level::info;
  std::string file;        ///< empty: stderr
  std::string node = "n1"; ///< written as "node" in every line
  bool human = false;      ///< plain text for a terminal instead of JSON
};

/// Sets up the process-wide sink. Lines written before go to stderr as JSON. Throws
/// std::system_error if the file cannot be opened; the old sink then stays.
void start_log(const log_config& config);
void set_level(level least) noexcept;
bool enabled(level value) noexcept;
/// warn and error are on disk when this returns, others within 100 ms.
void write(level value, std::string_view event, std::string_view text);
/// Before _exit, exec or abort; an ordinary end of the process does it by itself.
void flush_log();

template <class... Ts>
void log(level value, std::string_view event, fmt::format_string<Ts...> text, Ts&&... values) {
  if (enabled(value)) write(value, event, fmt::format(text, std::forward<Ts>(values)...));
}
template <class... Ts>
void log_debug(std::string_view event, fmt::format_string<Ts...> text, Ts&&... values) {
  log(level::debug, event, text, std::forward<Ts>(values)...);
}
template <class... Ts>
void log_info(std::string_view event, fmt::format_string<Ts...> text, Ts&&... values) {
  log(level::info, event, text, std::forward<Ts>(values)...);
}
template <class... Ts>
void log_warn(std::string_view event, fmt::format_string<Ts...> text, Ts&&... values) {
  log(level::warn, event, text, std::forward<Ts>(values)...);
}
template <class... Ts>
void log_error(std::string_view event, fmt::format_string<Ts...> text, Ts&&... values) {
  log(level::error, event, text, std::forward<Ts>(values)...);
}

/// Adds a field to every line that this thread writes while the object lives:
///   log_scope scope{"message_id", id.str()};
class log_scope {
public:
  log_scope(std::string_view key, std::string_view value);
  ~log_scope();
  log_scope(const log_scope&) = delete;
  log_scope& operator=(const log_scope&) = delete;
};

/// One line per interval on a path that runs per message; the next line tells how many were left
/// out, as the field "left_out". Thread-safe, and cheap when it says no:
///   static observe::log_every often{1s};
///   often.warn("command-parked", "partition {}: {}", id, why);
class log_every {
public:
  using clock = std::chrono::steady_clock;
  explicit log_every(clock::duration interval) : interval_(interval) {}

  /// nullopt: leave it out. Else how many were left out since the last one.
  std::optional<std::uint64_t> pass(clock::time_point now) noexcept;

  template <class... Ts>
  void warn(std::string_view event, fmt::format_string<Ts...> text, Ts&&... values) {
    log_at(level::warn, event, text, std::forward<Ts>(values)...);
  }
  template <class... Ts>
  void info(std::string_view event, fmt::format_string<Ts...> text, Ts&&... values) {
    log_at(level::info, event, text, std::forward<Ts>(values)...);
  }
  template <class... Ts>
  void log_at(level value, std::string_view event, fmt::format_string<Ts...> text, Ts&&... values) {
    if (!enabled(value)) return;
    auto left_out = pass(clock::now());
    if (!left_out) return;
    auto sentence = fmt::format(text, std::forward<Ts>(values)...);
    if (*left_out == 0) return write(value, event, sentence);
    log_scope count{"left_out", std::to_string(*left_out)};
    write(value, event, sentence);
  }

private:
  const clock::duration interval_;
  std::atomic<clock::rep> next_{clock::duration::min().count()};
  std::atomic<std::uint64_t> left_out_{0};
};

} // namespace recado::observe
