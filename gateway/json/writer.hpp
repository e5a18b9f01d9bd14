#pragma once
/// How answers are written: straight into a string, commas and escapes looked after.
#include "schemas/time.hpp"
#include "schemas/uuid.hpp"

#include <concepts>
#include <optional>
#include <string>
#include <string_view>

namespace recado::json {

/// Appends the text as a JSON string. It must be UTF-8.
void append_string(std::string& out, std::string_view text);

class writer {
public:
  explicit writer(std::string& out) : out_(out) {}

  writer& begin_object() { return open('{'); }
  writer& end_object() { return close('}'); }
  writer& begin_array() { return open('['); }
  writer& end_array() { return close(']'); }
  writer& key(std::string_view name);

  writer& put(std::string_view text);
  writer& put(const char* text) { return put(std::string_view{text}); }
  writer& put(const std::string& text) { return put(std::string_view{text}); }
  writer& put(std::same_as<bool> auto value) { return raw(value ? "true" : "false"); }
  template <std::integral T>
  requires(!std::same_as<T, bool>) writer& put(T value) { return raw(std::to_string(value)); }
  writer& put(wall_time at) { return put(to_rfc3339(at)); }
  writer& put(const uuid& id);
  template <class Tag>
  writer& put(const id_of<Tag>& id) {
    return put(id.value);
  }
  /// An empty one is null: the client itself.
  writer& put(const user_id& user) { return user.empty() ? null() : put(user.value); }
  template <class T>
  writer& put(const std::optional<T>& value) {
    return value ? put(*value) : null();
  }
  writer& null() { return raw("null"); }
  /// Text that already is JSON.
  writer& raw(std::string_view json);

  template <class T>
  writer& field(std::string_view name, const T& value) {
    return key(name).put(value);
  }
  writer& field_null(std::string_view name) { return key(name).null(); }
  writer& field_raw(std::string_view name, std::string_view json) { return key(name).raw(json); }

private:
  writer& open(char bracket);
  writer& close(char bracket);
  void comma();

  std::string& out_;
  bool first_ = true; ///< nothing was written yet at this level, or a key was
};

} // namespace recado::json
