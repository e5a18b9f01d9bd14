#include "actors/conversation/attempts.hpp"

#include <algorithm>

namespace recado {
namespace {

constexpr std::string_view unseen = "the end of the try is unknown: it may have been taken";

status status_of(attempt_end end) {
  switch (end) {
  case attempt_end::sent:
    return status::sent;
  case attempt_end::retrying:
    return status::retrying;
  case attempt_end::failed:
    return status::failed;
  case attempt_end::dead:
    return status::dead;
  }
  return status::failed;
}

} // namespace

void attempts::move(status to, std::string code, std::string detail) {
  if (!final(to)) of_.reached = to;
  of_.now = to;
  of_.updated_at = now_;
  of_.provider_code = code;
  of_.detail = detail;
  changed_ = true;
  history_.push_back(
    {of_.id, of_.message, ++of_.lines, now_, to, of_.attempts, std::move(code), std::move(detail)});
}

void attempts::accept(std::string_view code, std::string detail) {
  of_.created_at = of_.due = now_;
  move(code.empty() ? status::queued : status::failed, std::string{code}, std::move(detail));
}

/// The try under way was begun by an owner that is none any more. False: no other may follow.
bool attempts::lapse() {
  bool again = !of_.at_most_once;
  of_.due = now_;
  move(again ? status::retrying : status::failed, std::string{delivery_code::unknown},
       std::string{unseen});
  return again;
}

bool attempts::begin(const begin_attempt& wanted) {
  if (!of_.open()) return false;
  if (of_.now == status::sending) {
    if (of_.owned == wanted.owned) return of_.attempts == wanted.attempt; // decided twice
    if (!lapse()) return false;
  }
  if (wanted.attempt != of_.attempts + 1) return false;
  if (of_.cancel_asked) {
    move(status::canceled, std::string{delivery_code::canceled}, {});
    return false;
  }
  if (of_.expires_at && *of_.expires_at <= now_) {
    move(status::expired, std::string{delivery_code::expired}, {});
    return false;
  }
  if (++of_.attempts == 1) of_.first_try_at = now_;
  of_.owned = wanted.owned;
  move(status::sending, {}, {});
  return true;
}

bool attempts::expire() {
  // Clocks of a node differ by little: who waits for an instant may come just before it.
  constexpr auto early = std::chrono::seconds{1};
  if (!of_.open() || of_.now == status::sending) return false;
  if (!of_.expires_at || *of_.expires_at > now_ + early) return false;
  move(status::expired, std::string{delivery_code::expired}, {});
  return true;
}

/// The same end once more, after an unknown outcome of its commit.
bool attempts::repeats(const settle_attempt& end) const {
  return of_.owned == end.owned && of_.attempts == end.attempt && of_.now == status_of(end.end) &&
         (end.end != attempt_end::retrying || of_.due == end.next_at);
}

bool attempts::settle(const settle_attempt& end) {
  if (of_.now != status::sending || of_.attempts != end.attempt) return repeats(end);
  bool own = of_.owned == end.owned;
  if (!own && !end.unknown) return false;
  if (!end.provider_id.empty()) of_.provider_id = end.provider_id;
  auto code = end.provider_code, detail = end.detail;
  if (end.unknown) {
    if (!code.empty()) detail = code + ' ' + detail;
    code = delivery_code::unknown; // by this the repetitions can be counted
    if (detail.empty()) detail = unseen;
  }
  auto to = end.unknown && of_.at_most_once ? status::failed : status_of(end.end);
  if (to == status::retrying) of_.due = std::max(end.next_at, now_);
  move(to, std::move(code), std::move(detail));
  if (of_.cancel_asked && of_.open())
    move(status::canceled, std::string{delivery_code::canceled}, {});
  return true;
}

bool attempts::cancel() {
  if (of_.now == status::canceled) return true;
  if (!of_.open()) return false;
  if (of_.now != status::sending) {
    move(status::canceled, std::string{delivery_code::canceled}, {});
  } else if (!of_.cancel_asked) {
    of_.cancel_asked = changed_ = true;
    of_.updated_at = now_;
  }
  return true;
}

} // namespace recado
