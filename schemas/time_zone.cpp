#include "schemas/time_zone.hpp"

#include <date/tz.h>

namespace recado {

bool known_time_zone(std::string_view name) {
  try {
    return date::locate_zone(name) != nullptr;
  } catch (const std::exception&) {
    return false; // also without a database: then no zone can be counted in
  }
}

} // namespace recado
