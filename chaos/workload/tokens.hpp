#pragma once
/// The bearer tokens of a run; renewed at half their life, or as soon as one was refused.
#include "chaos/log/records.hpp"

#include <deque>

namespace recado::chaos {

struct bearer {
  std::string user{}; ///< empty: the client's own
  std::string value{};
  micros renew_at = 0;
};

/// A deque: references stay good while people are added.
using token_list = std::deque<bearer>;

} // namespace recado::chaos
