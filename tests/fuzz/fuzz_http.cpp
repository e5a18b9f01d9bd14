/// Requests on the wire: heads, bodies by length and in chunks. Whatever arrives is read twice, at
/// once and in small parts: both must end alike, and what is accepted keeps to the rules that close
/// the doors for smuggling. The first byte is the size of the parts.
#include "runtime/http/detail/head_scanner.hpp"
#include "runtime/http/detail/request_parser.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace recado::http;
using namespace recado::http::detail;
using recado::fuzz::must;

namespace {

struct reading {
  int refused = 0; ///< with this status
  bool done = false;
  request head;
  std::string body;
  std::size_t used = 0; ///< bytes that belong to the request
};

/// As a connection reads, with bytes coming `step` at a time.
reading read(std::string_view all, std::size_t step) {
  reading out;
  head_scanner scanner;
  std::size_t here = 0;
  auto found = head_scanner::verdict::need_more;
  while (found == head_scanner::verdict::need_more && here < all.size()) {
    here = std::min(here + step, all.size());
    found = scanner.scan(all.substr(0, here));
  }
  if (found == head_scanner::verdict::malformed) out.refused = 400;
  if (found != head_scanner::verdict::complete) return out;
  request_parser parser;
  auto wrong = parser.parse_head(all.substr(scanner.begin(), scanner.end() - scanner.begin()));
  out.head = parser.asked;
  out.used = scanner.end();
  if (wrong) {
    out.refused = wrong->status;
    return out;
  }
  out.done = parser.is_done(); // there is no body
  while (!out.done) {
    out.used += parser.parse_body(all.substr(out.used, here - out.used), wrong);
    out.body += std::exchange(parser.part, {});
    if (wrong) out.refused = wrong->status;
    out.done = !wrong && parser.is_done();
    if (wrong || here == all.size()) break;
    here = std::min(here + step, all.size());
  }
  return out;
}

std::size_t count(const request& in, std::string_view name) {
  return static_cast<std::size_t>(
    std::count_if(in.headers.begin(), in.headers.end(),
                  [&](const header& each) { return same_name(each.name, name); }));
}

void check_accepted(const request& head) {
  must(count(head, "Host") <= 1, "one Host");
  must(count(head, "Content-Length") + count(head, "Transfer-Encoding") <= 1, "one framing");
  must(head.path.starts_with('/') || head.path == "*", "a path");
  for (const auto& each : head.headers) {
    must(!each.name.empty() && each.name.find_first_of(" \t\r\n:") == std::string::npos, "a name");
    must(each.value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos, "a value");
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  auto all = recado::fuzz::text_of(data + 1, size - 1);
  auto whole = read(all, all.size()), parts = read(all, data[0] % 16u + 1);
  must(whole.refused == parts.refused && whole.done == parts.done, "parts change nothing");
  if (!whole.done) return 0;
  must(whole.used == parts.used && whole.body == parts.body, "nor what is read");
  must(whole.head.target == parts.head.target, "nor where it goes");
  check_accepted(whole.head);
  return 0;
}
