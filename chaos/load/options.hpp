#pragma once
/// What a run of recado-load is asked to do.
#include <string>

namespace recado::load {

struct options {
  std::string info;  ///< path of the info file that `recado up --info` wrote
  unsigned rate = 0; ///< messages per second that arrive, whatever the answers do; 0: closed loop
  unsigned clients = 64;        ///< HTTP connections, one request under way on each
  unsigned conversations = 100; ///< each with one author and one recipient
  unsigned seconds = 20;        ///< measured
  unsigned warmup_s = 3;        ///< before that, not measured
  unsigned text_bytes = 300;
  unsigned bulk = 0;         ///< messages per POST /v1/messages/bulk; 0: POST /v1/messages
  unsigned members = 2;      ///< of each conversation
  unsigned idle_sockets = 0; ///< further WebSockets of people without conversations
  bool implicit = false;     ///< conversations are made by their first message; nobody reads
  bool receive = true;       ///< one WebSocket per conversation reads what is sent
  std::string json;          ///< also write the report here; empty: only print it
};

} // namespace recado::load
