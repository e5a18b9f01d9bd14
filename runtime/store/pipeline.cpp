#include "runtime/store/pipeline.hpp"

#include "runtime/fault/fault.hpp"

#include <fmt/format.h>
#include <utility>

namespace recado::store {
namespace {

const statement& begin_of(tx mode) {
  static const statement write{"recado_begin", "BEGIN", {}, expect::none};
  static const statement read{
    "recado_begin_read", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", {}, expect::none};
  return mode == tx::read ? read : write;
}

const statement& commit_statement() {
  static const statement commit{"recado_commit", "COMMIT", {}, expect::none};
  return commit;
}

/// The arrays libpq wants, pointing into the params.
struct pq_values {
  std::vector<Oid> types;
  std::vector<const char*> data;
  std::vector<int> lengths, formats;

  explicit pq_values(const params& values) : formats(values.size(), 1) {
    for (const auto& slot : values.slots()) {
      types.push_back(slot.oid);
      data.push_back(slot.length < 0 ? nullptr : values.bytes().data() + slot.offset);
      lengths.push_back(slot.length < 0 ? 0 : slot.length);
    }
  }
  int count() const { return static_cast<int>(types.size()); }
};

} // namespace

outcome pipeline::run(std::span<const statement> statements) {
  statements_ = statements.size();
  rows_.resize(statements_);
  sent_.reserve(2 * statements_ + 4);
  if (PQenterPipelineMode(c_) == 0) {
    fail(error_kind::connection, last_error(c_));
    broken_ = true;
    return tl::unexpected{error_};
  }
  if (!send_all(statements)) {
    broken_ = true;
    if (error_.kind != error_kind::none) return tl::unexpected{error_};
    // With the link up, libpq itself refused the statement, and will again.
    if (PQstatus(c_) == CONNECTION_OK) fail(error_kind::poison, last_error(c_), sent_.back().index);
    return interrupted(wait_end::lost);
  }
  auto end = flush(c_, until_);
  if (end == wait_end::ready) end = receive_all();
  return finish(end);
}

bool pipeline::send_all(std::span<const statement> statements) {
  if (mode_ != tx::single && !send(begin_of(mode_), 0, step::begin)) return false;
  for (std::size_t i = 0; i < statements.size(); ++i)
    if (!send(statements[i], i, step::execute)) return false;
  if (mode_ == tx::transaction && fault::armed("store.in_transaction")) {
    (void)flush(c_, until_); // so that the server is in the middle of it, too
    fault::point("store.in_transaction");
  }
  commit_on_its_way_ = true; // from here on the server may have all it needs to commit
  if (mode_ != tx::single && !send(commit_statement(), statements_, step::commit)) return false;
  return PQpipelineSync(c_) != 0;
}

bool pipeline::send(const statement& said, std::size_t index, step what) {
  if (!said.name.empty() && !known_to_session(said) && !send_prepare(said, index)) return false;
  if (error_.kind != error_kind::none) return false;
  sent_.push_back({what, index, &said});
  return send_execute(said);
}

bool pipeline::known_to_session(const statement& said) {
  auto [it, fresh] = prepared_.try_emplace(std::string{said.name}, said.sql.size());
  if (!fresh && it->second != said.sql.size())
    fail(error_kind::poison, fmt::format("two statements are called {}", said.name));
  return !fresh;
}

bool pipeline::send_prepare(const statement& said, std::size_t index) {
  sent_.push_back({step::prepare, index, &said});
  pq_values values{said.values};
  return PQsendPrepare(c_, std::string{said.name}.c_str(), std::string{said.sql}.c_str(),
                       values.count(), values.types.data()) != 0;
}

bool pipeline::send_execute(const statement& said) {
  pq_values v{said.values};
  if (said.name.empty())
    return PQsendQueryParams(c_, std::string{said.sql}.c_str(), v.count(), v.types.data(),
                             v.data.data(), v.lengths.data(), v.formats.data(), 1) != 0;
  return PQsendQueryPrepared(c_, std::string{said.name}.c_str(), v.count(), v.data.data(),
                             v.lengths.data(), v.formats.data(), 1) != 0;
}

wait_end pipeline::receive_all() {
  for (const auto& entry : sent_)
    if (auto end = receive(entry); end != wait_end::ready) return end;
  return receive_sync();
}

wait_end pipeline::receive(const sent& entry) {
  for (;;) { // one result, then an empty one
    pg_result result;
    if (auto end = next_result(c_, until_, result); end != wait_end::ready) return end;
    if (!result) return wait_end::ready;
    switch (PQresultStatus(result.get())) {
    case PGRES_COMMAND_OK:
    case PGRES_TUPLES_OK:
    case PGRES_EMPTY_QUERY:
      accept(entry, std::move(result));
      break;
    case PGRES_PIPELINE_ABORTED:
      if (entry.what == step::prepare) prepared_.erase(prepared_.find(entry.said->name));
      break;
    case PGRES_FATAL_ERROR:
      refuse(&entry, result.get());
      if (broken_) return wait_end::lost;
      break;
    default: // COPY: libpq would hand out this result for ever
      fail(error_kind::poison, "COPY is not possible here", entry.index);
      return wait_end::lost;
    }
  }
}

void pipeline::accept(const sent& entry, pg_result result) {
  if (entry.what == step::execute) {
    rows_[entry.index] = row_source::make(std::move(result), entry.said->expected);
  } else if (entry.what == step::commit) {
    // The COMMIT of a failed transaction succeeds as "ROLLBACK".
    committed_ = std::string_view{PQcmdStatus(result.get())} == "COMMIT";
    if (!committed_) fail(error_kind::transient, "rolled back instead of committed", entry.index);
  }
}

void pipeline::refuse(const sent* entry, const PGresult* result) {
  if (entry && entry->what == step::prepare) prepared_.erase(prepared_.find(entry->said->name));
  auto error = error_of(result);
  broken_ = broken_ || !error || is_fatal(result);
  // The server answers in order: an error before the commit's turn means that it never comes. In
  // its place a dying server may have committed already (it waits for a standby after the commit).
  bool decides = error && (!is_fatal(result) || (entry && entry->what != step::commit));
  if (!decides || error_.kind != error_kind::none || committed_) return;
  error_ = std::move(*error);
  error_.statement_index = entry ? entry->index : statements_;
}

wait_end pipeline::receive_sync() {
  for (bool empty = false;;) {
    pg_result result;
    if (auto end = next_result(c_, until_, result); end != wait_end::ready) return end;
    if (!result) { // one ends the results before; two in a row would come for ever
      if (std::exchange(empty, true) || PQstatus(c_) != CONNECTION_OK) return wait_end::lost;
      continue;
    }
    empty = false;
    if (PQresultStatus(result.get()) == PGRES_PIPELINE_SYNC) return wait_end::ready;
    refuse(nullptr, result.get()); // the implicit commit failed
    if (broken_) return wait_end::lost;
  }
}

outcome pipeline::finish(wait_end end) {
  if (end != wait_end::ready) {
    broken_ = true;
    return interrupted(end);
  }
  if (PQexitPipelineMode(c_) == 0) broken_ = true;
  if (error_.kind == error_kind::none) return std::move(rows_);
  // Another session changed a table under a plan, or dropped our statements: a new session helps.
  if (error_.sqlstate == "0A000" || error_.sqlstate == "26000") broken_ = true;
  return tl::unexpected{std::move(error_)};
}

outcome pipeline::interrupted(wait_end end) {
  if (error_.kind != error_kind::none) return tl::unexpected{std::move(error_)};
  if (committed_) return std::move(rows_);
  auto why =
    end == wait_end::late ? std::string{"no answer within the time given"} : last_error(c_);
  if (commit_on_its_way_ && mode_ != tx::read)
    fail(error_kind::unknown_outcome, std::move(why));
  else
    fail(end == wait_end::late ? error_kind::timeout : error_kind::connection, std::move(why));
  return tl::unexpected{std::move(error_)};
}

void pipeline::fail(error_kind kind, std::string message, std::size_t index) {
  if (error_.kind != error_kind::none) return;
  error_ = {kind, {}, std::move(message), {}, {}, index};
}

} // namespace recado::store
