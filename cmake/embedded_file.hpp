#pragma once
/// A file of the repository inside the binary; made by recado_embed() of EmbedFiles.cmake.
#include <string_view>

namespace recado {

struct embedded_file {
  std::string_view name;    ///< relative to the embedded folder
  std::string_view content; ///< any bytes
};

} // namespace recado
