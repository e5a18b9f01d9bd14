/// The configuration file.
#include "config/load.hpp"
#include "config/show.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace recado;
using fuzz::must;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto loaded = config::load_text(std::string{fuzz::text_of(data, size)}, "fuzz.toml", {});
  if (!loaded) {
    must(!loaded.error().empty(), "a refusal says why");
    config::to_text(loaded.error());
    return 0;
  }
  must(config::validate(*loaded).empty(), "what was loaded is valid");
  auto shown = config::to_toml(*loaded);
  must(config::load_text(shown, "shown", {}).has_value(), "what is shown can be loaded");
  return 0;
}
