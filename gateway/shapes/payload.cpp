#include "gateway/shapes/message.hpp"

#include <algorithm>
#include <array>

namespace recado::shapes {
namespace {

constexpr std::array<std::string_view, 7> types{"text",  "file",     "image",    "audio",
                                                "video", "template", "encrypted"};
constexpr std::size_t subject_bytes_max = 998; // RFC 5322, section 2.1.1

void check_text(json::fields& in, const gateway_limits& limits) {
  in.require("text");
  in.text("text", {1, limits.text_bytes_max});
  in.text("subject", {0, subject_bytes_max});
  in.text("html", {0, limits.text_bytes_max});
  in.finish();
}

} // namespace

void check_payload(const json::value& payload, const std::string& pointer,
                   const gateway_limits& limits, json::complaints& into) {
  json::fields in{payload, pointer, into};
  if (!payload.members()) return;
  in.require("type");
  const auto* type = in.find("type");
  if (!type) return;
  const auto* name = type->text();
  if (!name || std::find(types.begin(), types.end(), *name) == types.end())
    return in.wrong("type",
                    "one of text, file, image, audio, video, template, encrypted was expected");
  if (*name == "text") return check_text(in, limits);
  in.not_yet("type", "payloads of type " + *name + " are not available yet");
}

} // namespace recado::shapes
