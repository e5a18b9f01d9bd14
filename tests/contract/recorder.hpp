#pragma once
/// Writes down what the API answered, one JSON object a line, to the file that RECADO_EXCHANGES
/// names; does nothing without it. Thread-safe. Of what repeats only the first are kept.
#include <string>
#include <string_view>

namespace recado::contract {

struct seen_answer {
  std::string_view method, target;
  int status = 0;
  std::string_view content_type, body;
};
void record(const seen_answer& what);
/// A frame of the server.
void record_frame(std::string_view text);
/// A server-sent event.
void record_event(std::string_view type, std::string_view data);

} // namespace recado::contract
