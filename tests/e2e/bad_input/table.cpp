#include "tests/e2e/bad_input/table.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace recado::e2e {

using nlohmann::json;

namespace {

std::string repeated(const json& what) {
  std::string out;
  auto one = what.at("repeat").get<std::string>();
  for (int n = what.at("times"); n > 0; --n)
    out += one;
  return out;
}

std::string from_hex(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    out += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  return out;
}

bool among(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

} // namespace

std::string filled(std::string text, const placeholders& with) {
  for (std::size_t at = 0; (at = text.find("{{", at)) != std::string::npos;) {
    auto end = text.find("}}", at);
    auto value = with.at(text.substr(at + 2, end - at - 2));
    text.replace(at, end + 2 - at, value);
    at += value.size();
  }
  return text;
}

std::string bytes_of(const json& what, const placeholders& with) {
  if (what.is_string()) return filled(what, with);
  if (what.is_object() && what.contains("hex")) return from_hex(what.at("hex"));
  if (what.is_object()) return repeated(what);
  std::string out;
  for (const auto& part : what)
    out += bytes_of(part, with);
  return out;
}

json document_of(const json& what, const placeholders& with) {
  if (what.is_string()) return filled(what, with);
  if (what.is_object() && what.contains("repeat")) return repeated(what);
  if (what.is_object() && what.contains("names")) {
    auto out = json::array();
    for (int n = what.at("names"); n > 0; --n)
      out.push_back("u" + std::to_string(n));
    return out;
  }
  if (!what.is_structured()) return what;
  auto out = what.is_array() ? json::array() : json::object();
  for (const auto& [name, value] : what.items())
    if (what.is_array())
      out.push_back(document_of(value, with));
    else
      out[filled(name, with)] = document_of(value, with);
  return out;
}

expectation::expectation(const std::string& text, const placeholders& with) {
  std::istringstream in{filled(text, with)};
  for (std::string word; in >> word;) {
    if (word == "''")
      pointers.emplace_back();
    else if (word.front() == '/')
      pointers.push_back(word);
    else if (std::isdigit(static_cast<unsigned char>(word.front())))
      numbers.push_back(std::stoi(word));
    else if (word == "closed" || word == "close" || word == "error")
      words.push_back(word);
    else
      codes.push_back(word);
  }
  std::sort(pointers.begin(), pointers.end());
}

bool expectation::has(const char* word) const {
  return among(words, word);
}

std::string complaint_about(const json& problem, const expectation& expected) {
  if (!problem.is_object()) return "no object";
  for (const char* name : {"status", "code", "detail"})
    if (!problem.contains(name)) return std::string{"without "} + name;
  auto code = problem.at("code").get<std::string>();
  if (!expected.codes.empty() && !among(expected.codes, code)) return "the code " + code;
  auto detail = problem.at("detail").get<std::string>();
  if (detail.empty() || detail.starts_with(": ")) return "the detail \"" + detail + '"';
  std::vector<std::string> pointers;
  for (const auto& each : problem.value("errors", json::array()))
    pointers.push_back(each.at("pointer"));
  if (problem.at("status") == 422 && pointers.empty()) return "a 422 without a pointer";
  std::sort(pointers.begin(), pointers.end());
  bool all = std::includes(pointers.begin(), pointers.end(), expected.pointers.begin(),
                           expected.pointers.end());
  if (!all) return "the pointers " + json(pointers).dump();
  return {};
}

std::vector<json> cases_of(const std::string& file) {
  std::ifstream in{RECADO_SOURCE_DIR "/tests/e2e/bad_input/" + file};
  std::vector<json> out;
  for (const auto& group : json::parse(in))
    for (const auto& one : group.at("cases")) {
      auto whole = group;
      whole.erase("cases");
      whole.update(one);
      whole["name"] =
        group.at("about").get<std::string>() + ": " + one.at("name").get<std::string>();
      out.push_back(std::move(whole));
    }
  return out;
}

} // namespace recado::e2e
