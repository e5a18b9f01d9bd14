/// Envelopes: commands, replies and events as they come from NATS and from the inbox. The first
/// byte chooses which.
#include "schemas/wire.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace recado;
using fuzz::must;

namespace {

template <class T>
void check(const result<T>& got, result<T> (*decode)(std::string_view)) {
  if (!got) return;
  auto bytes = encode(*got);
  auto again = decode(bytes);
  must(again.has_value(), "what was written can be read");
  must(encode(*again) == bytes, "and says the same");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  auto bytes = fuzz::text_of(data + 1, size - 1);
  switch (data[0] % 3) {
  case 0:
    check(decode_command(bytes), decode_command);
    break;
  case 1:
    check(decode_reply(bytes), decode_reply);
    break;
  default:
    check(decode_events(bytes), decode_events);
  }
  return 0;
}
