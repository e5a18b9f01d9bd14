#pragma once
/// Time zones of the IANA database, which comes with the operating system.
#include <string_view>

namespace recado {

/// Is this the name of a zone or of a link to one, such as `America/Sao_Paulo`? Case counts.
bool known_time_zone(std::string_view name);

} // namespace recado
