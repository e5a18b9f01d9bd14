#include "chaos/check/verdict.hpp"

#include "chaos/check/rules.hpp"

#include <nlohmann/json.hpp>

namespace recado::chaos {
namespace {

using nlohmann::json;

double ms(micros us) {
  return static_cast<double>(us) / 1'000;
}
double s(micros us) {
  return static_cast<double>(us) / 1'000'000;
}

json tree(const spread& of) {
  json out{{"count", of.count}};
  if (of.count > 0)
    out.update({{"min", ms(of.min)},
                {"median", ms(of.median)},
                {"p95", ms(of.p95)},
                {"p99", ms(of.p99)},
                {"max", ms(of.max)}});
  return out;
}

json tree(const fault_figures& of) {
  return {{"fault", of.fault},
          {"target", of.target},
          {"detail", of.detail},
          {"begin_s", s(of.begin)},
          {"end_s", s(of.end)},
          {"gap_ms", tree(of.gaps)},
          {"gap_of_target_ms", tree(of.owned)},
          {"never", of.never},
          {"handoff_ms", tree(of.handoffs)}};
}

json tree(const figures& of) {
  json faults = json::array(), p95 = json::array();
  for (const auto& one : of.faults)
    faults.push_back(tree(one));
  for (auto one : of.p95_per_second)
    p95.push_back(ms(one));
  auto length = s(of.ended - of.began);
  return {
    {"began_s", s(of.began)},
    {"seconds", length},
    {"accepted_per_second", length > 0 ? static_cast<double>(of.accepted) / length : 0},
    {"post_ms", {{"during_faults", tree(of.post_inside)}, {"otherwise", tree(of.post_outside)}}},
    {"handoff_ms", tree(of.handoffs)},
    {"faults", faults},
    {"accepted_per_100ms", of.accepted_per_100ms},
    {"p95_ms_per_second", p95}};
}

/// Violations by what they mean to somebody who relies on the promise.
json counts(const verdict& of) {
  const auto& f = of.found;
  using enum broken;
  return {{"sent", of.took.sent},
          {"tries", of.took.tries},
          {"accepted", of.took.accepted},
          {"stored_first", of.took.stored},
          {"replayed", of.took.replayed},
          {"heard", of.took.heard},
          {"unknown", of.took.unknown},
          {"lost", f.count(lost) + f.count(failed_after_accept) + f.count(never_numbered) +
                     f.count(receipt_lost) + f.count(seq_missing) + f.count(not_heard)},
          {"duplicated",
           f.count(stored_twice) + f.count(seq_twice) + f.count(new_twice) + f.count(heard_twice)},
          {"out_of_order", f.count(out_of_order) + f.count(hole_in_stream) +
                             f.count(session_order) + f.count(epoch_went_back) +
                             f.count(created_went_back) + f.count(status_went_back)},
          {"refused", f.count(refused) + f.count(never_accepted)}};
}

json violations(const findings& found) {
  json kinds = json::object(), examples = json::array();
  for (std::size_t i = 0; i < broken_kinds; ++i)
    if (auto kind = static_cast<broken>(i); found.count(kind) > 0)
      kinds[std::string{to_string(kind)}] = found.count(kind);
  for (const auto& one : found.examples())
    examples.push_back({{"kind", to_string(one.kind)},
                        {"evidence", one.evidence},
                        {"at_s", one.at < 0 ? json{} : json(s(one.at))}});
  return {{"total", found.total()}, {"by_kind", kinds}, {"examples", examples}};
}

json records(const read_report& read) {
  json examples = json::array();
  for (const auto& one : read.examples)
    examples.push_back({{"file", one.file}, {"line", one.number}, {"why", one.why}});
  return {{"lines", read.lines}, {"broken", read.broken}, {"examples", examples}};
}

} // namespace

verdict judge(const history& seen, const database* held) {
  verdict out;
  out.drained = seen.marked("drained");
  out.with_database = held != nullptr;
  auto where = placement_of(seen, held);
  if (held) {
    check_kept(seen, *held, out.found);
    check_numbering(*held, out.found);
    check_owners(*held, out.found);
  }
  check_answers(seen, out.found);
  check_real_time_order(seen, where, out.found);
  check_session_order(seen, where, out.found);
  check_streams(seen, where, held, out.found);
  check_receipts(seen, held, out.found);
  check_statuses(seen, out.found);
  out.took = figures_of(seen, held);
  return out;
}

json to_json(const verdict& what, const history& seen) {
  return {{"ok", what.ok()},
          {"run",
           {{"client", seen.run.client.str()},
            {"seed", seen.run.seed},
            {"nodes", seen.run.nodes},
            {"conversations", seen.rooms.size()},
            {"drained", what.drained},
            {"database", what.with_database}}},
          {"counts", counts(what)},
          {"violations", violations(what.found)},
          {"figures", tree(what.took)},
          {"records", records(seen.read)}};
}

} // namespace recado::chaos
