#include "actors/watch/watch_board.hpp"

#include <atomic>
#include <caf/send.hpp>

#include "actors/watch/watch_wire.hpp"
#include "runtime/observe/log.hpp"
#include "schemas/subjects.hpp"
#include "schemas/wire.hpp"

namespace recado {
namespace {

/// A message of the membership subject begins with the teller's own subject: it has heard already.
std::string with_teller(const std::string& teller, const std::string& bytes) {
  return teller + '\n' + bytes;
}

} // namespace

/// Collects the answers of several owners into one.
struct watch_board::collector {
  std::mutex mutex;
  std::size_t open = 0;
  std::vector<position> found;
  on_result<std::vector<position>> done;

  void add(std::vector<position> more) {
    std::unique_lock lock{mutex};
    found.insert(found.end(), more.begin(), more.end());
    if (--open > 0) return;
    auto all = std::move(found);
    lock.unlock();
    done(std::move(all));
  }
};

/// The answer of one owner on this node. An owner that ends drops what it was asked, at whatever
/// stage: then this goes, too, and says so.
struct watch_board::awaited {
  explicit awaited(std::shared_ptr<collector> to) : answers(std::move(to)) {}
  ~awaited() { tell({}); }
  awaited(const awaited&) = delete;
  awaited& operator=(const awaited&) = delete;

  void tell(std::vector<position> found) {
    if (!told.exchange(true)) answers->add(std::move(found));
  }

