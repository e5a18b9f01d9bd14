#pragma once
/// The messages between the hub, the sessions and the outside. Local to this process.
#include "gateway/realtime/session_core.hpp"
#include "runtime/actor/credit.hpp"
#include "runtime/http/peer.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/typed_actor.hpp>
#include <functional>

namespace recado::realtime {

// to a session
struct text_came { ///< a text frame of the client
  std::string text;
};
struct socket_closed {
  int code = 0;
};
struct token_checked {
  result<void> outcome;
};
struct attached {
  result<void> outcome;
};
struct deliver {
  frame what;
  actor::credit_token room; ///< in the session's mailbox
};
struct typed {
  std::uint64_t ticket = 0;
  bool known = false;
};
struct standings_are {
  std::vector<standing> all;
};
struct command_answered {
  std::uint64_t ticket = 0;
  reply said;
};
struct page_came {
  result<page<message_record>> got;
};
struct positions_kept {
  uuid under;
  bool ok = false;
};
struct alarm_rang {
  alarm what = alarm::auth_timeout;
};

} // namespace recado::realtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::text_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::socket_closed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::token_checked)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::attached)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::deliver)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::typed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::standings_are)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::command_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::page_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::positions_kept)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::alarm_rang)

namespace recado::realtime {

/// One WebSocket connection or event stream. Pooled; spawned when the upgrade is done or the stream
/// begins; its end closes the connection (1011 after a failure), and the other way round.
using session_actor = caf::typed_actor<
  // A frame of the client.
  caf::reacts_to<text_came>,
  // The socket is gone.
  caf::reacts_to<socket_closed>,
  // INTERNAL: the token's user exists, or was deleted.
  caf::reacts_to<token_checked>,
  // The hub attached the session, or has no room for it.
  caf::reacts_to<attached>,
  // A frame for the client.
  caf::reacts_to<deliver>,
  // Whether the conversation in which somebody types is known.
  caf::reacts_to<typed>,
  // Where the person stands in each conversation.
  caf::reacts_to<standings_are>,
  // The owner's answer to a command.
  caf::reacts_to<command_answered>,
  // A page of the history.
  caf::reacts_to<page_came>,
  // INTERNAL: an event stream's positions are kept, or could not be.
  caf::reacts_to<positions_kept>,
  // INTERNAL: a timer.
  caf::reacts_to<alarm_rang>>;

// to the hub
struct open_session {
  session_id id;
  client_id client;
  user_id user;
  session_actor session;
  http::ws_peer_ptr peer;
};
struct close_session {
  session_id id;
};
struct person_deleted {
  client_id client;
  user_id user;
};
struct ask_standings {
  session_id id;
};
struct host {
  std::function<void()> what;
};
struct session_types {
  session_id id; ///< nil: by REST
  std::uint64_t ticket = 0;
  typing what;
};
struct session_shows {
  session_id id;
  std::uint64_t ticket = 0;
  presence_status now = presence_status::online;
};
struct presence_moved {
  presence_change what;
  actor::credit_token room; ///< in the hub's mailbox
};
struct events_came {
  std::shared_ptr<const event_batch> batch;
  actor::credit_token room; ///< in the hub's mailbox
};
struct doubt_arose {};
struct watch_answered {
  std::uint64_t call = 0;
  result<std::vector<watch_service::position>> got;
};
struct memberships_came {
  std::uint64_t call = 0;
  result<std::vector<membership>> got;
};
struct shared_came {
  std::uint64_t call = 0;
  result<std::vector<shared_place>> got;
};
struct conversation_came {
  std::uint64_t call = 0;
  result<conversation_record> got;
};
struct messages_came {
  std::uint64_t call = 0;
  result<page<message_record>> got;
};
struct receipts_came {
  std::uint64_t call = 0;
  result<std::vector<receipt_position>> got;
};
struct statuses_came {
  std::uint64_t call = 0;
  result<std::vector<status_record>> got;
};
struct hub_woke {};

} // namespace recado::realtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::open_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::close_session)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::person_deleted)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::ask_standings)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::host)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::session_types)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::session_shows)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::presence_moved)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::shared_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::events_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::doubt_arose)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::watch_answered)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::memberships_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::conversation_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::messages_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::receipts_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::statuses_came)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(recado::realtime::hub_woke)

namespace recado::realtime {

/// The one hub of the process. Pooled; a supervised child of the gateway. Its death closes every
/// session with 1012: the clients come back and resume.
using hub_actor = caf::typed_actor<
  // Does this on a thread of the actor system: whoever spawns on another one leaves CAF's logger
  // behind in it, and the system does not end before that thread does.
  caf::reacts_to<host>,
  // Attaches a session to its person's conversations; answered by `attached`.
  caf::reacts_to<open_session>,
  // The session is gone.
  caf::reacts_to<close_session>,
  // A user was deleted: its sockets are closed.
  caf::reacts_to<person_deleted>,
  // Answered by `standings_are`.
  caf::reacts_to<ask_standings>,
  // Somebody types; answered by `typed`.
  caf::reacts_to<session_types>,
  // A session's user is online or away; answered by `typed`.
  caf::reacts_to<session_shows>,
  // Somebody's presence has changed, here or elsewhere.
  caf::reacts_to<presence_moved>,
  // Events of owners.
  caf::reacts_to<events_came>,
  // Events may have been lost.
  caf::reacts_to<doubt_arose>,
  // The services' answers.
  caf::reacts_to<watch_answered>, caf::reacts_to<memberships_came>, caf::reacts_to<shared_came>,
  caf::reacts_to<conversation_came>, caf::reacts_to<messages_came>, caf::reacts_to<receipts_came>,
  caf::reacts_to<statuses_came>,
  // INTERNAL: try again what failed.
  caf::reacts_to<hub_woke>>;

} // namespace recado::realtime
