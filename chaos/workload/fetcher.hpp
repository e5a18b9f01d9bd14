#pragma once
/// Reads from the history what a `gap` frame left out.
#include "chaos/workload/http_agent.hpp"

namespace recado::chaos {

class fetcher final : public http_agent {
public:
  struct wish {
    std::string reader{};
    std::size_t person = 0;
    conversation_id where;
    std::int64_t from_seq = 0;
    std::int64_t to_seq = 0;
  };

  explicit fetcher(scene& in);
  void fetch(wish what) { wishes_.push_back(std::move(what)); }
  bool busy_for(std::string_view reader) const;

private:
  void when_idle(micros now) override;
  std::string request() override;
  bool on_answer(const http_answer& got) override;
  void on_no_answer(std::string_view) override {}
  std::size_t person() const override { return wishes_.front().person; }

  std::deque<wish> wishes_; ///< the front one is being read
};

} // namespace recado::chaos
