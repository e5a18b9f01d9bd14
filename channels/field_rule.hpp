#pragma once
/// What a channel says about the fields of its accounts; one function checks them all.
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "channels/account.hpp"
#include "schemas/problem.hpp"

namespace recado::channels {

enum class field_kind : std::uint8_t { text, secret, integer, flag };

struct field_rule {
  std::string name; ///< "host"; "dkim/domain" stands in an object
  field_kind kind = field_kind::text;
  bool required = false;
  std::int64_t min = 0, max = 0; ///< integer: the range
  std::size_t bytes_max = 1024;  ///< text and secret
  /// A sentence about what is wrong with this text; empty: it is right. None: any text without
  /// control characters.
  std::function<std::string(std::string_view)> complaint = {};
  bool not_built = false; ///< known, and refused until its feature exists
};

/// Reads an object of JSON by these rules, all errors at once; pointers begin with `at`.
/// Errors: invalid_request; not_available_yet if a field that is not built is all that is wrong.
result<field_values> read_fields(std::string_view json_object, std::span<const field_rule> rules,
                                 std::string_view at);

// Complaints that several channels have.
std::function<std::string(std::string_view)> one_of(std::vector<std::string> words);
std::string host_complaint(std::string_view text);
std::string http_url_complaint(std::string_view text);
std::string pem_complaint(std::string_view text);

} // namespace recado::channels
