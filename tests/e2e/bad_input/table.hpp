#pragma once
/// How the tables of bad input are read; README.md says what may stand in them.
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace recado::e2e {

/// What `{{name}}` stands for.
using placeholders = std::map<std::string, std::string>;

std::string filled(std::string text, const placeholders& with);

/// Bytes: a text, {"hex"}, {"repeat","times"}, or a list of those.
std::string bytes_of(const nlohmann::json& what, const placeholders& with);

/// A document: {"repeat","times"} becomes a text, {"names": n} so many users.
nlohmann::json document_of(const nlohmann::json& what, const placeholders& with);

/// "422 invalid_request /to /from closed": one of the numbers, one of the codes, at least
/// these pointers.
struct expectation {
  expectation(const std::string& text, const placeholders& with);

  std::vector<int> numbers; ///< statuses, or close codes
  std::vector<std::string> codes;
  std::vector<std::string> pointers; ///< '' is the whole document
  std::vector<std::string> words;    ///< closed, close, error

  bool has(const char* word) const;
};

/// What is wrong with a problem or an error frame; empty: nothing.
std::string complaint_about(const nlohmann::json& problem, const expectation& expected);

/// A group's cases, each with what the group says for all of them.
std::vector<nlohmann::json> cases_of(const std::string& file);

} // namespace recado::e2e
