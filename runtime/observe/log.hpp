#pragma once
/// Structured logs: one JSON object per line on stderr (or a file), with a stable event name.
///
///   observe::log_warn("fence-lost", "partition {} now belongs to epoch {}", id, epoch);
///
/// The event name is a stable kebab-case word for machines; the sentence is for people. Context
/// (trace_id, message_id, …) is added with observe::log_scope. Secrets never go in.
#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <vector>

namespace recado::observe {

enum class level : std::uint8_t { debug, info, warn, error };

struct log_config {
  level least = level::info;
  std::string file;        ///< empty: stderr
  std::string node = "n1"; ///< written as "node" in every line
  bool human = false;      ///< plain text for a terminal instead of JSON
};

/// Sets up the process-wide sink. Lines written before go to stderr as JSON.
void start_log(const log_config& config);
bool enabled(level value) noexcept;
void write(level value, std::string_view event, std::string_view text);

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

/// Adds a field to every line that this thread writes while the object lives.
class log_scope {
public:
  log_scope(std::string_view key, std::string_view value);
  ~log_scope();
  log_scope(const log_scope&) = delete;
  log_scope& operator=(const log_scope&) = delete;
};

} // namespace recado::observe