  std::shared_ptr<collector> answers;
  std::atomic<bool> told = false;
};

std::function<void(std::vector<watch_service::position>)>
watch_board::await(std::shared_ptr<collector> answers) {
  return [one = std::make_shared<awaited>(std::move(answers))](std::vector<position> found) {
    one->tell(std::move(found));
  };
}

watch_board::watch_board(watch_config config, std::shared_ptr<local_partitions> owners,
                         bus::connection* link)
  : config_(std::move(config)),
    owners_(std::move(owners)),
    link_(link),
    elsewhere_(config_.partitions) {}

std::map<partition_id, std::vector<watch_service::item>>
watch_board::by_partition(const std::vector<item>& items) const {
  std::map<partition_id, std::vector<item>> out;
  for (const auto& one : items)
    out[partition_of(one.client, one.conversation, config_.partitions)].push_back(one);
  return out;
}

void watch_board::watch(std::vector<item> items, on_result<std::vector<position>> done) {
  auto answers = std::make_shared<collector>();
  answers->done = std::move(done);
  std::vector<std::pair<partition_actor, std::vector<item>>> here;
  std::map<std::string, std::vector<item>> there;
  for (auto& [part, mine] : by_partition(items)) {
    if (auto found = owners_->find(part))
      here.emplace_back(found->owner, std::move(mine));
    else if (auto owner = owner_elsewhere(part); !owner.empty())
      there[owner].insert(there[owner].end(), mine.begin(), mine.end());
  }
  answers->open = here.size() + there.size() + 1;
  for (auto& [owner, mine] : here)
    ask(owner, std::move(mine), answers);
  for (auto& [owner, mine] : there)
    ask(owner, std::move(mine), answers);
  answers->add({}); // those whose owner is away are missing: the gateway watches again
}

void watch_board::ask(const partition_actor& owner, std::vector<item> items,
                      std::shared_ptr<collector> answers) {
  caf::anon_send(owner,
                 watch_conversations{config_.self, std::move(items), await(std::move(answers))});
}

void watch_board::ask(const std::string& owner, std::vector<item> items,
                      std::shared_ptr<collector> answers) {
  auto bytes = encode(watch_request{config_.self, true, std::move(items)});
  link_->request(owner, bytes, config_.answer_timeout, [answers](bus::outcome<bus::message> got) {
    auto found = got ? decode_positions(got->data) : std::vector<position>{};
    answers->add(found ? std::move(*found) : std::vector<position>{});
  });
}

void watch_board::unwatch(std::vector<item> items) {
  for (auto& [part, mine] : by_partition(items)) {
    if (auto found = owners_->find(part))
      caf::anon_send(found->owner, unwatch_conversations{config_.self, std::move(mine)});
    else if (auto owner = owner_elsewhere(part); !owner.empty())
      (void)link_->publish(owner, encode(watch_request{config_.self, false, std::move(mine)}));
  }
}

// --- for gateways on other nodes

/// Owners answer one by one and some may have left: what is missing in the answer is asked again.
void watch_board::answer(const bus::message& got) {
  auto asked = decode_watch_request(got.data);
  if (!asked) return observe::log_warn("watch-unreadable", "{}", asked.error().detail);
  auto answers = std::make_shared<collector>();
  answers->done = [link = link_, to = got.reply](result<std::vector<position>> found) {
    if (!to.empty()) (void)link->publish(to, encode(*found));
  };
  std::vector<std::pair<partition_actor, std::vector<item>>> here;
  for (auto& [part, mine] : by_partition(asked->items))
    if (auto found = owners_->find(part)) here.emplace_back(found->owner, std::move(mine));
  answers->open = here.size() + 1;
  for (auto& [owner, mine] : here) {
    if (asked->on)
      caf::anon_send(owner, watch_conversations{asked->who, std::move(mine), await(answers)});
    else
      caf::anon_send(owner, unwatch_conversations{asked->who, std::move(mine)});
  }
  if (asked->on) answers->add({});
}

std::string watch_board::owner_elsewhere(partition_id part) const {
  std::lock_guard lock{mutex_};
  return part < elsewhere_.size() ? elsewhere_[part] : std::string{};
}

void watch_board::on_owners(const std::string& watch_subject,
                            const std::vector<partition_id>& owned) {
  bool changed = false;
  {
    std::lock_guard lock{mutex_};
    for (auto part : owned) {
      if (part >= elsewhere_.size() || elsewhere_[part] == watch_subject) continue;
      elsewhere_[part] = watch_subject;
      changed = true;
    }
  }
  if (changed) doubt();
}

void watch_board::listen(std::function<void(const event_batch&)> events,
                         std::function<void()> doubt) {
  std::lock_guard lock{mutex_};
  ears_ = std::make_shared<const ears>(ears{std::move(events), std::move(doubt)});
}

std::shared_ptr<const watch_board::ears> watch_board::listener() const {
  std::lock_guard lock{mutex_};
  return ears_;
}

void watch_board::tell(const gateway_subject& to, event_batch events) {
  auto heard = listener();
  bool for_all = events.for_all = to.empty();
  if (heard && (for_all || to == config_.self)) heard->events(events);
  if (!link_ || to == config_.self) return;
  auto bytes = encode(events);
  auto subject = for_all ? subjects::membership(config_.cluster) : to;
  // Lost while the link is down; every gateway asks again when its link is back.
  (void)link_->publish(subject, for_all ? with_teller(config_.self, bytes) : bytes);
}

/// A message without events is a word of doubt.
void watch_board::ask_to_watch_again(const gateway_subject& who) {
  if (link_) (void)link_->publish(who, {});
}

void watch_board::doubt() {
  if (auto heard = listener()) heard->doubt();
}

void watch_board::hear(const bus::message& got) {
  std::string_view bytes = got.data;
  bool for_all = got.subject == subjects::membership(config_.cluster);
  if (for_all) {
    auto end = bytes.find('\n');
    if (end == std::string_view::npos || bytes.substr(0, end) == config_.self) return;
    bytes.remove_prefix(end + 1);
  }
  if (!for_all && bytes.empty()) return doubt();
  auto events = decode_events(bytes);
  if (!events) return observe::log_warn("event-unreadable", "{}", events.error().detail);
  events->for_all = for_all;
  if (auto heard = listener()) heard->events(*events);
}

void watch_board::subscribe() {
  auto weak = weak_from_this();
  for (const auto& subject : {config_.self, subjects::membership(config_.cluster)}) {
    auto made = link_->subscribe(subject, [weak](const bus::message& got) {
      if (auto board = weak.lock()) board->hear(got);
    });
    if (made) subscriptions_.push_back(std::move(*made));
  }
  auto asked = link_->subscribe(config_.for_owners, [weak](const bus::message& got) {
    if (auto board = weak.lock()) board->answer(got);
  });
  if (asked) subscriptions_.push_back(std::move(*asked));
}

} // namespace recado
