#include "runtime/observe/log.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <memory>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "schemas/time.hpp"

namespace recado::observe {
namespace {

using field = std::pair<std::string, std::string>;
thread_local std::vector<field> scope_fields;

struct sink {
  std::shared_ptr<spdlog::logger> out;
  std::string node = "-";
  bool human = false;
};
sink& the_sink() {
  static sink instance{spdlog::stderr_logger_mt("recado"), "-", false};
  static const bool ready = [] {
    instance.out->set_pattern("%v");
    instance.out->set_level(spdlog::level::trace);
    return true;
  }();
  (void) ready;
  return instance;
}
std::atomic<level> least_level{level::info};

constexpr std::array<std::string_view, 4> level_names{"debug", "info", "warn", "error"};

void append_json(std::string& out, std::string_view text) {
  static constexpr char digits[] = "0123456789abcdef";
  out += '"';
  for (unsigned char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += static_cast<char>(c);
    } else if (c < 0x20) {
      out += "\\u00";
      out += digits[c >> 4];
      out += digits[c & 15];
    } else {
      out += static_cast<char>(c);
    }
  }
  out += '"';
}

void append_field(std::string& out, std::string_view key, std::string_view value) {
  out += out.size() > 1 ? "," : "";
  append_json(out, key);
  out += ':';
  append_json(out, value);
}

std::string now_text() {
  return to_rfc3339(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
}

std::string json_line(level value, std::string_view event, std::string_view text) {
  std::string out = "{";
  append_field(out, "ts", now_text());
  append_field(out, "level", level_names[static_cast<std::size_t>(value)]);
  append_field(out, "node", the_sink().node);
  append_field(out, "event", event);
  append_field(out, "msg", text);
  for (const auto& [key, field_value] : scope_fields) append_field(out, key, field_value);
  return out + "}";
}

} // namespace

void start_log(const log_config& config) {
  auto& target = the_sink();
  if (!config.file.empty()) {
    target.out = std::make_shared<spdlog::logger>(
      "recado-file", std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.file));
    target.out->set_pattern("%v");
    target.out->set_level(spdlog::level::trace);
    target.out->flush_on(spdlog::level::trace);
  }
  target.node = config.node;
  target.human = config.human;
  least_level = config.least;
}

bool enabled(level value) noexcept { return value >= least_level.load(std::memory_order_relaxed); }

void write(level value, std::string_view event, std::string_view text) {
  auto& target = the_sink();
  if (target.human)
    target.out->log(spdlog::level::info, "{} {:5} {}: {}", now_text().substr(11, 12),
                    level_names[static_cast<std::size_t>(value)], event, text);
  else
    target.out->log(spdlog::level::info, "{}", json_line(value, event, text));
}

log_scope::log_scope(std::string_view key, std::string_view value) {
  scope_fields.emplace_back(key, value);
}
log_scope::~log_scope() { scope_fields.pop_back(); }

} // namespace recado::observe
