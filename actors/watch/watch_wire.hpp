#pragma once
/// What gateways and owners on different nodes say to each other about watches (design: NATS
/// request and reply). Fixed layout, big endian, a version first; a newer one only adds at the end.
#include "actors/service/services.hpp"

#include <string>
#include <string_view>

namespace recado {

struct watch_request {
  std::string who; ///< the gateway's event subject
  bool on = true;  ///< false: unwatch, nobody answers
  std::vector<watch_service::item> items;
};

std::string encode(const watch_request& value);
/// malformed_request for anything else.
result<watch_request> decode_watch_request(std::string_view bytes);

std::string encode(const std::vector<watch_service::position>& value);
result<std::vector<watch_service::position>> decode_positions(std::string_view bytes);

} // namespace recado
