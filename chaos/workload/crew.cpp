#include "chaos/workload/crew.hpp"

#include <algorithm>

namespace recado::chaos {
namespace {

constexpr unsigned repeaters = 4;
constexpr unsigned bulk_writers = 2;
constexpr std::size_t author_is_person_every = 5; // as set_up gave them tokens
constexpr micros late_max =
  100'000; ///< arrivals that are later are let go: this thread was held up

/// Of ten messages: so many by POST, over sessions; the rest in bulk.
constexpr std::size_t by_post = 6;
constexpr std::size_t by_session = 3;

} // namespace

crew::crew(scene& in) : in_(in), history_(in), tokens_(in), looker_(in) {
  for (std::size_t i = 0; i < in.rooms.size(); ++i)
    posts_.push_back(std::make_unique<post_writer>(in, i, i % author_is_person_every == 0));
  for (const auto& who : in.sessions)
    sessions_.push_back(std::make_unique<session_writer>(in, who));
  for (unsigned i = 0; i < bulk_writers; ++i)
    bulks_.push_back(std::make_unique<bulk_writer>(in, i));
  for (unsigned i = 0; i < repeaters; ++i)
    repeaters_.push_back(std::make_unique<repeater>(in, i));
  for (const auto& who : in.readers)
    readers_.push_back(std::make_unique<socket_reader>(in, who, history_));
  for (const auto& who : in.streams)
    streams_.push_back(std::make_unique<stream_reader>(in, who, history_));
}

bool crew::listening() const {
  return in_.records.counts().listening >= readers_.size() + streams_.size() + sessions_.size();
}

void crew::send_due(micros now) {
  if (in_.how.rate == 0) return;
  if (next_at_ < 0 || now - next_at_ > late_max) next_at_ = now;
  const micros step = std::max<micros>(1'000'000 / in_.how.rate, 1);
  for (; next_at_ <= now; next_at_ += step)
    send_one();
}

void crew::send_one() {
  auto dice = in_.pick(10);
  if (dice < by_post)
    (void)(post_one() || session_one());
  else if (dice < by_post + by_session)
    (void)(session_one() || post_one());
  else
    (void)(bulk_one() || post_one());
}

bool crew::post_one() {
  for (std::size_t i = 0; i < posts_.size(); ++i) {
    auto& one = *posts_[next_post_++ % posts_.size()];
    if (one.busy()) continue;
    one.write();
    return true;
  }
  return false;
}

bool crew::session_one() {
  for (std::size_t i = 0; i < sessions_.size(); ++i)
    if (sessions_[next_session_++ % sessions_.size()]->write()) return true;
  return false;
}

bool crew::bulk_one() {
  auto& one = *bulks_[in_.pick(bulks_.size())];
  if (one.full()) return false;
  one.write(in_.pick(in_.rooms.size()));
  return true;
}

void crew::tick(micros now) {
  auto all = [now](auto& agents) {
    for (auto& one : agents)
      one->tick(now);
  };
  tokens_.tick(now);
  history_.tick(now);
  if (in_.sending) looker_.tick(now);
  all(posts_);
  all(sessions_);
  all(bulks_);
  all(repeaters_);
  all(readers_);
  all(streams_);
}

bool crew::complete() const {
  auto has_all = [](const auto& one) { return one->complete(); };
  auto idle = [](const auto& one) { return !one->busy(); };
  return in_.records.counts().open == 0 && in_.records.unnumbered() == 0 &&
         in_.records.nothing_again() && std::ranges::all_of(repeaters_, idle) &&
         std::ranges::all_of(readers_, has_all) && std::ranges::all_of(streams_, has_all);
}

} // namespace recado::chaos
