#include "node/cli/command.hpp"

#include <cstdio>
#include <nlohmann/json.hpp>

namespace recado::cli {

int complain(std::string_view command, std::string_view why, bool json, int code) {
  if (json) {
    auto line = nlohmann::json{{"error", why}}.dump();
    std::printf("%s\n", line.c_str());
  } else {
    std::fprintf(stderr, "recado%s%.*s: %.*s\n", command.empty() ? "" : " ",
                 static_cast<int>(command.size()), command.data(), static_cast<int>(why.size()),
                 why.data());
  }
  return code;
}

} // namespace recado::cli
