#include "actors/presence/presence_board.hpp"

#include "actors/presence/wire.hpp"
#include "runtime/observe/log.hpp"

#include <algorithm>

namespace recado::presence {
namespace {

constexpr std::size_t page_people = 2'000; ///< of 27 to 154 bytes each: below NATS's 1 MB
constexpr std::size_t kept_at_once = 1'000;

std::optional<wall_time> known_time(const stance& of) {
  return of.at == wall_time::min() ? std::nullopt : std::optional{of.at};
}

/// What PostgreSQL knows comes to what memory knows. Whoever is not in the answer is not known.
void complete(std::vector<presence_record>& all, const std::vector<known_user>& found,
              bool for_viewer) {
  for (auto& each : all) {
    auto known = std::ranges::find(found, each.user, &known_user::user);
    if (known != found.end())
      each.last_seen = std::max(each.last_seen, known->last_seen);
    else if (for_viewer || each.now == presence_status::offline)
      each = {each.user, presence_status::offline, std::nullopt};
  }
}

} // namespace

presence_board::presence_board(gateway_key self, board_ports ports, everybody_config config)
  : ports_(std::move(ports)),
    all_(std::move(self), config) {}

void presence_board::listen(std::function<void(const presence_change&)> changed) {
  lock held{mutex_};
  changed_ = std::move(changed);
}

void presence_board::set(const uuid& connection, const client_id& client, const user_id& user,
                         presence_status now) {
  lock held{mutex_};
  all_.set(connection, {client, user}, now, ports_.now());
  act(std::move(held));
}

void presence_board::end(const uuid& connection) {
  lock held{mutex_};
  all_.end(connection, ports_.now());
  act(std::move(held));
}

/// Tells under the lock, so that nothing overtakes; asks without it, for the answer may come at
/// once.
void presence_board::act(lock held) {
  auto done = all_.take_results();
  for (const auto& each : done.changes)
    if (changed_) changed_({each.who.client, {each.who.user, each.now, known_time(each)}});
  for (auto& each : done.deltas)
    ports_.tell(encode(news{std::move(each)}));
  if (done.sum) ports_.tell(encode(news{*done.sum}));
  held.unlock();
  for (const auto& [whom, what] : done.asking)
    ask(whom, what);
}

void presence_board::ask(const gateway_key& whom, const page_request& what) {
  ports_.ask(whom, encode(what), [weak = weak_from_this(), whom](std::optional<std::string> got) {
    auto self = weak.lock();
    if (!self) return;
    std::optional<page_of_people> page;
    if (auto read = got ? decode_page(*got) : fail(ec::owner_unavailable)) page = std::move(*read);
    lock held{self->mutex_};
    self->all_.hear_page(whom, page, self->ports_.now());
    self->act(std::move(held));
  });
}

// --- other gateways

void presence_board::hear(std::string_view bytes) {
  auto told = decode_news(bytes);
  if (!told) return observe::log_warn("presence-unreadable", "{}", told.error().detail);
  lock held{mutex_};
  if (const auto* gone = std::get_if<farewell>(&*told))
    all_.hear(*gone, ports_.now());
  else if (const auto* change = std::get_if<delta>(&*told))
    all_.hear(*change, ports_.now(), ports_.steady());
  else
    all_.hear(std::get<digest>(*told), ports_.now(), ports_.steady());
  act(std::move(held));
}

std::string presence_board::answer(std::string_view bytes) const {
  auto asked = decode_page_request(bytes);
  if (!asked) return {};
  lock held{mutex_};
  return encode(all_.page(*asked, page_people));
}

void presence_board::on_link() {
  lock held{mutex_};
  all_.on_link(ports_.steady());
  act(std::move(held));
}

void presence_board::on_gone(const gateway_key& who) {
  lock held{mutex_};
  all_.gone(who, ports_.now());
  act(std::move(held));
}

void presence_board::tick() {
  lock held{mutex_};
  all_.tick(ports_.now(), ports_.steady(), ports_.linked());
  seen_list seen;
  if (!keeping_) seen = all_.take_seen(kept_at_once);
  keeping_ = keeping_ || !seen.empty();
  act(std::move(held));
  if (!seen.empty()) keep(std::move(seen));
}

void presence_board::keep(seen_list seen) {
  auto shared = std::make_shared<seen_list>(std::move(seen));
  ports_.keep(*shared, [weak = weak_from_this(), shared](bool ok) {
    auto self = weak.lock();
    if (!self) return;
    lock held{self->mutex_};
    self->keeping_ = false;
    if (!ok) self->all_.put_back(std::move(*shared));
  });
}

void presence_board::leave() {
  lock held{mutex_};
  ports_.tell(encode(news{all_.leave(ports_.now())}));
  auto seen = all_.take_seen(std::numeric_limits<std::size_t>::max());
  changed_ = nullptr;
  held.unlock();
  for (std::size_t from = 0; from < seen.size(); from += kept_at_once) {
    auto begin = seen.begin() + static_cast<std::ptrdiff_t>(from);
    auto end =
      seen.begin() + static_cast<std::ptrdiff_t>(std::min(from + kept_at_once, seen.size()));
    ports_.keep({begin, end}, [](bool) {});
  }
}

// --- reading

std::vector<presence_record> presence_board::records(const client_id& client,
                                                     const std::vector<user_id>& users) const {
  auto now = ports_.now();
  std::vector<presence_record> out;
  lock held{mutex_};
  for (const auto& user : users) {
    auto known = all_.of({client, user});
    bool here = known.now == presence_status::online;
    out.push_back({user, known.now, here ? std::optional{now} : known_time(known)});
  }
  return out;
}

/// PostgreSQL is asked only for those whom memory does not show, and for whom a viewer may see.
void presence_board::find(const client_id& client, const user_id& viewer,
                          std::vector<user_id> users,
                          std::function<void(result<std::vector<presence_record>>)> done) {
  auto all = records(client, users);
  if (viewer.empty()) {
    users.clear();
    for (const auto& each : all)
      if (each.now == presence_status::offline) users.push_back(each.user);
    if (users.empty()) return done(std::move(all));
  }
  ports_.look_up(client, viewer, users,
                 [all = std::move(all), for_viewer = !viewer.empty(),
                  done = std::move(done)](result<std::vector<known_user>> found) mutable {
                   if (!found) return done(failure{std::move(found.error())});
                   complete(all, *found, for_viewer);
                   done(std::move(all));
                 });
}

} // namespace recado::presence
