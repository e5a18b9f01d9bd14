#pragma once
/// What all agents of a workload share: the nodes, the people and rooms, the book, the loop. One
/// thread.
#include "chaos/sockets/poller.hpp"
#include "chaos/workload/book.hpp"
#include "chaos/workload/tokens.hpp"
#include "chaos/workload/workload.hpp"

#include <random>

namespace recado::chaos {

struct endpoint {
  std::string host;
  std::uint16_t port = 0;
};

/// A conversation of the run. People are places in the list of tokens.
struct room {
  conversation_id id;
  std::size_t author = 0;     ///< writes by POST
  std::int64_t acked_seq = 0; ///< the highest seq that anybody was told
};

/// A subscriber: a person, and the rooms that it must hear everything of.
struct audience {
  std::string name{}; ///< in the records
  std::size_t person = 0;
  std::vector<std::size_t> rooms{};
};

struct scene {
  explicit scene(const workload_options& options)
    : how(options),
      clock(options.origin),
      random(static_cast<std::minstd_rand::result_type>(options.seed)),
      records(options.out_folder, clock) {}

  const workload_options& how;
  run_clock clock;
  std::minstd_rand random;
  book records;
  poller loop;
  std::vector<endpoint> nodes;
  token_list tokens; ///< 0: the client's own
  std::vector<room> rooms;
  std::vector<audience> readers;  ///< over WebSocket
  std::vector<audience> streams;  ///< over server-sent events
  std::vector<audience> sessions; ///< who write over WebSocket, and into which rooms
  bool sending = true;

  /// 0 … below - 1
  std::size_t pick(std::size_t below) { return random() % below; }
  micros between(micros least, micros most) {
    return std::uniform_int_distribution<micros>{least, most}(random);
  }
  const std::string& author(std::size_t room) const { return tokens[rooms[room].author].user; }
  const std::string& token(std::size_t person) const { return tokens.at(person).value; }
};

/// Makes the rooms and the people over the public API and fills the scene. Throws
/// std::runtime_error with what the server said.
void set_up(scene& in);

} // namespace recado::chaos
