#include "node/wiring/neighbourhood.hpp"

#include "cluster/router/beacon.hpp"
#include "runtime/clock/wall_clock.hpp"
#include "runtime/observe/log.hpp"
#include "schemas/subjects.hpp"

namespace recado::wiring {
namespace {

/// A living process answers in a millisecond; where nobody listens the server says so as fast.
constexpr std::chrono::milliseconds alive_timeout{500};
/// Our own beacon, sent every 200 ms, comes back in a millisecond. The library's pings need three
/// seconds for the same finding.
constexpr std::chrono::milliseconds echo_max{800};

} // namespace

neighbourhood::neighbourhood(const settings& with, bus::connection& link,
                             std::shared_ptr<cluster::router> router,
                             std::shared_ptr<watch_board> board, ports to)
  : with_(with),
    link_(link),
    router_(std::move(router)),
    board_(std::move(board)),
    ports_(std::move(to)),
    own_(echo_max) {}

void neighbourhood::start() {
  auto add = [this](const std::string& subject, bus::message_handler handler) {
    if (auto made = link_.subscribe(subject, std::move(handler)))
      subscriptions_.push_back(std::move(*made));
  };
  add(subjects::beacons(with_.cluster()), [this](const bus::message& got) { on_beacon(got); });
  add(subjects::alive(with_.cluster(), with_.node(), with_.incarnation),
      [this](const bus::message& got) {
        if (!got.reply.empty()) (void)link_.publish(got.reply, "yes");
      });
  add(subjects::nudge(with_.cluster(), with_.node()),
      [this](const bus::message&) { ports_.nudge(); });
}

void neighbourhood::on_link(bool up) {
  std::lock_guard lock{mutex_};
  known_.link(up, clock::boot_time());
  own_.restart();
}

void neighbourhood::on_beacon(const bus::message& got) {
  auto beacon = cluster::decode_beacon(got.data);
  if (!beacon) return;
  cluster::node_key who{beacon->node, beacon->incarnation};
  bool ourselves = who == cluster::node_key{with_.node(), with_.incarnation};
  bool back = false;
  {
    std::lock_guard lock{mutex_};
    if (ourselves) {
      own_.heard();
    } else {
      back = known_.heard(who, clock::boot_time());
      quiet_.erase(who);
      missed_.erase(who);
    }
  }
  if (back) ports_.back(who);
  if (!ourselves && !beacon->serves) ports_.serves_nothing(who);
  board_->on_owners(subjects::watches(with_.cluster(), who.node, who.incarnation),
                    beacon->partitions);
  router_->on_beacon(std::move(*beacon));
}

bool neighbourhood::any() {
  std::lock_guard lock{mutex_};
  return known_.any(clock::boot_time());
}

bool neighbourhood::deaf() {
  std::lock_guard lock{mutex_};
  return own_.missing(clock::boot_time());
}

void neighbourhood::says_beacon() {
  std::lock_guard lock{mutex_};
  own_.said(clock::boot_time());
}

void neighbourhood::look() {
  std::vector<cluster::node_key> quiet, gone;
  bool news = false;
  {
    std::lock_guard lock{mutex_};
    gone = known_.gone(clock::boot_time());
    quiet = known_.quiet(clock::boot_time());
    for (const auto& who : quiet)
      news = quiet_.insert(who).second || news;
  }
  if (news) ports_.nudge(); // its silence counts from the first look on
  for (const auto& who : gone)
    ports_.gone(who);
  for (const auto& who : quiet)
    ask(who);
}

void neighbourhood::ask(const cluster::node_key& who) {
  auto subject = subjects::alive(with_.cluster(), who.node, who.incarnation);
  link_.request(subject, {}, alive_timeout, [this, who](bus::outcome<bus::message> got) {
    if (!got && got.error().why == bus::reason::no_responders) missed(who);
  });
}

void neighbourhood::missed(const cluster::node_key& who) {
  {
    std::lock_guard lock{mutex_};
    if (missed_.insert(who).second)
      observe::log_warn("node-unreachable", "nobody answers for node {} any more", who.node);
  }
  ports_.unreachable(who);
}

void neighbourhood::notify(const std::string& node) {
  (void)link_.publish(subjects::nudge(with_.cluster(), node), {}); // lost: polling finds it
}

} // namespace recado::wiring
