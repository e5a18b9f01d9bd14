#pragma once
/// The supervisor's state; nobody but supervisor.cpp includes this.
#include <caf/actor_addr.hpp>
#include <caf/error.hpp>
#include <caf/result.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <map>
#include <optional>
#include <unordered_map>

#include "runtime/actor/reply.hpp"
#include "runtime/actor/supervisor.hpp"

namespace recado::actor {

struct supervisor_state {
  enum class stage : std::uint8_t { running, asked_to_stop, killed };
  struct slot {
    child_spec spec;
    policy::intensity failures;
    caf::actor handle; ///< null while waiting for the restart
    stage at = stage::running;
    std::uint64_t timer = 0; ///< the child_overdue that counts; older ones are ignored
    std::uint64_t starts = 0;
    std::optional<reply<child_info>> removed; ///< who asked for the removal
  };
  using slots = std::map<std::uint64_t, slot>; // in the order of the first start

  static inline const char* name = "supervisor";
  explicit supervisor_state(supervisor_actor::pointer ptr) : self(ptr) {}
  ~supervisor_state();

  void start_all(std::vector<child_spec> specs);
  // the messages, in the order of the interface
  caf::result<caf::actor> add(child_spec spec);
  caf::result<child_info> remove(const std::string& child);
  caf::result<caf::actor> find(const std::string& child) const;
  std::vector<child_info> list() const;
  void restart_now(const restart_due& due);
  void on_child_overdue(const child_overdue& due);
  void on_all_overdue();
  void on_down(const caf::down_msg& down);
  void begin_stop(caf::error reason);

  std::uint64_t insert(child_spec spec);
  std::optional<std::string> try_start(std::uint64_t id);
  void on_failure(std::uint64_t id, const std::string& why);
  void escalate(const slot& child, const std::string& why);
  void ask_to_stop(std::uint64_t id);
  void kill(std::uint64_t id);
  void give_up(std::uint64_t id);
  void forget(slots::iterator child);
  void stop_next();
  slots::iterator lookup(const std::string& child);
  void emit(const slot& child, child_event::kind what) const;
  child_info info(const slot& child) const;

  supervisor_actor::pointer self;
  supervisor_config config;
  policy::intensity all_failures;
  slots children;
  std::unordered_map<std::string, std::uint64_t> by_name;
  std::unordered_map<caf::actor_addr, std::uint64_t> by_address;
  std::uint64_t next_id = 0;
  std::optional<caf::error> stopping; ///< the reason to quit with once all children are gone
};

} // namespace recado::actor
