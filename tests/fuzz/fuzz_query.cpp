/// Query strings, and what the lists read from them.
#include "gateway/rest/query.hpp"
#include "runtime/http/detail/head_rules.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace recado;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  http::request head;
  head.target = "/v1/messages?";
  head.target += fuzz::text_of(data, size);
  if (!http::detail::split_target(head)) return 0; // refused before anybody reads it
  rest::call on{head};
  auto asked = rest::query::of(on);
  if (!asked) return 0;
  asked->id("conversation_id");
  asked->user("user_id");
  asked->time("from");
  asked->integer("since_seq", 0, 9);
  auto at = rest::read_page(on, *asked, gateway_limits{}, {"conversation_id", "user_id", "from"});
  if (!at) {
    must(!at.error().detail.empty() || at.error().code == ec::invalid_cursor, "it says why");
    return 0;
  }
  must(at->limit >= 1 && at->limit <= 1000, "the limit is within its bounds");
  for (const auto& header : rest::link_to_next(on, "next"))
    must(header.value.find('\n') == std::string::npos, "no line feed gets into a header");
  return 0;
}
