#include "fakes_parts.hpp"

namespace recado::test {

class fake_idempotency final : public idempotency_service {
public:
  explicit fake_idempotency(world& w) : w_(w) {}
  void find(const client_id& client, std::string route, std::string key, request_hash hash,
            on_result<std::optional<stored_answer>> done) override {
    w_.worker_.post([this, place = std::tuple{client, route, key}, hash, done] {
      auto found = w_.kept_.find(place);
      if (found == w_.kept_.end())
        done(std::optional<stored_answer>{});
      else if (found->second.first != hash)
        done(fail(ec::idempotency_mismatch));
      else
        done(std::optional{found->second.second});
    });
  }
  void keep(const client_id& client, std::string route, std::string key, request_hash hash,
            stored_answer answer, on_result<bool> done) override {
    w_.worker_.post([this, place = std::tuple{client, route, key}, hash, answer, done] {
      w_.kept_.emplace(place, std::pair{hash, answer});
      done(true);
    });
  }

private:
  world& w_;
};

class fake_watches final : public watch_service {
public:
  explicit fake_watches(world& w) : w_(w) {}
  void watch(std::vector<item> items, on_result<std::vector<position>> done) override {
    w_.worker_.post([this, items = std::move(items), done] {
      std::vector<position> out;
      {
        std::lock_guard lock{w_.mutex_};
        for (const auto& each : items) {
          w_.watches_.insert(each);
          auto found = w_.conversations_.find({each.client, each.conversation});
          if (found != w_.conversations_.end())
            out.push_back({each, found->second.last_seq, found->second.rev});
        }
      }
      done(out);
    });
  }
  void unwatch(std::vector<item> items) override {
    w_.worker_.post([this, items = std::move(items)] {
      std::lock_guard lock{w_.mutex_};
      for (const auto& each : items)
        w_.watches_.erase(each);
    });
  }
  void listen(std::function<void(const event_batch&)> events,
              std::function<void()> doubt) override {
    w_.on_events_ = std::move(events);
    w_.on_doubt_ = std::move(doubt);
  }

private:
  world& w_;
};

/// One node that owns one partition.
class fake_cluster final : public cluster_service {
public:
  void view(on_result<cluster_record> done) override {
    cluster_record out;
    out.nodes.push_back(node_);
    out.partitions.push_back({0,
                              node_.id,
                              {},
                              3,
                              cluster_record::partition_state::owned,
                              std::array<std::int64_t, 3>{0, 1, 2},
                              4,
                              {},
                              {}});
    done(std::move(out));
  }
  void drain(std::string node, bool yes, on_result<cluster_record::node> done) override {
    if (node != node_.id) return done(fail(ec::not_found));
    if (yes) return done(fail(ec::conflict));
    done(node_);
  }
  void release(std::int32_t part, on_result<cluster_record::partition> done) override {
    done(fail(part == 0 ? ec::conflict : ec::not_found));
  }

private:
  cluster_record::node node_{"n1", 7, cluster_record::node_state::live, "http://127.0.0.1:1", "0",
                             1,    80};
};

/// The real rule, without the shares that nodes take ahead.
class fake_quotas final : public quota_service {
public:
  explicit fake_quotas(world& w) : w_(w) {}
  void take(question what, on_result<portion> done) override {
    w_.worker_.post([this, what = std::move(what), done] {
      if (w_.store_away) return done(fail(ec::store_unavailable));
      auto& taken = taken_[{what.client, what.day}];
      portion out;
      out.granted = std::clamp<std::int64_t>(what.quota - taken, 0, what.wanted);
      out.taken = taken += out.granted;
      for (const auto& each : what.messages)
        if (out.granted < what.wanted && w_.messages_.contains({what.client, each}))
          out.known.push_back(each);
      done(out);
    });
  }
  void give_back(const client_id& client, std::chrono::sys_days day,
                 std::int64_t messages) override {
    w_.worker_.post([this, at = std::pair{client, day}, messages] { taken_[at] -= messages; });
  }

private:
  world& w_;
  std::map<std::pair<client_id, std::chrono::sys_days>, std::int64_t> taken_;
};

std::shared_ptr<idempotency_service> make_idempotency(world& of) {
  return std::make_shared<fake_idempotency>(of);
}

std::shared_ptr<watch_service> make_watches(world& of) {
  return std::make_shared<fake_watches>(of);
}

std::shared_ptr<cluster_service> make_cluster() {
  return std::make_shared<fake_cluster>();
}

std::shared_ptr<quota_service> make_quotas(world& of) {
  return std::make_shared<fake_quotas>(of);
}

} // namespace recado::test
