#pragma once
/// A database with the domain's tables on a server of the suite's own, and a pool over it.
#include "actors/service/services.hpp"
#include "runtime/store/pool.hpp"
#include "tests/worlds/postgres_server.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <fstream>
#include <future>
#include <iterator>

namespace recado {

inline std::ostream& boost_test_print_type(std::ostream& out, ec value) {
  return out << info_of(value).code;
}

} // namespace recado

namespace recado::test {

/// One server and one database for all cases of a suite: each case is a client of its own, and sees
/// that what the others left does not concern it. Nothing here is about durability.
class domain_database {
public:
  static domain_database& shared() {
    static domain_database one;
    return one;
  }

  store::pool& pool() { return *pool_; }
  void exec(std::string_view sql) {
    auto done = link_.script(sql);
    if (!done) throw std::runtime_error(store::describe(done.error()));
  }
  store::rows run(const store::statement& one) {
    auto got = link_.run_one(one);
    if (!got) throw std::runtime_error(store::describe(got.error()));
    return *got;
  }
  /// Of rows `from` a table and condition.
  std::int64_t count(std::string_view from) {
    auto sql = "select count(*) from " + std::string{from};
    return run({"", sql, {}}).get_int(0, 0);
  }
  store::connection_config config() const { return server_.config(); }

private:
  domain_database() {
    for (const auto& file : migrations()) {
      std::ifstream in{file};
      exec(std::string{std::istreambuf_iterator<char>{in}, {}});
    }
  }
  static std::vector<std::filesystem::path> migrations() {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(RECADO_SOURCE_DIR "/schemas/sql"))
      if (entry.path().extension() == ".sql") files.push_back(entry.path());
    std::ranges::sort(files);
    return files;
  }

  postgres_server server_{{.settings = {"fsync=off", "autovacuum=off"}}};
  store::connection link_{server_.config()};
  std::unique_ptr<store::pool> pool_ =
    std::make_unique<store::pool>("test", server_.config(), store::pool_config{});
};

/// What `start(handler)` answers; the handler must be called once, and in time.
template <class T, class Start>
result<T> answer_of(Start start) {
  auto promise = std::make_shared<std::promise<result<T>>>();
  auto future = promise->get_future();
  start(on_result<T>{[promise](result<T> got) { promise->set_value(std::move(got)); }});
  if (future.wait_for(std::chrono::seconds{60}) != std::future_status::ready)
    throw std::runtime_error("no answer");
  return future.get();
}

/// The value, or a failed test. Boost.Test is for the main thread only: elsewhere use answer_of().
template <class T, class Start>
T value_of(Start start) {
  auto got = answer_of<T>(std::move(start));
  BOOST_REQUIRE_MESSAGE(got, "answered " << info_of(got.error().code).code);
  return std::move(*got);
}

/// The error's code; ec::none if there was a value.
template <class T, class Start>
ec error_of(Start start) {
  auto got = answer_of<T>(std::move(start));
  return got ? ec::none : got.error().code;
}

} // namespace recado::test
