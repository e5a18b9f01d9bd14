/// Cursors of lists and ids of streams, which callers send back as they got them, or not.
#include "gateway/shapes/cursor.hpp"
#include "gateway/shapes/locale.hpp"
#include "gateway/shapes/stream_id.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace recado;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto text = fuzz::text_of(data, size);
  if (auto position = shapes::read_cursor("list", text))
    must(shapes::make_cursor("list", *position) == text, "a cursor has one spelling");
  if (size > 0 && size < 500) { // positions are short
    auto cursor = shapes::make_cursor("list", text);
    must(shapes::read_cursor("list", cursor).value() == text, "a cursor comes back whole");
    must(!shapes::read_cursor("other", cursor), "and belongs to its list");
  }
  if (auto id = shapes::read_stream_id(text)) {
    auto again = shapes::read_stream_id(shapes::write_stream_id(*id));
    must(again && again->base == id->base && again->at == id->at, "a stream's id comes back whole");
  }
  if (auto kept = shapes::read_positions(text))
    must(shapes::read_positions(shapes::write_positions(*kept)) == kept, "and kept positions too");
  shapes::language_tag(text);
  return 0;
}
