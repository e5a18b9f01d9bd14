#include "gateway/admission/quota_desk.hpp"

#include "runtime/clock/wall_clock.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace recado::admission {
namespace {

using namespace std::chrono_literals;
constexpr auto idle_max = 30s; ///< so long a portion may lie unused

struct waiting {
  command what;
  uuid session;
  on_reply done;
  const message_id& id() const { return std::get<send_message>(what.body).message; }
};

struct client_day {
  explicit client_day(std::int64_t quota) : account(quota) {}

  day_account account;
  std::deque<waiting> line; ///< in the order in which they came
  bool busy = false;        ///< the store is asked, or the line is handed down: all others join it
  steady_time used{};
};

/// What the store said about the first of a line.
struct answer {
  utc_day day;
  std::size_t asked = 0;      ///< so many of the line it was asked about
  quota_service::portion got; ///< `known` sorted

  bool knows(const message_id& id) const { return std::ranges::binary_search(got.known, id); }
};

/// Some of a line, on their way out of it.
struct departure {
  std::vector<waiting> served, refused;
  bool must_ask = false;
  bool empty() const { return served.empty() && refused.empty(); }
};

class desk final : public quota_desk, public std::enable_shared_from_this<desk> {
public:
  desk(rates_config config, std::shared_ptr<quota_service> store,
       std::shared_ptr<command_service> below, std::function<wall_time()> now,
       observe::metrics& metrics)
    : config_(std::move(config)),
      store_(std::move(store)),
      below_(std::move(below)),
      now_(std::move(now)),
      refused_(metrics.make_counter("recado_gateway_quota_refusals_total",
                                    "Messages refused because their client had used its day.")),
      asked_(metrics.make_counter("recado_gateway_quota_portions_total",
                                  "Portions of a client's day that the store was asked for.")) {}

  void submit(command what, const uuid& session, on_reply done) override;
  void submit_all(std::vector<submission> all, const uuid& session) override;
  void end_session(const uuid& session) override { below_->end_session(session); }
  std::optional<day_allowance> look(const client_id& client) const override;
  void return_idle(steady_time now) override;
  void stop() override { return_idle(steady_time::max()); }

private:
  using lock = std::lock_guard<std::mutex>;
  utc_day today() const { return day_of(now_()); }
  bool counted(const command& what) const {
    return std::holds_alternative<send_message>(what.body) && config_.of(what.client).per_day > 0;
  }
  client_day& day_of_client(const client_id& client) {
    return clients_.try_emplace(client, config_.of(client).per_day).first->second;
  }
  bool charged(client_day& at, waiting& item);
  void ask(const client_id& client);
  void serve(const client_id& client, answer said);
  departure next_of(const client_id& client, answer& said);
  void hand_down(std::vector<waiting> all);
  void refuse(const waiting& what);
  void fail_line(const client_id& client, const problem& why);

