#include "node/wiring/cluster_admin.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cluster/ownership/cluster_table.hpp"
#include "cluster/reader/consumer_name.hpp"
#include "cluster/reader/stream_names.hpp"

namespace recado::wiring {
namespace {

using lags = std::map<std::pair<partition_id, lane>, std::pair<epoch, std::int64_t>>;
constexpr std::chrono::milliseconds list_timeout{1'000};

/// "num_pending" of every consumer in an answer of $JS.API.CONSUMER.LIST; of one lane the newest
/// owner's counts. The offset of the next page; nothing: that was all.
std::optional<std::size_t> take_page(const std::string& answer, lags& into) {
  auto page = nlohmann::json::parse(answer, nullptr, false);
  if (!page.is_object() || !page.contains("consumers")) return std::nullopt;
  for (const auto& one : page["consumers"]) {
    if (!one.is_object()) continue; // the server says null of one that ended meanwhile
    auto name = cluster::consumer_name::parse(one.value("name", std::string{}));
    if (!name) continue;
    auto& known = into[{name->key.part, name->key.priority}];
    if (name->key.owned >= known.first) known = {name->key.owned, one.value("num_pending", 0ll)};
  }
  auto next = page.value("offset", std::size_t{0}) + page["consumers"].size();
  bool more = !page["consumers"].empty() && next < page.value("total", std::size_t{0});
  return more ? std::optional{next} : std::nullopt;
}

cluster_record::node shown(const cluster::node_view& from) {
  using state = cluster_record::node_state;
  auto now = state::live;
  if (!from.alive())
    now = state::dead;
  else if (from.draining)
    now = from.partitions > 0 ? state::draining : state::drained;
  std::optional<std::int64_t> age;
  if (from.heartbeat_age) age = std::max<std::int64_t>(from.heartbeat_age->count(), 0);
  return {from.who.node, from.who.incarnation, now, from.address,
          from.version,  from.partitions,      age};
}

cluster_record::partition shown(const cluster::partition_view& from) {
  using state = cluster_record::partition_state;
  auto now = state::free;
  if (from.quarantined)
    now = state::quarantined;
  else if (!from.owner.empty())
    now = state::owned;
  else if (!from.target.empty())
    now = state::moving;
  return {static_cast<std::int32_t>(from.id),
          from.owner,
          from.target,
          from.at,
          now,
          std::nullopt,
          from.inbox,
          from.since.value_or(wall_time{}),
          from.released_by};
}

class cluster_admin final : public cluster_service,
                            public std::enable_shared_from_this<cluster_admin> {
public:
  cluster_admin(const settings& with, std::shared_ptr<store::pool> reads, bus::connection& link,
                std::function<std::int32_t()> generation)
    : with_(with),
      reads_(std::move(reads)),
      link_(link),
      generation_(std::move(generation)) {}

  void view(on_result<cluster_record> done) override {
    read([self = shared_from_this(), done = std::move(done)](result<cluster_record> got) {
      if (!got) return done(std::move(got));
      self->add_lags(std::move(*got), done);
    });
  }

  void drain(std::string node, bool yes, on_result<cluster_record::node> done) override {
    read([self = shared_from_this(), node = std::move(node), yes,
          done = std::move(done)](result<cluster_record> got) {
      if (!got) return done(failure{got.error()});
      auto found = std::ranges::find(got->nodes, node, &cluster_record::node::id);
      if (found == got->nodes.end()) return done(fail(ec::not_found, "there is no node " + node));
      if (yes && self->is_last(*got, node))
        return done(fail(ec::conflict, "it is the last node that serves"));
      self->write(*found, yes, done);
    });
  }

  void release(std::int32_t part, on_result<cluster_record::partition> done) override {
    read([self = shared_from_this(), part, done = std::move(done)](result<cluster_record> got) {
      if (!got) return done(failure{got.error()});
      auto found = std::ranges::find(got->partitions, part, &cluster_record::partition::id);
      if (found == got->partitions.end())
        return done(fail(ec::not_found, "there is no partition " + std::to_string(part)));
      self->end_quarantine(*found, done);
    });
  }

private:
  void end_quarantine(cluster_record::partition part,
                      const on_result<cluster_record::partition>& done) {
    auto what = cluster::sql::end_quarantine(static_cast<partition_id>(part.id));
    reads_->run({std::move(what)}, store::tx::single, [part, done](store::outcome got) mutable {
      if (!got) return done(fail(ec::store_unavailable, store::describe(got.error())));
      if (got->front().affected() == 0) return done(fail(ec::conflict, "it is not quarantined"));
      part.state = cluster_record::partition_state::free;
      done(std::move(part));
    });
  }

  void read(on_result<cluster_record> done) {
    reads_->run(cluster::sql::view(), store::tx::read, [done](store::outcome got) {
      if (!got) return done(fail(ec::store_unavailable, store::describe(got.error())));
      cluster_record out;
      for (const auto& one : cluster::sql::node_views(got->at(0)))
        out.nodes.push_back(shown(one));
      for (const auto& one : cluster::sql::partition_views(got->at(1)))
        out.partitions.push_back(shown(one));
      done(std::move(out));
    });
  }

  void add_lags(cluster_record to, const on_result<cluster_record>& done) {
    auto name = "$JS.API.CONSUMER.LIST." + cluster::stream_name(with_.cluster(), generation_());
    ask_page(std::make_shared<lag_question>(lag_question{name, std::move(to), {}, done}), 0);
  }

  /// A page has 256 consumers; more than the lanes there are while owners change.
  struct lag_question {
    std::string subject;
    cluster_record to;
    lags known;
    on_result<cluster_record> done;
  };
  void ask_page(const std::shared_ptr<lag_question>& asked, std::size_t offset) {
    auto body = nlohmann::json{{"offset", offset}}.dump();
    link_.request(asked->subject, body, list_timeout,
                  [self = shared_from_this(), asked](bus::outcome<bus::message> got) {
                    auto next = got ? take_page(got->data, asked->known) : std::nullopt;
                    if (next) return self->ask_page(asked, *next);
                    for (auto& one : asked->to.partitions)
                      fill(one, asked->known);
                    asked->done(std::move(asked->to));
                  });
  }

  static void fill(cluster_record::partition& one, const lags& known) {
    std::array<std::int64_t, lanes> out{};
    for (std::size_t i = 0; i < lanes; ++i) {
      auto found = known.find({static_cast<partition_id>(one.id), static_cast<lane>(i)});
      if (found == known.end()) return;
      out[i] = found->second.second;
    }
    one.lag = out;
  }

  static bool is_last(const cluster_record& all, const std::string& node) {
    return std::ranges::none_of(all.nodes, [&](const auto& one) {
      return one.id != node && one.state == cluster_record::node_state::live;
    });
  }

  void write(cluster_record::node node, bool yes, on_result<cluster_record::node> done) {
    auto what = yes ? cluster::sql::drain(node.id) : cluster::sql::undrain(node.id);
    reads_->run(
      {std::move(what)}, store::tx::single,
      [node = std::move(node), yes, done = std::move(done)](store::outcome got) mutable {
        if (!got) return done(fail(ec::store_unavailable, store::describe(got.error())));
        using state = cluster_record::node_state;
        if (node.state != state::dead)
          node.state = !yes ? state::live : node.partitions > 0 ? state::draining : state::drained;
        done(std::move(node));
      });
  }

  const settings& with_;
  std::shared_ptr<store::pool> reads_;
  bus::connection& link_;
  std::function<std::int32_t()> generation_;
};

} // namespace

std::shared_ptr<cluster_service> make_cluster_admin(const settings& with,
                                                    std::shared_ptr<store::pool> reads,
                                                    bus::connection& link,
                                                    std::function<std::int32_t()> generation) {
  return std::make_shared<cluster_admin>(with, std::move(reads), link, std::move(generation));
}

} // namespace recado::wiring
