#pragma once
/// The bytes of requests, and what the answers to bulks say.
#include "chaos/load/options.hpp"
#include "chaos/load/stage.hpp"

#include <functional>

namespace recado::load {

class requests {
public:
  requests(const options& how, const stage& on);

  /// Of so many messages: one, or a bulk. Numbers are the first thing in their texts.
  std::string text_of(std::uint64_t first, std::uint64_t count) const;
  /// Where the message with this number goes; not for implicit conversations. Each one in turn, but
  /// neighbours in the database are not neighbours in time.
  const stage::room& room_of(std::uint64_t number) const {
    constexpr std::uint64_t stride = 7'368'787; // a prime
    return on_.rooms[number * stride % on_.rooms.size()];
  }
  /// The number in a frame; nothing if it is none of ours.
  static std::optional<std::uint64_t> number_in(std::string_view frame);

private:
  std::string message(std::uint64_t number) const;

  const options& how_;
  const stage& on_;
  std::string filler_;
};

/// Calls back with the place of each message of a bulk and the status that its 207 gives it.
void each_result(std::string_view bulk_answer,
                 const std::function<void(std::uint64_t place, int status)>& told);

} // namespace recado::load