  const rates_config config_;
  const std::shared_ptr<quota_service> store_;
  const std::shared_ptr<command_service> below_;
  const std::function<wall_time()> now_;
  mutable std::mutex mutex_; ///< not held while store, `below` or callers are called
  std::unordered_map<client_id, client_day> clients_; ///< that have a quota and have sent
  observe::counter refused_, asked_;
};

void desk::submit(command what, const uuid& session, on_reply done) {
  if (!counted(what)) return below_->submit(std::move(what), session, std::move(done));
  std::vector<submission> one;
  one.emplace_back(std::move(what), std::move(done));
  submit_all(std::move(one), session);
}

void desk::submit_all(std::vector<submission> all, const uuid& session) {
  std::vector<submission> free;
  std::vector<client_id> asking;
  {
    lock held{mutex_};
    for (auto& [what, done] : all) {
      waiting item{std::move(what), session, std::move(done)};
      if (!counted(item.what)) {
        free.emplace_back(std::move(item.what), std::move(item.done));
        continue;
      }
      auto& at = day_of_client(item.what.client);
      at.used = clock::boot_time();
      if (!at.busy && charged(at, item)) {
        free.emplace_back(std::move(item.what), std::move(item.done));
        continue;
      }
      if (!std::exchange(at.busy, true)) asking.push_back(item.what.client);
      at.line.push_back(std::move(item));
    }
  }
  if (!free.empty()) below_->submit_all(std::move(free), session);
  for (const auto& client : asking)
    ask(client);
}

/// From here on the answer to the message settles what it was charged.
bool desk::charged(client_day& at, waiting& item) {
  auto taken = at.account.take(item.id(), today());
  if (!taken) return false;
  item.done = [self = shared_from_this(), client = item.what.client, id = item.id(), taken = *taken,
               done = std::move(item.done)](reply said) {
    {
      lock held{self->mutex_};
      self->day_of_client(client).account.settle(id, taken, said);
    }
    done(std::move(said));
  };
  return true;
}

void desk::ask(const client_id& client) {
  quota_service::question what;
  {
    lock held{mutex_};
    const auto& at = day_of_client(client);
    what = {client, today(), at.account.quota(), static_cast<std::int64_t>(at.line.size()), {}};
    for (const auto& each : at.line)
      what.messages.push_back(each.id());
  }
  asked_.add();
  auto day = what.day;
  auto asked = what.messages.size();
  store_->take(std::move(what),
               [self = shared_from_this(), client, day, asked](result<quota_service::portion> got) {
                 if (!got) return self->fail_line(client, got.error());
                 std::ranges::sort(got->known);
                 self->serve(client, {day, asked, std::move(*got)});
               });
}

void desk::serve(const client_id& client, answer said) {
  {
    lock held{mutex_};
    day_of_client(client).account.add(said.day, said.got, today());
  }
  for (;;) {
    auto leaving = next_of(client, said);
    if (leaving.must_ask) return ask(client);
    if (leaving.empty()) return;
    hand_down(std::move(leaving.served));
    for (const auto& each : leaving.refused)
      refuse(each);
  }
}

/// Retries of what is there already pass without a charge: their answer is that of the first time.
departure desk::next_of(const client_id& client, answer& said) {
  departure out;
  lock held{mutex_};
  auto& at = day_of_client(client);
  for (; !at.line.empty(); at.line.pop_front()) {
    auto& first = at.line.front();
    bool told = said.asked > 0; // the store knew of it
    if ((told && said.knows(first.id())) || charged(at, first))
      out.served.push_back(std::move(first));
    else if (told && said.day == today())
      out.refused.push_back(std::move(first));
    else
      break;
    if (told) --said.asked;
  }
  if (out.empty()) {
    out.must_ask = !at.line.empty();
    at.busy = out.must_ask;
  }
  return out;
}

/// Those of one session together, in their order.
void desk::hand_down(std::vector<waiting> all) {
  for (auto from = all.begin(); from != all.end();) {
    auto session = from->session;
    std::vector<submission> together;
    for (; from != all.end() && from->session == session; ++from)
      together.emplace_back(std::move(from->what), std::move(from->done));
    below_->submit_all(std::move(together), session);
  }
}

void desk::refuse(const waiting& what) {
  refused_.add();
  what.done(recado::refuse(what.what.id, ec::rate_limited, "the client has used its day's quota"));
}

void desk::fail_line(const client_id& client, const problem& why) {
  for (;;) {
    std::deque<waiting> all;
    {
      lock held{mutex_};
      auto& at = day_of_client(client);
      all.swap(at.line);
      at.busy = !all.empty();
    }
    if (all.empty()) return;
    for (const auto& each : all)
      each.done(recado::refuse(each.what.id, why.code, why.detail));
  }
}

std::optional<day_allowance> desk::look(const client_id& client) const {
  auto quota = config_.of(client).per_day;
  if (quota == 0) return std::nullopt;
  auto now = now_();
  day_allowance out{quota, std::nullopt, until_midnight(now)};
  lock held{mutex_};
  if (auto at = clients_.find(client); at != clients_.end())
    out.remaining = at->second.account.remaining(day_of(now));
  return out;
}

void desk::return_idle(steady_time now) {
  std::vector<std::pair<client_id, std::int64_t>> back;
  auto day = today();
  {
    lock held{mutex_};
    for (auto& [client, at] : clients_) {
      if (at.busy || now - at.used < idle_max) continue;
      if (auto unspent = at.account.give_back(day); unspent > 0) back.emplace_back(client, unspent);
    }
  }
  for (const auto& [client, unspent] : back)
    store_->give_back(client, day, unspent);
}

} // namespace

std::shared_ptr<quota_desk> make_quota_desk(rates_config config,
                                            std::shared_ptr<quota_service> store,
                                            std::shared_ptr<command_service> below,
                                            std::function<wall_time()> now,
                                            observe::metrics& metrics) {
  return std::make_shared<desk>(std::move(config), std::move(store), std::move(below),
                                std::move(now), metrics);
}

} // namespace recado::admission
