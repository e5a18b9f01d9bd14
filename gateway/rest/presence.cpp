/// Who is online.
#include "gateway/rest/api.hpp"
#include "gateway/rest/query.hpp"

#include <algorithm>

namespace recado::rest {
namespace {

constexpr std::size_t users_max = 100;

/// The named users, each once, in the order in which they are named.
std::vector<user_id> users_of(query& from) {
  std::vector<user_id> out;
  auto text = from.find("users");
  if (!text) {
    from.complaints.wrong("/users", "at least one user id was expected");
    return out;
  }
  std::string_view rest = *text;
  std::size_t named = 0;
  for (bool more = true; more && named <= users_max; ++named) {
    auto end = std::min(rest.find(','), rest.size());
    user_id user{std::string{rest.substr(0, end)}};
    if (!user_id::valid(user.value))
      from.complaints.wrong("/users", "user ids were expected, with a comma between them");
    else if (std::ranges::find(out, user) == out.end())
      out.push_back(std::move(user));
    more = end < rest.size();
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  if (named > users_max)
    from.complaints.wrong("/users", "at most " + std::to_string(users_max) + " users");
  return out;
}

} // namespace

void api::get_presence(const call_ptr& on) {
  auto from = query::of(*on);
  if (!from) return on->fail(from.error());
  auto users = users_of(*from);
  if (from->complaints.any()) return on->fail(from->complaints.as_problem());
  below_.presence->find(
    on->who.client, on->who.user, std::move(users),
    then<std::vector<presence_record>>(on, [on](const std::vector<presence_record>& got) {
      on->answer(200, shapes::page_body(got, {}, shapes::append_presence),
                 {{"Cache-Control", "no-store"}});
    }));
}

} // namespace recado::rest
