#include "cluster/ownership/stream_rows.hpp"

namespace recado::cluster {

namespace {

failure unavailable(const store::store_error& why) {
  return fail(ec::store_unavailable, store::describe(why));
}

store::statement load_one(const std::string& base) {
  return {"stream_load", "select generation, coalesce(created, '') from stream where base = $1",
          store::params{}.add_text(base)};
}

store::statement insert_first(const std::string& base, const registered_stream& next) {
  return {"stream_insert",
          "insert into stream (base, generation, created) values ($1, $2, $3) "
          "on conflict (base) do nothing",
          store::params{}.add_text(base).add_int4(next.generation).add_text(next.created),
          store::expect::none};
}

store::statement update_seen(const std::string& base, const registered_stream& seen,
                             const registered_stream& next) {
  return {"stream_update",
          "update stream set generation = $2, created = $3 "
          "where base = $1 and generation = $4 and coalesce(created, '') = $5",
          store::params{}
            .add_text(base)
            .add_int4(next.generation)
            .add_text(next.created)
            .add_int4(seen.generation)
            .add_text(seen.created),
          store::expect::none};
}

} // namespace

result<registered_stream> stream_rows::load(const std::string& base) {
  std::lock_guard lock{mutex_};
  auto rows = db_.run_one(load_one(base), store::tx::read);
  if (!rows) return unavailable(rows.error());
  if (rows->empty()) return registered_stream{};
  return registered_stream{static_cast<stream_generation>(rows->get_int(0, 0)),
                           std::string{rows->get_text(0, 1)}};
}

result<bool> stream_rows::compare_and_set(const std::string& base, const registered_stream& seen,
                                          const registered_stream& next) {
  std::lock_guard lock{mutex_};
  auto rows =
    db_.run_one(seen.generation == 0 ? insert_first(base, next) : update_seen(base, seen, next));
  if (!rows) return unavailable(rows.error());
  return rows->affected() == 1;
}

} // namespace recado::cluster
