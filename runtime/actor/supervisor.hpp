#pragma once
/// One-for-one supervision: a child that fails is started again, alone, after a growing wait; one
/// that fails too often makes its supervisor stop everything and fail towards its own parent.
#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/actor/child_setup.hpp"
#include "runtime/actor/timeouts.hpp"
#include "runtime/policy/intensity.hpp"

namespace recado::actor {

enum class restart : std::uint8_t {
  permanent, ///< always started again
  transient, ///< started again after a failure, not after a normal end or user_shutdown
  temporary, ///< never started again
};

/// Makes the child. It may throw: that counts as a failure of the child.
using start_child = std::function<caf::actor(caf::actor_system&)>;

struct child_spec {
  std::string name; ///< unique within its supervisor
  start_child start;
  restart when = restart::permanent;
  std::chrono::nanoseconds stop_deadline = timeout::child_stop; ///< then it is killed
};

/// A step in a child's life, for counters. `escalated`: this child failed once too often.
struct child_event {
  enum class kind : std::uint8_t { started, failed, ended, escalated, killed, given_up };
  std::string_view supervisor;
  std::string_view child;
  kind what;
};
std::string_view to_string(child_event::kind what) noexcept;

struct supervisor_config {
  std::string name = "supervisor";
  policy::intensity_config per_child{5, std::chrono::seconds{10}};
  policy::intensity_config in_total{100, std::chrono::seconds{10}}; ///< against storms of many
  std::chrono::nanoseconds backoff_first = std::chrono::milliseconds{10};
  double backoff_factor = 2;
  std::chrono::nanoseconds backoff_max = std::chrono::seconds{5};
  std::chrono::nanoseconds stop_all = timeout::stop_all; ///< then all that is left is killed
  std::function<void(const child_event&)> on_event{};    ///< runs in the supervisor; may be empty
};

struct add_child {
  child_spec spec;
};
struct remove_child {
  std::string name;
};
struct find_child {
  std::string name;
};
struct list_children {};
struct child_info {
  std::string name;
  bool alive = false; ///< false: waiting for its restart, or stopped
  std::uint64_t starts = 0;
  bool operator==(const child_info&) const = default;
};
struct restart_due {
  std::uint64_t child;
};
struct child_overdue {
  std::uint64_t child;
  std::uint64_t timer;
};
struct all_overdue {};

} // namespace recado::actor

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::actor::add_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::actor::remove_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::actor::find_child)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::actor::list_children)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::actor::child_info)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(std::vector<recado::actor::child_info>)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::actor::restart_due)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::actor::child_overdue)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::actor::all_overdue)

namespace recado::actor {

/// Pooled; spawned by a parent supervisor or by the composition root. Its end means that all its
/// children have ended: in reverse order of their start when asked to exit, at once when killed.
using supervisor_actor = caf::typed_actor<
  // Starts one more child. Errors: conflict (the name is taken), internal (start threw),
  // shutting_down.
  caf::replies_to<add_child>::with<caf::actor>,
  // Stops the child as at shutdown and forgets it; answers when it has ended. Errors: not_found,
  // conflict (already being stopped).
  caf::replies_to<remove_child>::with<child_info>,
  // The child's present handle. Errors: not_found, owner_unavailable (waiting for its restart).
  caf::replies_to<find_child>::with<caf::actor>,
  // All children in the order of their start.
  caf::replies_to<list_children>::with<std::vector<child_info>>,
  // INTERNAL: the backoff is over.
  caf::reacts_to<restart_due>,
  // INTERNAL: the child did not stop, or not die, in time.
  caf::reacts_to<child_overdue>,
  // INTERNAL: stop_all is over.
  caf::reacts_to<all_overdue>>;

/// Starts a supervisor with these children, in this order.
supervisor_actor supervise(caf::actor_system& system, supervisor_config config,
                           std::vector<child_spec> children);

/// A supervisor as a child of another: its deadline covers the ordered stop of its own children.
child_spec subtree(supervisor_config config, std::vector<child_spec> children,
                   restart when = restart::permanent);

} // namespace recado::actor
