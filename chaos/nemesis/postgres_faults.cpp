/// Faults of PostgreSQL and its disk.
#include "chaos/nemesis/nemesis.hpp"

#include <fmt/format.h>

namespace recado::chaos {

using namespace std::chrono_literals;

namespace {

constexpr auto slow = 100ms;
constexpr auto very_slow = 500ms;

/// Every commit of the moment waits for its fsync when the blow comes.
void let_commits_gather(database_server& db) {
  db.slow_down(very_slow);
  rest(very_slow / 2);
}

void kill(database_server& db, const planned_fault& what, chronicle& book) {
  book.begin(what.what, "postgres");
  if (what.what == fault::postgres_kill_committing) let_commits_gather(db);
  db.kill();
  if (what.what == fault::postgres_kill_committing) db.slow_down(0ms);
  rest(what.lasts);
  db.start();
  book.end();
}

} // namespace

void strike_postgres(world& on, const planned_fault& what, chronicle& book) {
  auto& db = on.postgres();
  auto for_a_while = [&](auto begin, auto end) {
    book.begin(what.what, "postgres", fmt::format("{} ms", what.lasts.count()));
    begin();
    rest(what.lasts);
    end();
    book.end();
  };
  switch (what.what) {
  case fault::postgres_pause:
    return for_a_while([&] { db.pause(); }, [&] { db.resume(); });
  case fault::slow_disk:
    return for_a_while([&] { db.slow_down(slow); }, [&] { db.slow_down(0ms); });
  case fault::full_disk:
    return for_a_while([&] { db.fill_disk(); }, [&] { db.free_disk(); });
  default:
    return kill(db, what, book);
  }
}

} // namespace recado::chaos
