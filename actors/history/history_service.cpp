#include "actors/history/conversation_queries.hpp"
#include "actors/history/history.hpp"
#include "actors/history/message_queries.hpp"
#include "actors/history/message_rows.hpp"
#include "actors/history/range_queries.hpp"
#include "actors/history/search_queries.hpp"
#include "actors/history/sighting.hpp"
#include "actors/history/status_queries.hpp"
#include "actors/history/trace_queries.hpp"
#include "actors/history/trail_queries.hpp"
#include "actors/query/query.hpp"

#include <algorithm>

namespace recado {
namespace {

using query::answers;

/// What a message says of itself, and who has to be a member for it to be shown.
template <class T>
struct shown {
  T value;
  std::optional<conversation_id> if_member_of;
};

class pg_history final : public history_service {
public:
  pg_history(store::pool& db, history_config config) : db_(db), config_(config) {}

  void conversation(const client_id& client, const conversation_id& id, const user_id& viewer,
                    on_result<conversation_record> done) override;
  void conversations(const client_id& client, const user_id& member,
                     std::optional<conversation_type> type, std::string after, std::size_t limit,
                     on_result<page<conversation_record>> done) override;
  void messages(const client_id& client, const conversation_id& id, const user_id& viewer,
                range which, on_result<page<message_record>> done) override;
  void message(const client_id& client, const message_id& id, const user_id& viewer,
               on_result<message_record> done) override;
  void message_history(const client_id& client, const message_id& id, const user_id& viewer,
                       std::string after, std::size_t limit,
                       on_result<page<history_record>> done) override;
  void trace(const client_id& client, const message_id& id, const user_id& viewer,
             on_result<trace_record> done) override;
  void search(const client_id& client, const user_id& viewer, message_filter filter,
              std::string after, std::size_t limit, on_result<page<message_record>> done) override;
  void memberships(const client_id& client, const user_id& user,
                   on_result<std::vector<membership>> done) override;
  void places_of(const client_id& client, std::vector<user_id> users,
                 on_result<std::vector<shared_place>> done) override;
  void receipts_since(const client_id& client, const conversation_id& id, std::int64_t rev,
                      on_result<std::vector<receipt_position>> done) override;
  void statuses(const client_id& client, const conversation_id& id, revisions which,
                on_result<std::vector<status_record>> done) override;

private:
  store::deadline until() const { return query::within(config_.query_ms_max); }
  template <class T, class Decode>
  void ask(query::question asked, on_result<T> done, Decode decode) {
    query::ask(db_, std::move(asked), until(), std::move(done), std::move(decode));
  }
  template <class T, class Show>
  void show(query::question where, const client_id& client, const message_id& id,
            const user_id& viewer, on_result<T> done, Show value);
  std::size_t page_limit(std::size_t asked) const {
    return std::clamp<std::size_t>(asked, 1, config_.page_max);
  }

