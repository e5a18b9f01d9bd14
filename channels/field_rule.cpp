#include "channels/field_rule.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "runtime/http/client/address_guard.hpp"

namespace recado::channels {
namespace {

using json = nlohmann::json;

/// A name within a JSON pointer (RFC 6901).
std::string escaped(const std::string& name) {
  std::string out;
  for (char c : name) {
    if (c == '~' || c == '/')
      out += c == '~' ? "~0" : "~1";
    else
      out += c;
  }
  return out;
}

class reader {
public:
  reader(std::span<const field_rule> rules, std::string_view at) : rules_(rules), at_(at) {}

  void read(const json& object, const std::string& prefix) {
    for (const auto& [name, value] : object.items()) {
      auto path = prefix + name;
      if (value.is_null()) continue;
      if (const auto* rule = find(path))
        take(*rule, value);
      else if (value.is_object() && name.find('/') == std::string::npos && has_below(path + "/"))
        read(value, path + "/");
      else
        complain(prefix + escaped(name),
                 has_below(path + "/") ? "must be an object" : "no such field");
    }
  }

  result<field_values> end() {
    for (const auto& rule : rules_)
      if (rule.required && !values_.contains(rule.name) && !complained(rule.name))
        complain(rule.name, "is missing");
    if (!wrong_.empty()) return failure{problem{ec::invalid_request, "", std::move(wrong_)}};
    if (!not_built_.empty())
      return failure{problem{ec::not_available_yet, "", std::move(not_built_)}};
    return field_values{std::move(values_)};
  }

private:
  const field_rule* find(std::string_view path) const {
    auto found = std::find_if(rules_.begin(), rules_.end(),
                              [&](const field_rule& each) { return each.name == path; });
    return found == rules_.end() ? nullptr : &*found;
  }
  bool has_below(std::string_view path) const {
    return std::any_of(rules_.begin(), rules_.end(),
                       [&](const field_rule& each) { return each.name.starts_with(path); });
  }
  void complain(const std::string& path, std::string sentence) {
    wrong_.push_back({at_ + "/" + path, std::move(sentence)});
  }
  bool complained(const std::string& path) const {
    return std::any_of(wrong_.begin(), wrong_.end(),
                       [&](const field_error& each) { return each.pointer == at_ + "/" + path; });
  }

  void take(const field_rule& rule, const json& value) {
    if (rule.not_built) {
      not_built_.push_back({at_ + "/" + rule.name, "is not available yet"});
      return;
    }
    auto wrong = complaint(rule, value);
    if (!wrong.empty()) return complain(rule.name, std::move(wrong));
    values_[rule.name] = value.is_string() ? value.get<std::string>() : value.dump();
  }

  static std::string complaint(const field_rule& rule, const json& value) {
    switch (rule.kind) {
    case field_kind::flag:
      return value.is_boolean() ? "" : "must be true or false";
    case field_kind::integer:
      return integer_complaint(rule, value);
    case field_kind::text:
    case field_kind::secret:
      break;
    }
    return text_complaint(rule, value);
  }
  static std::string integer_complaint(const field_rule& rule, const json& value) {
    bool fits = value.is_number_integer() &&
                !(value.is_number_unsigned() &&
                  value.get<std::uint64_t>() > static_cast<std::uint64_t>(rule.max)) &&
                value.get<std::int64_t>() >= rule.min && value.get<std::int64_t>() <= rule.max;
    return fits ? "" : fmt::format("must be a whole number from {} to {}", rule.min, rule.max);
  }
  static std::string text_complaint(const field_rule& rule, const json& value) {
    if (!value.is_string()) return "must be a string";
    const auto& text = value.get_ref<const std::string&>();
    if (text.empty() && rule.required) return "must not be empty";
    if (text.size() > rule.bytes_max)
      return fmt::format("must be at most {} bytes", rule.bytes_max);
    if (rule.complaint) return text.empty() ? "" : rule.complaint(text);
    auto control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
    return std::any_of(text.begin(), text.end(), control) ? "must not have control characters" : "";
  }

  std::span<const field_rule> rules_;
  std::string at_;
  std::map<std::string, std::string> values_;
  std::vector<field_error> wrong_;
  std::vector<field_error> not_built_;
};

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253 || text.front() == '.' || text.back() == '.') return false;
  std::size_t label = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto c = static_cast<unsigned char>(text[i]);
    if (c == '.') {
      if (label == 0 || text[i - 1] == '-') return false;
      label = 0;
      continue;
    }
    if (!(std::isalnum(c) && c < 0x80) && c != '_' && (c != '-' || label == 0)) return false;
    if (++label > 63) return false;
  }
  return text.back() != '-';
}

/// host or host:port or [v6]:port.
bool is_authority(std::string_view text) {
  if (text.find('@') != std::string_view::npos) return false;
  std::string_view host = text, port;
  if (text.starts_with('[')) {
    auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (host.find(':') == std::string_view::npos || !http::parse_ip(host)) return false;
  } else {
    auto colon = text.find(':');
    host = text.substr(0, colon);
    port = colon == std::string_view::npos ? std::string_view{} : text.substr(colon);
    if (!is_host_name(host)) return false;
  }
  if (port.empty()) return true;
  if (!port.starts_with(':') || port.size() < 2 || port.size() > 6) return false;
  int number = 0;
  for (char c : port.substr(1)) {
    if (c < '0' || c > '9') return false;
    number = number * 10 + (c - '0');
  }
  return number >= 1 && number <= 65'535;
}

} // namespace

result<field_values> read_fields(std::string_view json_object, std::span<const field_rule> rules,
                                 std::string_view at) {
  auto parsed = json::parse(json_object.empty() ? "{}" : json_object, nullptr, false);
  if (!parsed.is_object())
    return failure{problem{ec::invalid_request, "", {{std::string{at}, "must be an object"}}}};
  reader all{rules, at};
  all.read(parsed, "");
  return all.end();
}

std::function<std::string(std::string_view)> one_of(std::vector<std::string> words) {
  return [words = std::move(words)](std::string_view text) -> std::string {
    if (std::find(words.begin(), words.end(), text) != words.end()) return "";
    return fmt::format("must be one of {}", fmt::join(words, ", "));
  };
}

std::string host_complaint(std::string_view text) {
  return is_host_name(text) || http::parse_ip(text) ? "" : "must be a host name or an IP address";
}

std::string http_url_complaint(std::string_view text) {
  auto sentence = "must be an http or https URL without user name and fragment";
  auto rest = text;
  if (rest.starts_with("https://"))
    rest.remove_prefix(8);
  else if (rest.starts_with("http://"))
    rest.remove_prefix(7);
  else
    return sentence;
  auto plain = [](char c) { return c > ' ' && c < 0x7f && c != '#' && c != '\\' && c != '"'; };
  if (!std::all_of(rest.begin(), rest.end(), plain)) return sentence;
  return is_authority(rest.substr(0, rest.find_first_of("/?"))) ? "" : sentence;
}

std::string pem_complaint(std::string_view text) {
  std::unique_ptr<BIO, decltype(&BIO_free)> bio{
    BIO_new_mem_buf(text.data(), static_cast<int>(text.size())), &BIO_free};
  int count = 0;
  while (auto* certificate = PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)) {
    X509_free(certificate);
    ++count;
  }
  ERR_clear_error(); // the end of the text is an error to OpenSSL
  return count > 0 ? "" : "must be certificates in PEM";
}

} // namespace recado::channels
