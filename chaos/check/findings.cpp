#include "chaos/check/findings.hpp"

#include <numeric>

namespace recado::chaos {

std::string_view to_string(broken kind) noexcept {
  constexpr std::array<std::string_view, broken_kinds> names{"lost",
                                                             "wrong_seq",
                                                             "wrong_content",
                                                             "stored_twice",
                                                             "seq_missing",
                                                             "seq_twice",
                                                             "failed_after_accept",
                                                             "never_numbered",
                                                             "nobody_sent_it",
                                                             "answer_changed",
                                                             "new_twice",
                                                             "refused",
                                                             "never_accepted",
                                                             "out_of_order",
                                                             "session_order",
                                                             "heard_twice",
                                                             "hole_in_stream",
                                                             "not_heard",
                                                             "heard_other",
                                                             "receipt_lost",
                                                             "status_went_back",
                                                             "not_found",
                                                             "two_owners",
                                                             "epoch_went_back",
                                                             "created_went_back"};
  return names[static_cast<std::size_t>(kind)];
}

void findings::add(broken kind, std::string evidence, micros at) {
  auto& count = counts_[static_cast<std::size_t>(kind)];
  if (count++ < examples_max) examples_.push_back({kind, std::move(evidence), at});
}

std::size_t findings::total() const {
  return std::accumulate(counts_.begin(), counts_.end(), std::size_t{0});
}

} // namespace recado::chaos
