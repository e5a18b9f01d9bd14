#pragma once
/// One connection, a WebSocket or an event stream: frames in, frames out.
///
/// A session authenticates, is attached by the hub, and from then on sends what the hub delivers.
/// Per conversation the seq of its message frames strictly ascends. A `resume` reads what was
/// missed while the live frames of those conversations are held back. An event stream cannot say
/// anything: it resumes at its beginning, all its conversations, or begins with what comes.
#include "gateway/auth/authority.hpp"
#include "gateway/config.hpp"
#include "gateway/json/fields.hpp"
#include "gateway/realtime/events.hpp"
#include "gateway/shapes/stream_id.hpp"

#include <deque>
#include <map>
#include <unordered_map>
#include <unordered_set>

namespace recado::realtime {

enum class alarm : std::uint8_t { auth_timeout, grace_over, resume_poll, keep_alive };

/// What a session wants done. Answers come back through the session's methods.
class session_port {
public:
  virtual ~session_port() = default;
  virtual void send(std::string text) = 0;
  /// Once the next frame is sent, all of this conversation up to here is: for an event's id.
  virtual void passed(const conversation_id&, std::int64_t) {}
  virtual void close(int code, std::string reason) = 0;
  virtual void consumed() = 0; ///< one text was dealt with
  virtual std::size_t queued_bytes() const = 0;
  virtual auth::authority::verdict verify(std::string_view token) = 0;
  virtual void attach(const auth::principal& who) = 0;
  virtual void submit(std::uint64_t ticket, command what) = 0;
  virtual void ask_standings() = 0;
  virtual void read_messages(const conversation_id& where, std::int64_t since_seq,
                             std::size_t limit) = 0;
  virtual void tell_typing(std::uint64_t ticket, const typing& what) = 0;
  virtual void tell_presence(std::uint64_t ticket, presence_status now) = 0;
  virtual wall_time now() const = 0;
  virtual void wake_in(alarm what, std::chrono::milliseconds delay) = 0;
};

class session_core {
public:
  session_core(const gateway_config& config, const session_id& self, session_port& port)
    : config_(config),
      self_(self),
      port_(port) {}

  /// The connection is open. Without a principal the first frame must bring a token.
  void start(std::optional<auth::principal> who);
  /// The connection is an event stream; `since`: its reader had another one before.
  void start_stream(const auth::principal& who, std::optional<shapes::positions> since);
  void on_text(std::string text);
  void on_attached(const result<void>& outcome);
  void on_frame(const frame& what);
  void on_reply(std::uint64_t ticket, const reply& said);
  void on_typed(std::uint64_t ticket, bool known);
  void on_standings(std::vector<standing> all);
  void on_page(const result<page<message_record>>& got);
  void on_alarm(alarm what);

  bool closing() const { return stage_ == stage::closing; }
  const auth::principal& who() const { return who_; }

private:
  enum class stage : std::uint8_t { unknown, attaching, ready, closing };
  /// Which frames of a conversation went out on this connection.
  struct progress {
    std::int64_t first = 0; ///< the first one; all from it to `last` went out
    std::int64_t last = 0;
  };
  /// A command that was not answered yet.
  struct pending {
    std::string id; ///< of the frame, as JSON
    bool message = false;
    message_id message_sent;
    conversation_id conversation;
    std::int64_t seen_seq = 0; ///< its event came before the answer
    wall_time seen_at{};
  };
  struct resume {
    std::string id;
    std::deque<std::pair<conversation_id, std::int64_t>> waiting;
    std::unordered_set<conversation_id> holding; ///< live frames are held back
    std::unordered_map<conversation_id, standing> standings;
    bool ready = false;              ///< the standings came
    bool reading = false;            ///< a page is on its way
    std::deque<message_record> page; ///< read and not yet sent
    bool more = true;                ///< the history has further pages
    std::int64_t from = 0;           ///< of the conversation at the front: all up to it was read
    std::int64_t floor = 0;          ///< and all up to here the caller has
    std::unordered_set<conversation_id> unknown;
  };
  struct inbound { // one parsed frame
    json::document body;
    std::string id = "null";
    std::string type;
  };

  // in
  void handle(std::string text);
  std::optional<inbound> parse(const std::string& text);
  void first_frame(const inbound& in);
  void dispatch(const inbound& in);
  void on_send(const inbound& in);
  void on_receipt(const inbound& in);
  void on_typing(const inbound& in);
  void on_presence(const inbound& in);
  void on_resume(const inbound& in);
  void bad_frame(const problem& why, const std::string& id);
  bool may(auth::scope needed, const inbound& in);
  std::optional<user_id> speaker(const std::optional<user_id>& named, const inbound& in);
  command make_command(const conversation_id& where, command_body body) const;
  void submit(const inbound& in, command what, const message_id& message);
  // out
  void become(const auth::principal& who);
  void send_ready();
  void shut(int code, std::string reason);
  void send_error(const std::string& id, const problem& why, const conversation_id& about = {});
  void send_ack(const std::string& id);
  void send_message_ack(const pending& what, const reply& said);
  void send_message(const frame& what);
  bool own(const frame& what);
  void remember(const message_id& id);
  // holding back
  bool held_back(const conversation_id& what) const;
  void hold(const frame& what);
  void release(const conversation_id& what);
  void end_grace();
  // resume
  void begin_resume();
  void resume_next();
  bool enter_conversation();
  void read_on();
  bool send_page();
  void leave_conversation();
  void send_gap(const conversation_id& where, std::int64_t from, std::int64_t to);
  void end_resume();
  // event stream
  void begin_stream(const std::vector<standing>& all);
  void resume_stream(const std::vector<standing>& all);

  enum class kind : std::uint8_t {
    socket,
    stream_to_begin, ///< where its reader stands is not known yet
    stream,
  };

  const gateway_config& config_;
  const session_id self_;
  session_port& port_;
  stage stage_ = stage::unknown;
  kind kind_ = kind::socket;
  std::optional<shapes::positions> since_; ///< of an event stream that goes on
  auth::principal who_;
  std::string ready_id_ = "null";
  std::deque<std::string> backlog_; ///< texts that came before we were attached
  unsigned bad_frames_ = 0;
  std::uint64_t last_ticket_ = 0;
  std::unordered_map<std::uint64_t, pending> pending_;
  std::unordered_map<message_id, std::uint64_t> sending_; ///< ticket of a message under way
  std::unordered_set<message_id> sent_young_, sent_old_;  ///< numbered in an ack: not to come again
  std::unordered_set<message_id> stored_;                 ///< acked without a seq: to come
  std::unordered_map<conversation_id, progress> progress_;
  bool grace_ = false;
  std::map<conversation_id, std::vector<frame>> held_;
  std::size_t held_count_ = 0;
  std::deque<resume> resumes_; ///< the front one is under way
};

} // namespace recado::realtime
