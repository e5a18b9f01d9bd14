#include "gateway/shapes/locale.hpp"

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace recado::shapes {
namespace {

bool letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool digit(char c) {
  return c >= '0' && c <= '9';
}
bool letters(std::string_view text) {
  return std::all_of(text.begin(), text.end(), letter);
}
bool digits(std::string_view text) {
  return std::all_of(text.begin(), text.end(), digit);
}
std::string lower(std::string_view text) {
  std::string out{text};
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

/// The parts between hyphens, taken from the front.
class subtags {
public:
  explicit subtags(std::string_view text) {
    for (;;) {
      auto end = std::min(text.find('-'), text.size());
      all_.push_back(text.substr(0, end));
      if (end == text.size()) return;
      text.remove_prefix(end + 1);
    }
  }

  /// Each of 1 to 8 letters and digits.
  bool sound() const {
    return std::all_of(all_.begin(), all_.end(), [](std::string_view each) {
      return !each.empty() && each.size() <= 8 &&
             std::all_of(each.begin(), each.end(), [](char c) { return letter(c) || digit(c); });
    });
  }
  bool done() const { return at_ == all_.size(); }
  template <class Test>
  bool take(Test test) {
    if (done() || !test(all_[at_])) return false;
    ++at_;
    return true;
  }
  std::string_view last() const { return all_[at_ - 1]; }

private:
  std::vector<std::string_view> all_;
  std::size_t at_ = 0;
};

bool language(std::string_view s) {
  return s.size() >= 2 && letters(s);
}
bool extended_language(std::string_view s) {
  return s.size() == 3 && letters(s);
}
bool script(std::string_view s) {
  return s.size() == 4 && letters(s);
}
bool region(std::string_view s) {
  return (s.size() == 2 && letters(s)) || (s.size() == 3 && digits(s));
}
bool variant(std::string_view s) {
  return s.size() >= 5 || (s.size() == 4 && digit(s.front()));
}
bool private_use(std::string_view s) {
  return s == "x" || s == "X";
}
bool singleton(std::string_view s) {
  return s.size() == 1 && !private_use(s);
}
bool extension_part(std::string_view s) {
  return s.size() >= 2;
}
bool anything(std::string_view) {
  return true;
}

bool take_variants(subtags& from) {
  std::set<std::string> seen;
  while (from.take(variant))
    if (!seen.insert(lower(from.last())).second) return false;
  return true;
}

bool take_extensions(subtags& from) {
  std::set<std::string> seen;
  while (from.take(singleton)) {
    if (!seen.insert(lower(from.last())).second || !from.take(extension_part)) return false;
    while (from.take(extension_part)) {
    }
  }
  return true;
}

/// `x-…` up to the end; nothing is well, too.
bool take_private_use(subtags& from) {
  if (!from.take(private_use)) return true;
  bool any = false;
  while (from.take(anything))
    any = true;
  return any;
}

/// Tags that were registered before the grammar and do not follow it.
bool grandfathered(std::string_view text) {
  static const std::set<std::string> all{
    "en-gb-oed", "i-ami", "i-bnn",     "i-default", "i-enochian", "i-hak",
    "i-klingon", "i-lux", "i-mingo",   "i-navajo",  "i-pwn",      "i-tao",
    "i-tay",     "i-tsu", "sgn-be-fr", "sgn-be-nl", "sgn-ch-de"};
  return all.contains(lower(text));
}

} // namespace

bool language_tag(std::string_view text) {
  subtags from{text};
  if (!from.sound()) return false;
  if (grandfathered(text)) return true;
  if (!from.take(language)) return take_private_use(from) && from.done();
  if (from.last().size() <= 3)
    for (int n = 0; n < 3 && from.take(extended_language); ++n) {
    }
  from.take(script);
  from.take(region);
  return take_variants(from) && take_extensions(from) && take_private_use(from) && from.done();
}

} // namespace recado::shapes
