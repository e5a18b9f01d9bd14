#pragma once
/// Short ways to say what presence is about, and to show it.
#include "actors/presence/people.hpp"

#include <boost/test/unit_test.hpp>

namespace recado {

inline std::ostream& boost_test_print_type(std::ostream& out, presence_status value) {
  return out << to_string(value);
}

} // namespace recado

namespace recado::presence::test {

inline constexpr auto offline = presence_status::offline, away = presence_status::away,
                      online = presence_status::online;

inline const client_id tenant{uuid{{1}}};

inline person user(std::string name, client_id of = tenant) {
  return {of, user_id{std::move(name)}};
}
inline wall_time at(int seconds) {
  return from_micros(1'795'000'000'000'000) + std::chrono::seconds{seconds};
}
inline steady_time boot(int seconds) {
  return steady_time{std::chrono::seconds{1'000 + seconds}};
}
/// "ana:online bruno:away "
inline std::string text(const std::vector<stance>& all) {
  std::string out;
  for (const auto& each : all)
    out += each.who.user.value + ':' + std::string{to_string(each.now)} + ' ';
  return out;
}

} // namespace recado::presence::test
