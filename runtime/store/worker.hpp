#pragma once
/// One thread with one connection: what is given to it runs in order, one after the other.
#include "runtime/store/pool.hpp"

namespace recado::store {

class worker : public pool {
public:
  worker(std::string name, connection_config connect, std::size_t queue_max = 256,
         milliseconds default_timeout = milliseconds{10'000})
    : pool(std::move(name), std::move(connect), {1, queue_max, default_timeout}) {}
};

} // namespace recado::store
