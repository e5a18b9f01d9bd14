#pragma once
/// How gateways tell each other who is here. Fixed layout, big endian, a version and a kind first;
/// a newer version only adds at the end.
#include "actors/presence/people.hpp"

#include <string_view>
#include <variant>

namespace recado::presence {

/// What is told to all.
using news = std::variant<delta, digest, farewell>;

std::string encode(const news& value);
/// malformed_request for anything else.
result<news> decode_news(std::string_view bytes);

std::string encode(const page_request& value);
result<page_request> decode_page_request(std::string_view bytes);

std::string encode(const page_of_people& value);
result<page_of_people> decode_page(std::string_view bytes);

} // namespace recado::presence
