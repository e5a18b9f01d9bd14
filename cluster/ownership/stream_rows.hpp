#pragma once
/// Table stream: the generation of the command stream, moved by compare-and-set.
#include "cluster/reader/stream_keeper.hpp"
#include "runtime/store/connection.hpp"

#include <mutex>

namespace recado::cluster {

/// From any thread; has a session of its own, whose timeouts bound each call.
class stream_rows : public stream_registry {
public:
  explicit stream_rows(store::connection_config connect) : db_(std::move(connect)) {}

  result<registered_stream> load(const std::string& base) override;
  result<bool> compare_and_set(const std::string& base, const registered_stream& seen,
                               const registered_stream& next) override;

private:
  std::mutex mutex_;
  store::connection db_;
};

} // namespace recado::cluster
