#pragma once
/// INTERNAL to runtime/store: one pipelined round trip, and what its end means.
#include "runtime/store/pq.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace recado::store {

/// The statements a session has prepared: name → length of its SQL, which tells when a name is
/// used for two statements by mistake.
using prepared_names = std::map<std::string, std::size_t, std::less<>>;

class pipeline {
public:
  pipeline(PGconn* c, prepared_names& prepared, tx mode, deadline until)
    : c_(c),
      prepared_(prepared),
      mode_(mode),
      until_(until) {}

  outcome run(std::span<const statement> statements);
  /// The session cannot be used again.
  bool broken() const noexcept { return broken_; }

private:
  enum class step : std::uint8_t { prepare, execute, begin, commit };
  struct sent {
    step what;
    std::size_t index; // of the caller's statement
    const statement* said;
  };

  bool send_all(std::span<const statement> statements);
  bool send(const statement& said, std::size_t index, step what);
  bool send_prepare(const statement& said, std::size_t index);
  bool send_execute(const statement& said);
  bool known_to_session(const statement& said);

  wait_end receive_all();
  wait_end receive(const sent& entry);
  wait_end receive_sync();
  void accept(const sent& entry, pg_result result);
  void refuse(const sent* entry, const PGresult* result);

  outcome finish(wait_end end);
  outcome interrupted(wait_end end);
  void fail(error_kind kind, std::string message, std::size_t index = store_error::no_statement);

  PGconn* c_;
  prepared_names& prepared_;
  tx mode_;
  deadline until_;
  std::vector<sent> sent_;
  std::vector<rows> rows_;
  std::size_t statements_ = 0;
  store_error error_;              // the first definite one
  bool commit_on_its_way_ = false; // bytes that commit may have left
  bool committed_ = false;         // the server said so
  bool broken_ = false;
};

} // namespace recado::store
