#include "chaos/workload/helpers.hpp"

#include <nlohmann/json.hpp>

namespace recado::chaos {
namespace {

constexpr micros patience = 2'000'000;
constexpr micros look_every = 50'000;

} // namespace

micros renewal(micros now, std::int64_t expires_in_s) {
  return now + expires_in_s * 1'000'000 / 2;
}

token_keeper::token_keeper(scene& in) : http_agent(in, "tokens", patience) {}

void token_keeper::when_idle(micros now) {
  for (person_ = 0; person_ < in_.tokens.size(); ++person_)
    if (now >= in_.tokens[person_].renew_at) return begin();
}

std::string token_keeper::request() {
  if (person_ > 0) return post("/v1/users/" + in_.tokens[person_].user + "/tokens", 0, "{}");
  nlohmann::json secret{{"client_id", in_.how.client_id}, {"client_secret", in_.how.client_secret}};
  return post("/auth/token", nobody, secret.dump());
}

/// The client's own is renewed first: with an old one the others cannot be had.
bool token_keeper::on_answer(const http_answer& got) {
  if (got.status == 401 && person_ > 0) return true;
  if (got.status / 100 != 2) return false;
  auto body = nlohmann::json::parse(got.body, nullptr, false);
  if (!body.is_object() || !body.contains("access_token")) return false;
  in_.tokens[person_].value = body["access_token"];
  in_.tokens[person_].renew_at =
    renewal(in_.clock.now(), body.value("expires_in", std::int64_t{600}));
  return true;
}

looker::looker(scene& in) : http_agent(in, "looker", patience) {}

void looker::when_idle(micros now) {
  if (now < next_at_) return;
  next_at_ = now + look_every;
  letter_ = in_.records.recent(in_.pick(1'000));
  if (letter_) begin();
}

std::string looker::request() {
  begun_ = in_.clock.now();
  return get("/v1/messages/" + letter_->id.str(), 0);
}

bool looker::on_answer(const http_answer& got) {
  if (got.status == 404) { // for the checker: it was accepted
    in_.records.note(look_record{in_.clock.now(), begun_, letter_->id, "not found"});
    return true;
  }
  if (got.status != 200) return false;
  auto body = nlohmann::json::parse(got.body, nullptr, false);
  if (!body.is_object()) return false;
  in_.records.note(look_record{in_.clock.now(), begun_, letter_->id, body.value("status", "")});
  return true;
}

} // namespace recado::chaos
