#pragma once
/// Counters, gauges and histograms for Prometheus. One `metrics` per node, passed as an argument.
///
///   struct store_metrics {
///     explicit store_metrics(observe::metrics& to)
///       : commits(to.make_counter("recado_store_commits_total", "Transactions committed.")) {}
///     observe::counter commits;
///   };
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
} // namespace prometheus

namespace recado::observe {

/// Few labels with few values: never a client, a recipient or an id.
using labels = std::map<std::string, std::string>;

/// These three are references: copied freely, thread-safe, valid while their `metrics` lives. A
/// default-constructed one counts nothing.
class counter {
public:
  counter() = default;
  void add(double amount = 1) noexcept; ///< below zero: ignored
  double value() const noexcept;

private:
  friend class metrics;
  explicit counter(prometheus::Counter& to) : to_(&to) {}
  prometheus::Counter* to_ = nullptr;
};

class gauge {
public:
  gauge() = default;
  void set(double value) noexcept;
  void add(double amount) noexcept;
  double value() const noexcept;

private:
  friend class metrics;
  explicit gauge(prometheus::Gauge& to) : to_(&to) {}
  prometheus::Gauge* to_ = nullptr;
};

class histogram {
public:
  histogram() = default;
  void observe(double value) noexcept;

private:
  friend class metrics;
  explicit histogram(prometheus::Histogram& to) : to_(&to) {}
  prometheus::Histogram* to_ = nullptr;
};

using buckets = std::vector<double>;
/// 0.5 ms … 10 s, for waits and answers.
const buckets& latency_buckets();
/// 1 … 1,000, for rows and commands of a batch.
const buckets& count_buckets();

class metrics {
public:
  metrics();
  ~metrics();
  metrics(const metrics&) = delete;
  metrics& operator=(const metrics&) = delete;

  /// Each looks its metric up, or makes it: keep what it returns. The same name and labels give the
  /// same metric. A name that breaks the rules (recado_ first, _total on counters and only there,
  /// seconds and bytes instead of other units), a missing help text, or the same name as another
  /// kind throws std::invalid_argument: it is a mistake in the program.
  counter make_counter(const std::string& name, const std::string& help, const labels& of = {});
  gauge make_gauge(const std::string& name, const std::string& help, const labels& of = {});
  histogram make_histogram(const std::string& name, const std::string& help,
                           const buckets& bounds = latency_buckets(), const labels& of = {});

  /// Runs before every scrape, one scrape at a time: for gauges that are cheaper to look up than to
  /// keep. It must not block; what it captures must outlive this object.
  void before_scrape(std::function<void()> refresh);

  /// The text format 0.0.4. Content-Type: text/plain; version=0.0.4; charset=utf-8
  std::string text();

private:
  struct state;
  std::unique_ptr<state> state_;
};

/// recado_build_info{version} 1, recado_start_time_seconds, and of this process: resident memory,
/// CPU time, open file descriptors.
void add_process_metrics(metrics& to, const std::string& version);

} // namespace recado::observe
