#pragma once
/// Where the messages go, made before the run begins.
#include <cstdint>
#include <string>
#include <vector>

namespace recado::load {

struct stage {
  struct room {
    std::string conversation;
    std::string author;
    std::vector<std::string> reader_tokens; ///< of the members that read
  };
  struct door {
    std::string host;
    std::uint16_t port = 0;
  };
  std::vector<door> doors; ///< of every node; connections are dealt out to them in turn
  std::string token;       ///< of the client
  std::vector<room> rooms;
  std::vector<std::string> idle_tokens;
};

} // namespace recado::load
