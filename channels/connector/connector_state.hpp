#pragma once
/// The state of one connector; only the .cpp files of this folder include it.
#include <caf/actor_cast.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include "channels/connector/connector_core.hpp"
#include "channels/connector/connector_messages.hpp"
#include "runtime/actor/reply.hpp"

namespace recado::channels {

struct connector_state {
  static inline const char* name = "connector";
  explicit connector_state(connector_actor::pointer ptr) : self(ptr) {}

  void setup(account_key account, double share, std::shared_ptr<const connector_ports> given);
  // the messages, in the order of the interface
  void take_offer(const offer& came);
  void take_window(const window& came);
  void change_account(const account_record& record);
  void delete_account();
  void part_with(const part_with_partition& asked);
  void drop(partition_id part);
  void share_pace(double share);
  caf::result<connector_snapshot> steer(connector_verb verb);
  caf::result<check_result> check();
  connector_snapshot show();
  void on_account(const result<account_record>& came);
  void on_answered(const try_answered& came);
  void on_check(const check_answered& came);
  void on_timer(std::uint64_t timer);
  void ask_account();

  void once_ready(std::function<void()> work);
  void begin_check(actor::reply<check_result> answer);
  instant now() const;
  void open_account_of(const account_record& record);
  void refuse_account(const std::string& why);
  void make_core();
  /// Carries out what the core decided, and what follows at once.
  void run(connector_core::actions actions);
  void carry_out(const connector_core::begin& asked);
  void carry_out(const connector_core::send& asked);
  void carry_out(const connector_core::settle& asked);
  void carry_out(const connector_core::expire& asked) const;
  void carry_out(const connector_core::load_more& asked) const;
  result<transport_request> request_for(const open_delivery& what) const;
  void arm_timer();
  void note_breaker();
  void let_go();

  struct running_try {
    steady_time since;
    std::string own_id;
  };
  struct pending_check {
    actor::reply<check_result> answer;
    steady_time since;
  };
  connector_actor::pointer self;
  std::shared_ptr<const connector_ports> ports;
  account_key key;
  const channel* speaks = nullptr;
  connector_config config;
  std::optional<open_account> account;
  std::int64_t version = -1;          ///< of the account that is in use
  std::optional<connector_core> core; ///< from when the account has been read
  std::vector<std::function<void()>> when_ready;
  std::map<std::uint64_t, running_try> tries; ///< by ticket
  std::vector<part_with_partition> parting;   ///< with tries that have not ended
  std::map<std::uint64_t, pending_check> checks;
  std::uint64_t last_check = 0;
  std::uint64_t timer = 0;
  std::optional<steady_time> armed;
  policy::circuit_breaker::state breaker = policy::circuit_breaker::state::closed;
};

} // namespace recado::channels
