#include "node/wiring/channels_side.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>
#include <future>
#include <mutex>
#include <set>

#include "channels/catalog.hpp"
#include "channels/connector/carry.hpp"
#include "node/wiring/account_poll.hpp"
#include "node/wiring/connector_asks.hpp"
#include "runtime/observe/log.hpp"

namespace recado::wiring {
namespace {

/// By the contract of account_source the connectors know one code for an account that is gone.
result<channels::account_record> record_of(const result<stored_account>& got) {
  if (got) return got->record;
  auto why = got.error();
  if (why.code == ec::account_not_found) why.code = ec::not_found;
  return failure{std::move(why)};
}

/// The accounts whose breaker is not closed. Connectors run on several threads.
class open_breakers {
public:
  std::size_t note(const account_key& account, policy::circuit_breaker::state now) {
    std::lock_guard lock{mutex_};
    if (now == policy::circuit_breaker::state::closed)
      accounts_.erase(account);
    else
      accounts_.insert(account);
    return accounts_.size();
  }

private:
  std::mutex mutex_;
  std::set<account_key> accounts_;
};

constexpr std::array<const char*, 7> outcomes{
  "sent", "retry", "retry_after", "permanent_recipient", "permanent_message", "config", "unknown"};

} // namespace

channels_side::channels_side(channels_needs needs) : needs_(std::move(needs)) {}
channels_side::~channels_side() {
  stop();
}

result<void> channels_side::start() {
  http::client_config out;
  out.allow_private = needs_.with.config.net.allow_private;
  out.user_agent = "Recado/" + needs_.with.version;
  auto client = http::start_client(std::move(out));
  if (!client) return failure{client.error()};
  client_ = std::move(*client);
  ledger_ = std::make_shared<ledger>(needs_.table, [this] { return needs_.wall.now(); });
  feed_ = std::make_shared<feed_actor>();
  connectors_ = channels::spawn_connectors(needs_.system, ports_of_connectors());
  *feed_ = spawn_feed(needs_.system, {}, {needs_.reads, connectors_});
  auto watch = [this](const char* what) {
    return [this, what](const caf::error& why) {
      if (!why || why == caf::exit_reason::user_shutdown) return;
      observe::log_error("channels-failed", "the {} are gone", what);
      failed_ = true;
    };
  };
  connectors_->attach_functor(watch("connectors"));
  (*feed_)->attach_functor(watch("feed of the connectors"));
  service_ = ask_connectors(needs_.system, connectors_);
  poller_ = poll_accounts(needs_.system, needs_.accounts, service_);
  add_metrics();
  return {};
}

channels::connector_ports channels_side::ports_of_connectors() {
  channels::connector_ports ports;
  ports.ledger = ledger_->calls();
  ports.ledger.more = [feed = feed_](const account_key& account) {
    if (*feed) caf::anon_send(*feed, more_deliveries{account});
  };
  ports.accounts = [accounts = needs_.accounts](const account_key& key, auto done) {
    accounts->get(key, [done](const result<stored_account>& got) { done(record_of(got)); });
  };
  ports.carry = channels::carry_over(client_);
  ports.now = [this] { return needs_.wall.now(); };
  ports.meter = meter();
  return ports;
}

channels::connector_meter channels_side::meter() {
  using counters = std::map<std::string, std::array<observe::counter, outcomes.size()>>;
  auto tries = std::make_shared<counters>();
  auto times = std::make_shared<std::map<std::string, observe::histogram>>();
  for (auto name : channels::external_channels()) {
    std::string channel{name};
    for (std::size_t i = 0; i < outcomes.size(); ++i)
      (*tries)[channel][i] = needs_.metrics.make_counter(
        "recado_delivery_attempts_total", "Tries of external deliveries, by their outcome.",
        {{"channel", channel}, {"outcome", outcomes[i]}});
    (*times)[channel] = needs_.metrics.make_histogram(
      "recado_delivery_attempt_seconds", "Time of a try, from the request to the answer.",
      observe::latency_buckets(), {{"channel", channel}});
  }
  channels::connector_meter out;
  out.attempt = [tries, times](const account_key& account, outcome_class what,
                               std::chrono::nanoseconds took) {
    auto found = tries->find(account.channel);
    if (found == tries->end()) return;
    found->second[static_cast<std::size_t>(what)].add();
    times->at(account.channel).observe(std::chrono::duration<double>(took).count());
  };
  auto open = needs_.metrics.make_gauge(
    "recado_connector_breakers_open", "Accounts that are left alone because their provider fails.");
  out.breaker = [open, seen = std::make_shared<open_breakers>()](
                  const account_key& account, policy::circuit_breaker::state now) mutable {
    open.set(static_cast<double>(seen->note(account, now)));
  };
  return out;
}

void channels_side::add_metrics() {
  auto under_way = needs_.metrics.make_gauge("recado_delivery_attempts_under_way",
                                             "Tries that were begun and have not ended.");
  auto unknown = needs_.metrics.make_counter(
    "recado_delivery_unknown_total", "Tries of which nobody saw the end; they may be repeated.");
  needs_.metrics.before_scrape([under_way, unknown, from = ledger_]() mutable {
    under_way.set(static_cast<double>(from->under_way()));
    unknown.add(static_cast<double>(from->unknown_ends()) - unknown.value());
  });
}

// --- from the owners' side

/// Partitions still come here while this node ends: their tries are the next owner's.
void channels_side::take(partition_id part, epoch owned) {
  if (parting_) return;
  caf::anon_send(*feed_, take_deliveries{part, owned});
}

void channels_side::finish(partition_id part, std::shared_ptr<const void> until) {
  if (!quiet_) caf::anon_send(*feed_, finish_deliveries{part, std::move(until)});
}

void channels_side::leave(partition_id part) {
  caf::anon_send(*feed_, leave_deliveries{part});
  caf::anon_send(connectors_, channels::drop_partition{part});
}

void channels_side::own(std::size_t partitions) {
  auto all = static_cast<double>(needs_.with.config.cluster.partitions);
  caf::anon_send(connectors_, channels::pace_share{static_cast<double>(partitions) / all});
}

void channels_side::offer(std::vector<open_delivery_ptr> fresh) {
  caf::anon_send(connectors_, channels::offer{std::move(fresh)});
}

// --- the end

void channels_side::quiet(std::chrono::milliseconds deadline) {
  if (!connectors_) return;
  parting_ = true;
  std::promise<void> ended;
  auto all_ended = ended.get_future();
  auto tell = [promise = std::make_shared<std::promise<void>>(std::move(ended))](const void*) {
    promise->set_value();
  };
  std::shared_ptr<const void> until{nullptr, std::move(tell)};
  for (auto part : needs_.table->list())
    finish(part, until);
  until.reset();
  if (all_ended.wait_for(deadline) != std::future_status::ready)
    observe::log_warn("tries-left", "{} tries have not ended in time", ledger_->under_way());
  quiet_ = true;
}

void channels_side::stop() {
  auto end = [](auto& actor) {
    if (actor) caf::anon_send_exit(actor, caf::exit_reason::user_shutdown);
    actor = nullptr;
  };
  end(poller_);
  if (feed_) end(*feed_);
  end(connectors_);
  if (client_) client_->stop();
}

} // namespace recado::wiring
