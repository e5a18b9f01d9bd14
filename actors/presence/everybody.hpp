#pragma once
/// Everybody who is online anywhere: the people of this gateway and of the others, merged. Pure;
/// what came of a call is taken with results().
#include "actors/presence/other_people.hpp"
#include "actors/presence/own_people.hpp"

namespace recado::presence {

struct everybody_config {
  other_people::limits others{};
  std::size_t gateways_max = 1024;
  std::size_t unkept_max = 100'000; ///< of last_seen; those above are not kept
  std::chrono::seconds digest_interval{10};
  std::chrono::seconds silence{30};    ///< then a gateway's people are gone
  std::chrono::seconds remembered{60}; ///< who is gone, until it is certainly kept
};

class everybody {
public:
  everybody(gateway_key self, everybody_config config) : config_(config), own_(std::move(self)) {}

  // this gateway's connections
  void set(const uuid& connection, const person& who, presence_status now, wall_time at);
  void end(const uuid& connection, wall_time at);
  /// This gateway ends. Its people were seen until now.
  farewell leave(wall_time at);
  // other gateways
  void hear(const delta& what, wall_time now, steady_time heard);
  void hear(const digest& what, wall_time now, steady_time heard);
  void hear(const farewell& what, wall_time now) { gone(what.from, now); }
  void hear_page(const gateway_key& from, const std::optional<page_of_people>& got, wall_time now);
  /// Nobody answers for this process any more.
  void gone(const gateway_key& who, wall_time now);
  /// Our own link came back: what was said meanwhile was not heard.
  void on_link(steady_time now);
  /// Every second or so. `linked`: others could be heard.
  void tick(wall_time now, steady_time at, bool linked);

  page_of_people page(const page_request& asked, std::size_t limit) const {
    return own_.page(asked, limit);
  }
  /// Offline since then; since the beginning of time: not known here.
  stance of(const person& who) const;

  struct results {
    std::vector<stance> changes;                              ///< of people as a whole
    std::vector<delta> deltas;                                ///< to be told to all gateways
    std::optional<digest> sum;                                ///< likewise
    std::vector<std::pair<gateway_key, page_request>> asking; ///< answered with hear_page
  };
  results take_results();
  /// Who was last seen when, and is to be kept; at most this many.
  std::vector<std::pair<person, wall_time>> take_seen(std::size_t limit);
  /// It could not be kept.
  void put_back(std::vector<std::pair<person, wall_time>> seen);

  std::size_t gateways() const noexcept { return others_.size(); }
  /// Words about people: of this gateway's, and of the others'.
  std::size_t own_size() const noexcept { return own_.size(); }
  std::size_t others_size() const;

private:
  struct neighbour {
    other_people people;
    steady_time heard{};
  };
  neighbour* known(const gateway_key& from, wall_time now, steady_time heard);
  void answer_own(const std::optional<stance>& change);
  /// Co-members are told if it makes a difference for the person as a whole.
  void tell(const person& who);
  void ask(const gateway_key& whom, other_people& people);
  void see(const person& who, wall_time at);
  bool keeps_for_the_dead() const;

  everybody_config config_;
  own_people own_;
  std::map<gateway_key, neighbour> others_;
  std::map<person, presence_status> shown_; ///< what co-members were told; nobody who is offline
  std::map<person, wall_time> gone_;        ///< of our own, a moment ago
  std::map<person, wall_time> unkept_;
  results results_;
  std::optional<steady_time> digest_at_; ///< of the last one
};

} // namespace recado::presence
