#pragma once
/// What one connector is told; nobody but channels/connector and its tests includes this.
#include "channels/connector/connector_actor.hpp"

namespace recado::channels {

struct account_came {
  result<account_record> record;
};
struct try_begun {
  std::uint64_t ticket;
  bool granted;
};
struct try_answered {
  std::uint64_t ticket;
  transport_answer answer;
};
struct try_settled {
  std::uint64_t ticket;
  bool kept;
};
struct check_answered {
  std::uint64_t check;
  transport_answer answer;
};
struct connector_woke {
  std::uint64_t timer;
};
struct ask_account_again {};
struct show_connector {};

} // namespace recado::channels

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::account_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::try_begun)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::try_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::try_settled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::check_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::connector_woke)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::ask_account_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::channels::show_connector)

namespace recado::channels {

/// Pooled; a child of the connectors' supervisor. When it ends abnormally it is started again with
/// an empty window and reads what is open from the database.
using connector_actor =
  caf::typed_actor<caf::reacts_to<offer>, caf::reacts_to<window>, caf::reacts_to<account_changed>,
                   caf::reacts_to<account_deleted>, caf::reacts_to<part_with_partition>,
                   caf::reacts_to<drop_partition>, caf::reacts_to<pace_share>,
                   caf::replies_to<steer_connector>::with<connector_snapshot>,
                   caf::replies_to<check_connector>::with<check_result>,
                   caf::replies_to<show_connector>::with<connector_snapshot>,
                   // INTERNAL: the ports' answers and the timers.
                   caf::reacts_to<account_came>, caf::reacts_to<try_begun>,
                   caf::reacts_to<try_answered>, caf::reacts_to<try_settled>,
                   caf::reacts_to<check_answered>, caf::reacts_to<connector_woke>,
                   caf::reacts_to<ask_account_again>>;

connector_actor spawn_connector(caf::actor_system& system, account_key account, double pace_share,
                                std::shared_ptr<const connector_ports> ports);

} // namespace recado::channels
