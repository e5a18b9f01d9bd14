/// Bodies of requests: JSON, and every shape that is read from it. The first byte chooses the
/// shape.
#include "gateway/shapes/conversation.hpp"
#include "gateway/shapes/ids.hpp"
#include "gateway/shapes/message.hpp"
#include "gateway/shapes/problem_body.hpp"
#include "gateway/shapes/user.hpp"
#include "tests/fuzz/fuzz.hpp"

using namespace recado;
using fuzz::must;

namespace {

constexpr std::size_t depth_max = 32;

/// What is written reads the same again, and the canonical text is a fixed point.
void check_writing(const json::document& body) {
  auto again = json::parse(json::to_text(body.root), depth_max);
  must(again.has_value(), "what was written can be read");
  auto canonical = json::canonical(body.root);
  must(json::canonical(again->root) == canonical, "writing keeps the meaning");
  auto third = json::parse(canonical, depth_max);
  must(third.has_value(), "the canonical text is JSON");
  if (body.flaws.empty())
    must(json::canonical(third->root) == canonical, "the canonical text is a fixed point");
}

void read_shape(std::uint8_t which, const json::document& body, json::complaints& wrong) {
  const gateway_limits limits;
  static const client_id client = client_id::make();
  static constexpr const char* channels[] = {"email", "sms", "telegram",  "whatsapp", "webpush",
                                             "apns",  "fcm", "messenger", "webhook",  "instagram"};
  switch (which % 7) {
  case 0: {
    auto asked = shapes::read_message(body.root, limits, wrong);
    if (!wrong.any()) shapes::address(client, std::move(asked), user_id{"ana"});
    return;
  }
  case 1:
    shapes::read_conversation(body.root, which & 8 ? user_id{"ana"} : user_id{}, limits, wrong);
    return;
  case 2:
    shapes::read_member(body.root, wrong);
    return;
  case 3: {
    json::fields in{body.root, "", wrong};
    shapes::read_receipt(in, "type");
    return in.finish();
  }
  case 4: {
    json::fields in{body.root, "", wrong};
    shapes::read_typing(in);
    return in.finish();
  }
  case 5:
    shapes::read_user_fields(body.root, limits, wrong);
    return;
  default:
    shapes::read_identity(body.root, channels[which / 7 % 10], wrong);
  }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  auto body = json::parse(fuzz::text_of(data + 1, size - 1), depth_max);
  if (!body) return 0;
  check_writing(*body);
  json::complaints wrong;
  wrong.add(body->flaws);
  read_shape(data[0], *body, wrong);
  if (!wrong.any()) return 0;
  auto told = wrong.as_problem();
  must(!told.errors.empty() && !told.detail.empty(), "a refusal says where and why");
  auto text = shapes::problem_body(told, std::string(32, '0'));
  must(json::parse(text, depth_max).has_value(), "a problem is JSON");
  return 0;
}