  store::pool& db_;
  history_config config_;
};

/// Items up to the limit; one row more than that tells that the list goes on after the last item.
template <class T, class Codec, class Next>
page<T> page_of(const store::rows& rows, std::size_t limit, Codec codec, Next next) {
  page<T> out;
  auto count = std::min(rows.size(), limit);
  out.items.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    out.items.push_back(codec(rows, i));
  if (rows.size() > limit) out.next = next(out.items.back());
  return out;
}

template <class T, class Codec>
std::vector<T> all_of(const store::rows& rows, Codec codec) {
  std::vector<T> out;
  out.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    out.push_back(codec(rows, i));
  return out;
}

// --- conversations -------------------------------------------------------------------------------

void pg_history::conversation(const client_id& client, const conversation_id& id,
                              const user_id& viewer, on_result<conversation_record> done) {
  ask({"conversation", {history::conversation_by_id(client, id, viewer)}}, std::move(done),
      [](const answers& got) -> result<conversation_record> {
        if (got[0].empty()) return fail(ec::conversation_not_found);
        return history::conversation_of(got[0], 0);
      });
}

void pg_history::conversations(const client_id& client, const user_id& member,
                               std::optional<conversation_type> type, std::string after,
                               std::size_t limit, on_result<page<conversation_record>> done) {
  auto from = history::conversation_position_of(after);
  if (!from) return done(failure{from.error()});
  limit = page_limit(limit);
  ask({"conversations", {history::conversations_of(client, member, type, *from, limit + 1)}},
      std::move(done), [limit](const answers& got) -> result<page<conversation_record>> {
        return page_of<conversation_record>(
          got[0], limit, history::conversation_of, [](const conversation_record& last) {
            return encode(history::conversation_position{last.created_at, last.id.value});
          });
      });
}

void pg_history::memberships(const client_id& client, const user_id& user,
                             on_result<std::vector<membership>> done) {
  ask({"memberships", {history::memberships_of(client, user, config_.memberships_max)}},
      std::move(done), [](const answers& got) -> result<std::vector<membership>> {
        return all_of<membership>(got[0], history::membership_of);
      });
}

void pg_history::places_of(const client_id& client, std::vector<user_id> users,
                           on_result<std::vector<shared_place>> done) {
  ask({"places", {history::places_of(client, users, config_.memberships_max)}}, std::move(done),
      [](const answers& got) -> result<std::vector<shared_place>> {
        return all_of<shared_place>(got[0], history::place_of);
      });
}

void pg_history::receipts_since(const client_id& client, const conversation_id& id,
                                std::int64_t rev, on_result<std::vector<receipt_position>> done) {
  ask({"receipts", {history::receipts_above(client, id, rev)}}, std::move(done),
      [](const answers& got) -> result<std::vector<receipt_position>> {
        if (got[0].empty()) return fail(ec::conversation_not_found);
        if (got[0].is_null(0, 0)) return std::vector<receipt_position>{};
        return all_of<receipt_position>(got[0], history::receipt_position_of);
      });
}

void pg_history::statuses(const client_id& client, const conversation_id& id, revisions which,
                          on_result<std::vector<status_record>> done) {
  ask({"statuses", {history::statuses_in(client, id, which)}}, std::move(done),
      [](const answers& got) -> result<std::vector<status_record>> {
        return all_of<status_record>(got[0], history::status_of);
      });
}

// --- messages ------------------------------------------------------------------------------------

void pg_history::messages(const client_id& client, const conversation_id& id, const user_id& viewer,
                          range which, on_result<page<message_record>> done) {
  which.limit = page_limit(which.limit);
  ask({"messages", {history::messages_in(client, id, viewer, which)}}, std::move(done),
      [which](const answers& got) -> result<page<message_record>> {
        if (got[0].empty()) return fail(ec::conversation_not_found);
        return history::range_page_of(got[0], which);
      });
}

void pg_history::search(const client_id& client, const user_id& viewer, message_filter filter,
                        std::string after, std::size_t limit,
                        on_result<page<message_record>> done) {
  auto from = history::message_position_of(after);
  if (!from) return done(failure{from.error()});
  limit = page_limit(limit);
  ask({"search", {history::found_messages(client, viewer, filter, *from, limit + 1)}},
      std::move(done), [limit](const answers& got) -> result<page<message_record>> {
        return page_of<message_record>(
          got[0], limit,
          [](const store::rows& rows, std::size_t i) { return history::message_of(rows, i); },
          [](const message_record& last) { return encode(history::position_of(last)); });
      });
}

/// `value(sighting, details)` of the message, or message_not_found. Only a message in the inbox
/// that the viewer did not write takes a second question.
template <class T, class Show>
void pg_history::show(query::question where, const client_id& client, const message_id& id,
                      const user_id& viewer, on_result<T> done, Show value) {
  auto deadline = until();
  auto then = [&db = db_, deadline, client, viewer, done = std::move(done)](result<shown<T>> got) {
    if (!got) return done(failure{std::move(got.error())});
    if (!got->if_member_of) return done(std::move(got->value));
    query::ask(db, {"is member", {history::is_member(client, *got->if_member_of, viewer)}},
               deadline, done, [value = std::move(got->value)](const answers& member) -> result<T> {
                 if (member[0].empty()) return fail(ec::message_not_found);
                 return value;
               });
  };
  query::ask(db_, std::move(where), deadline, on_result<shown<T>>{std::move(then)},
             [id, viewer, value](const answers& got) -> result<shown<T>> {
               auto seen = history::sighting_in(got, id, viewer);
               if (!seen) return failure{std::move(seen.error())};
               auto condition = seen->if_member_of;
               return shown<T>{value(std::move(*seen), history::details_in(got)), condition};
             });
}

void pg_history::message(const client_id& client, const message_id& id, const user_id& viewer,
                         on_result<message_record> done) {
  auto details = history::deliveries_of(client, id, reply_recipients);
  show<message_record>(history::where_is("message", client, id, viewer, std::move(details)), client,
                       id, viewer, std::move(done),
                       [](history::sighting seen, const store::rows& rows) {
                         auto& out = seen.message;
                         for (std::size_t i = 0; seen.sequenced && i < rows.size(); ++i)
                           out.deliveries.push_back(history::delivery_of(out.view.id, rows, i));
                         return std::move(out);
                       });
}

void pg_history::trace(const client_id& client, const message_id& id, const user_id& viewer,
                       on_result<trace_record> done) {
  show<trace_record>(
    history::where_is("message trace", client, id, viewer, history::trace_of(client, id)), client,
    id, viewer, std::move(done), [](const history::sighting& seen, const store::rows& rows) {
      return history::trace_in(seen, rows);
    });
}

void pg_history::message_history(const client_id& client, const message_id& id,
                                 const user_id& viewer, std::string after, std::size_t limit,
                                 on_result<page<history_record>> done) {
  auto from = history::trail_position_of(after);
  if (!from) return done(failure{from.error()});
  limit = page_limit(limit);
  auto details = history::trail_of(client, id, *from, limit + 1);
  show<page<history_record>>(
    history::where_is("message history", client, id, viewer, std::move(details)), client, id,
    viewer, std::move(done),
    [limit, first = after.empty()](const history::sighting& seen, const store::rows& rows) {
      if (seen.sequenced)
        return page_of<history_record>(rows, limit, history::line_of,
                                       [](const history_record& last) { return last.place; });
      page<history_record> only;
      if (first) only.items.push_back(history::only_line_of(seen.message, seen.at));
      return only;
    });
}

} // namespace

std::string history_config::validate() const {
  if (query_ms_max.count() <= 0) return "history.query_ms_max must be positive";
  if (page_max == 0) return "history.page_max must be positive";
  if (memberships_max == 0) return "history.memberships_max must be positive";
  return {};
}

std::shared_ptr<history_service> make_history(store::pool& db, history_config config) {
  return std::make_shared<pg_history>(db, config);
}

} // namespace recado
