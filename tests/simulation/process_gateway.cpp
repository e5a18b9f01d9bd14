#include "tests/simulation/process.hpp"

namespace recado::simulation {

using namespace cluster;

void process::submit(command what, const uuid& session, on_answer done) {
  auto to = next_ticket_++;
  waiting_.emplace(to, std::move(done));
  run(router_.submit(to, std::move(what), session, at_.clock.now()));
}

void process::on_replies(const std::vector<reply>& said) {
  for (const auto& one : said)
    run(router_.on_reply(one, at_.clock.now()));
}

void process::tell_router() {
  run(router_.on_link(linked_ && publishing_ != 0, at_.clock.now()));
}

void process::tell_local() {
  run(router_.set_local(owned(), at_.clock.now()));
}

/// What an action leads to goes behind what is to do already.
void process::run(router_actions actions) {
  for (auto& one : actions)
    todo_.push_back(std::move(one));
  if (std::exchange(running_, true)) return;
  while (!todo_.empty()) {
    auto one = std::move(todo_.front());
    todo_.pop_front();
    carry_out(one);
  }
  running_ = false;
  set_alarm();
}

void process::carry_out(router_action& what) {
  if (auto* publish = std::get_if<act::publish>(&what)) return carry_out(*publish);
  if (auto* offer = std::get_if<act::offer>(&what)) return carry_out(*offer);
  if (auto* store = std::get_if<act::store>(&what)) return carry_out(*store);
  auto& answer = std::get<act::answer>(what);
  auto done = waiting_.extract(answer.to);
  if (!done.empty()) done.mapped()(answer.what);
}

void process::carry_out(act::publish& what) {
  if (!router_.wanted(what.to, what.attempt) || !at_.alive(self_, "before a publish")) return;
  at_.bus.publish(self_, publishing_, what.part, what.what,
                  [this, to = what.to, attempt = what.attempt](publish_ack how) {
                    if (how != publish_ack::received) run(router_.on_ack(to, attempt, how));
                  });
}

void process::carry_out(act::offer& what) {
  if (!router_.wanted(what.to, what.attempt)) return;
  bool mine = partitions_.contains(what.part) && !leaving_.contains(what.part);
  auto how = mine ? offer_result::taken : offer_result::not_owner;
  if (mine)
    later(at_, self_, 20us, [this, part = what.part, command = what.what, only = what.only_copy] {
      auto found = partitions_.find(part);
      if (found != partitions_.end()) found->second->on_direct(*command, only);
    });
  for (auto& one : router_.on_offer(what.to, what.attempt, how, at_.clock.now()))
    todo_.push_back(std::move(one));
}

void process::carry_out(act::store& what) {
  std::vector<inbox_item> items;
  items.reserve(what.items.size());
  for (auto& one : what.items)
    items.push_back({one.part, one.what});
  auto got = std::make_shared<std::vector<inbox_answer>>();
  if (!at_.alive(self_, "before an inbox is written")) return;
  at_.db.run({self_,
              true,
              true,
              {},
              [&at = at_, items, got] { *got = at.rows.store(items); },
              [this, given = what.items, got](fate how) {
                for (std::size_t i = 0; i < given.size(); ++i) {
                  inbox_answer one =
                    how == fate::done ? got->at(i) : inbox_answer{fail(ec::store_unavailable)};
                  run(router_.on_stored(given[i].to, given[i].attempt, one, at_.clock.now()));
                }
              }});
}

void process::set_alarm() {
  auto wake = router_.next_wake();
  if (!wake || (alarm_ && *alarm_ <= *wake && *alarm_ > at_.clock.now())) return;
  alarm_ = wake;
  later(at_, self_, std::max<duration>(*wake - at_.clock.now(), 1ms), [this, wake] {
    if (alarm_ != wake) return;
    alarm_.reset();
    run(router_.tick(at_.clock.now()));
  });
}

} // namespace recado::simulation
