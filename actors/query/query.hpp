#pragma once
/// One question to PostgreSQL and its one answer, as a value of the domain or a problem.
#include "actors/service/services.hpp"
#include "runtime/store/pool.hpp"

#include <utility>

namespace recado::query {

/// What the rows of a question's statements look like when they arrive.
using answers = std::vector<store::rows>;

struct question {
  std::string_view what; ///< for logs; static storage
  std::vector<store::statement> statements;
  store::tx mode = store::tx::single;
  bool writes = false;         ///< a lost connection leaves the outcome of a write unknown
  ec on_unique = ec::internal; ///< what a violated unique index (23505) means here
};

/// The catalogue's error for an error of the store. Bugs are logged.
problem problem_of(const question& asked, const store::store_error& error);
/// A row codec threw: a bug. Logged.
problem undecodable(std::string_view what, const char* why);

/// `decode(answers) -> result<T>`; what it throws becomes ec::internal.
template <class T, class Decode>
result<T> answer(const question& asked, const store::outcome& got, const Decode& decode) {
  if (!got) return failure{problem_of(asked, got.error())};
  try {
    return decode(*got);
  } catch (const std::exception& e) {
    return failure{undecodable(asked.what, e.what())};
  }
}

inline store::deadline within(store::milliseconds timeout) {
  return std::chrono::steady_clock::now() + timeout;
}

/// Asks; `done` is called exactly once, on a thread of the pool or, refused, on the caller's.
template <class T, class Decode>
void ask(store::pool& db, question asked, store::deadline until, on_result<T> done, Decode decode) {
  auto statements = std::move(asked.statements);
  auto mode = asked.mode;
  db.run(
    std::move(statements), mode,
    [asked = std::move(asked), done = std::move(done), decode = std::move(decode)](
      const store::outcome& got) { done(answer<T>(asked, got, decode)); },
    until);
}

} // namespace recado::query
