#pragma once
/// Values out of the JSON of the server under test, by their names, without reading all of it: for
/// the frames and answers of which there are thousands a second. Only for names that occur once and
/// in texts whose strings hold neither quotes nor backslashes; our own are so.
#include "schemas/uuid.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace recado::chaos {

/// `name` as written: "\"seq\":". Nothing if absent or null.
std::optional<std::int64_t> number_after(std::string_view json, std::string_view name);
/// The string that follows: of "\"message_id\":" what is between the next two quotes; else empty.
std::string_view text_after(std::string_view json, std::string_view name);

template <class Id>
std::optional<Id> id_after(std::string_view json, std::string_view name) {
  return Id::parse(text_after(json, name));
}

} // namespace recado::chaos
