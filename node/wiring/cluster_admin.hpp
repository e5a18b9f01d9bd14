#pragma once
/// The cluster for operators: the tables, and how far the readers are behind.
#include "actors/service/services.hpp"
#include "node/wiring/settings.hpp"
#include "runtime/bus/bus.hpp"
#include "runtime/store/pool.hpp"

#include <functional>

namespace recado::wiring {

/// `generation`: of the command stream now, 0 if it is not known.
std::shared_ptr<cluster_service> make_cluster_admin(const settings& with,
                                                    std::shared_ptr<store::pool> reads,
                                                    bus::connection& link,
                                                    std::function<std::int32_t()> generation);

} // namespace recado::wiring
