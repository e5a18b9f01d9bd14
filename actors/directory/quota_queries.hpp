#pragma once
/// What is asked of the table quota_day.
#include "actors/service/services.hpp"
#include "runtime/store/statement.hpp"

namespace recado::quotas {

/// One row: granted, taken, known.
store::statement take(const quota_service::question& what, std::int64_t share_max);
quota_service::portion portion_of(const store::rows& rows);

store::statement give_back(const client_id& client, std::chrono::sys_days day,
                           std::int64_t messages);

} // namespace recado::quotas
