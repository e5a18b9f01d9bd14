#pragma once
/// Those who keep the others going, and one who looks: tokens, and the status of messages.
#include "chaos/workload/http_agent.hpp"

namespace recado::chaos {

/// Renews tokens at half their life.
class token_keeper final : public http_agent {
public:
  explicit token_keeper(scene& in);

private:
  void when_idle(micros now) override;
  std::string request() override;
  bool on_answer(const http_answer& got) override;
  void on_no_answer(std::string_view) override {}

  std::size_t person_ = 0;
};

/// Asks for the status of messages that were accepted lately, one question after the other, so that
/// a status that goes back is seen to.
class looker final : public http_agent {
public:
  explicit looker(scene& in);

private:
  void when_idle(micros now) override;
  std::string request() override;
  bool on_answer(const http_answer& got) override;
  void on_no_answer(std::string_view) override {}

  letter_ptr letter_;
  micros begun_ = 0;
  micros next_at_ = 0;
};

/// When a token that is good for `expires_in_s` should be renewed.
micros renewal(micros now, std::int64_t expires_in_s);

} // namespace recado::chaos
