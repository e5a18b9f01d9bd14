#include "gateway/rest/router.hpp"

#include <algorithm>

namespace recado::rest {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> out;
  while (path.starts_with('/')) {
    auto end = std::min(path.find('/', 1), path.size());
    out.push_back(path.substr(1, end - 1));
    path.remove_prefix(end);
  }
  if (!path.empty()) out.clear(); // "*" and the like
  return out;
}

bool is_param(std::string_view segment) {
  return segment.starts_with('{');
}

/// Every segment decoded; nothing if the encoding is broken or a NUL hides in it.
std::optional<std::vector<std::string>> decode(const std::vector<std::string_view>& segments) {
  std::vector<std::string> out;
  for (auto each : segments) {
    auto text = http::percent_decode(each);
    if (!text || text->find('\0') != std::string::npos) return std::nullopt;
    out.push_back(std::move(*text));
  }
  return out;
}

bool fits(const std::vector<std::string_view>& pattern, const std::vector<std::string>& path) {
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (is_param(pattern[i]) ? path[i].empty() : pattern[i] != path[i]) return false;
  return true;
}

std::vector<std::string> params_of(const std::vector<std::string_view>& pattern,
                                   const std::vector<std::string>& path) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (is_param(pattern[i])) out.push_back(path[i]);
  return out;
}

std::size_t params_in(const std::vector<std::string_view>& pattern) {
  return static_cast<std::size_t>(std::count_if(pattern.begin(), pattern.end(), is_param));
}

} // namespace

router::router(std::span<const route> routes) {
  std::vector<entry> all;
  for (const auto& each : routes)
    all.push_back({&each, split(each.path)});
  auto literal_first = [](const entry& a, const entry& b) {
    return params_in(a.segments) < params_in(b.segments);
  };
  std::stable_sort(all.begin(), all.end(), literal_first);
  for (auto& each : all) {
    auto length = each.segments.size();
    by_length_.emplace(length, std::move(each)); // equal keys keep their order
  }
}

router::match router::find(std::string_view method, std::string_view path) const {
  match out;
  auto segments = decode(split(path));
  if (!segments || segments->empty()) return out;
  auto add = [&out](std::string_view name) {
    if (out.allow.find(name) == std::string::npos)
      out.allow += (out.allow.empty() ? "" : ", ") + std::string{name};
  };
  auto [from, to] = by_length_.equal_range(segments->size());
  for (auto at = from; at != to; ++at) {
    const auto& [where, pattern] = at->second;
    if (!fits(pattern, *segments)) continue;
    bool same = where->method == method || (method == "HEAD" && where->method == "GET");
    if (same && !out.found) {
      out.found = where;
      out.params = params_of(pattern, *segments);
    }
    add(where->method);
    if (where->method == "GET") add("HEAD");
  }
  return out;
}

} // namespace recado::rest
