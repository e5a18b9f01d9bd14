#pragma once
/// What a run of recado-load is asked to do.
#include "chaos/load/phases.hpp"

#include <cstdint>
#include <string>

namespace recado::load {

struct options {
  std::string info;  ///< path of the info file that `recado up --info` wrote
  unsigned rate = 0; ///< messages per second that arrive, whatever the answers do; 0: closed loop
  std::vector<phase> phases{};  ///< instead of rate and seconds: several rates, one after the other
  unsigned patience_ms = 0;     ///< what found no connection for so long is given up; 0: waits
  unsigned clients = 64;        ///< HTTP connections, one request under way on each
  unsigned conversations = 100; ///< each with one author
  unsigned seconds = 20;        ///< measured
  unsigned warmup_s = 3;        ///< before that, not measured
  unsigned text_bytes = 300;
  unsigned bulk = 0;         ///< messages per POST /v1/messages/bulk; 0: POST /v1/messages
  unsigned members = 2;      ///< of each conversation
  unsigned listeners = 1;    ///< members with a WebSocket in each conversation that is read
  unsigned readers = 0;      ///< conversations that are read, evenly among all; 0: all
  unsigned idle_sockets = 0; ///< further WebSockets of people without conversations
  bool implicit = false;     ///< conversations are made by their first message; nobody reads
  bool receive = true;       ///< WebSockets read what is sent
  bool rows = false;         ///< conversations are written into the database, for there are many
  std::uint64_t history = 0; ///< messages in them before the run, written likewise
  bool timeline = false;     ///< what every second was like
  std::string json;          ///< also write the report here; empty: only print it
};

} // namespace recado::load
