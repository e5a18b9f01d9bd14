#include "gateway/json/fields.hpp"

#include <algorithm>

namespace recado::json {
namespace {
constexpr std::size_t complaints_max = 100;
constexpr const char* user_rule = "a user id is 1 to 128 of A-Z a-z 0-9 . _ : @ + -";
} // namespace

void complaints::wrong(std::string pointer, std::string detail) {
  if (wrong_.size() < complaints_max) wrong_.push_back({std::move(pointer), std::move(detail)});
}

void complaints::not_yet(std::string pointer, std::string detail) {
  if (not_yet_.size() < complaints_max) not_yet_.push_back({std::move(pointer), std::move(detail)});
}

void complaints::add(std::vector<field_error> flaws) {
  for (auto& each : flaws)
    wrong(std::move(each.pointer), std::move(each.detail));
}

problem complaints::as_problem() const {
  problem out{wrong_.empty() ? ec::not_available_yet : ec::invalid_request};
  out.errors = wrong_;
  out.errors.insert(out.errors.end(), not_yet_.begin(), not_yet_.end());
  if (!out.errors.empty()) {
    const auto& first = out.errors.front();
    out.detail = first.pointer.empty() ? first.detail : first.pointer + ": " + first.detail;
  }
  if (out.errors.size() > 1)
    out.detail += " (and " + std::to_string(out.errors.size() - 1) + " more)";
  return out;
}

fields::fields(const value& what, std::string pointer, complaints& into)
  : members_(what.members()),
    pointer_(std::move(pointer)),
    into_(into) {
  known_.reserve(16); // more than most objects have
  if (!members_) into_.wrong(pointer_, "an object was expected");
}

const value* fields::find(std::string_view name, nullable null) {
  known_.push_back(name);
  if (!members_) return nullptr;
  auto same = [name](const member& each) { return each.name == name; };
  auto found = std::find_if(members_->begin(), members_->end(), same);
  if (found == members_->end()) return nullptr;
  if (found->held.null() && null == nullable::as_absent) return nullptr;
  return &found->held;
}

bool fields::has(std::string_view name) const {
  return members_ && std::any_of(members_->begin(), members_->end(),
                                 [name](const member& each) { return each.name == name; });
}

void fields::require(std::string_view name) {
  if (members_ && !has(name)) wrong(name, "the field is required");
}

void fields::wrong(std::string_view name, std::string detail) {
  into_.wrong(pointer(name), std::move(detail));
}
void fields::not_yet(std::string_view name, std::string detail) {
  into_.not_yet(pointer(name), std::move(detail));
}

std::optional<std::string> fields::text(std::string_view name, length allowed, nullable null) {
  const auto* found = find(name, null);
  if (!found) return std::nullopt;
  const auto* held = found->text();
  if (!held) {
    wrong(name, "a string was expected");
    return std::nullopt;
  }
  if (held->size() < allowed.min || held->size() > allowed.max) {
    wrong(name, held->empty() ? std::string{"must not be empty"}
                              : "at most " + std::to_string(allowed.max) + " bytes");
    return std::nullopt;
  }
  return *held;
}

std::optional<bool> fields::boolean(std::string_view name) {
  const auto* found = find(name);
  if (!found) return std::nullopt;
  if (const auto* held = found->boolean()) return *held;
  wrong(name, "true or false was expected");
  return std::nullopt;
}

std::optional<std::int64_t> fields::integer(std::string_view name, std::int64_t min,
                                            std::int64_t max) {
  const auto* found = find(name);
  if (!found) return std::nullopt;
  const auto* held = found->numeric();
  auto whole = held ? held->integer() : std::nullopt;
  if (whole && *whole >= min && *whole <= max) return whole;
  wrong(name, held && !whole ? "a whole number was expected"
              : held         ? "the number is out of range"
                             : "a number was expected");
  return std::nullopt;
}

std::optional<uuid> fields::id(std::string_view name) {
  const auto* found = find(name);
  if (!found) return std::nullopt;
  auto parsed = found->text() ? uuid::parse(*found->text()) : std::nullopt;
  if (parsed && !parsed->nil()) return parsed;
  wrong(name, "a UUID was expected");
  return std::nullopt;
}

std::optional<user_id> fields::user(std::string_view name, nullable null) {
  const auto* found = find(name, null);
  return found ? read_user(*found, pointer(name), into_) : std::nullopt;
}

std::optional<wall_time> fields::time(std::string_view name, nullable null) {
  const auto* found = find(name, null);
  if (!found) return std::nullopt;
  auto parsed = found->text() ? parse_rfc3339(*found->text()) : std::nullopt;
  if (!parsed) wrong(name, "an RFC 3339 time was expected");
  return parsed;
}

std::optional<std::string> fields::object(std::string_view name, std::size_t bytes_max) {
  const auto* found = find(name);
  if (!found) return std::nullopt;
  if (!found->members()) {
    wrong(name, "an object was expected");
    return std::nullopt;
  }
  auto out = to_text(*found);
  if (out.size() <= bytes_max) return out;
  wrong(name, "at most " + std::to_string(bytes_max) + " bytes");
  return std::nullopt;
}

std::optional<std::size_t> fields::word(std::string_view name,
                                        std::initializer_list<std::string_view> words) {
  const auto* found = find(name);
  if (!found) return std::nullopt;
  if (const auto* held = found->text()) {
    auto at = std::find(words.begin(), words.end(), *held);
    if (at != words.end()) return static_cast<std::size_t>(at - words.begin());
  }
  std::string list;
  for (auto each : words)
    list += (list.empty() ? "" : ", ") + std::string{each};
  wrong(name, "one of " + list + " was expected");
  return std::nullopt;
}

const value::array* fields::array(std::string_view name, std::size_t min, std::size_t max,
                                  nullable null) {
  const auto* found = find(name, null);
  if (!found) return nullptr;
  const auto* held = found->items();
  if (!held)
    wrong(name, "an array was expected");
  else if (held->size() < min || held->size() > max)
    wrong(name, std::to_string(min) + " to " + std::to_string(max) + " items were expected");
  else
    return held;
  return nullptr;
}

void fields::finish() {
  if (!members_) return;
  for (const auto& each : *members_)
    if (std::find(known_.begin(), known_.end(), each.name) == known_.end())
      wrong(each.name, "unknown field");
}

std::optional<user_id> read_user(const value& what, const std::string& pointer, complaints& into) {
  const auto* held = what.text();
  if (held && user_id::valid(*held)) return user_id{*held};
  into.wrong(pointer, held ? user_rule : "a string was expected");
  return std::nullopt;
}

} // namespace recado::json
