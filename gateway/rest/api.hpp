#pragma once
/// The handlers of the routes. Stateless but for the answers being made under an Idempotency-Key;
/// thread-safe. A handler runs after all checks of the gate but the schema's.
#include "actors/service/services.hpp"
#include "gateway/auth/authority.hpp"
#include "gateway/config.hpp"
#include "gateway/rest/call.hpp"
#include "gateway/rest/idempotency.hpp"
#include "gateway/rest/rates.hpp"
#include "gateway/shapes/stream_id.hpp"
#include "runtime/observe/health.hpp"
#include "runtime/observe/metrics.hpp"

namespace recado::rest {

/// Somebody types, or no longer does.
struct typing_notice {
  client_id client;
  conversation_id conversation;
  user_id user;
  bool on = true;
};

struct api_environment {
  observe::health& health;
  observe::metrics& metrics;
  std::function<wall_time()> now;
  std::function<void(const typing_notice&)> tell_typing;
  std::function<void(const client_id&, const user_id&)> user_deleted;
  /// Begins the event stream that answers this call; false if that cannot be now.
  std::function<bool(const call_ptr&, http::response, std::optional<shapes::positions>)> stream;
  /// What the client may still send.
  std::function<allowances(const client_id&)> allowance;
};

class api {
public:
  api(const gateway_config& config, services below, auth::authority& tokens,
      api_environment around);

  /// Runs the route's handler, or says that there is none yet.
  void run(const call_ptr& on);

  // tokens.cpp
  void post_token(const call_ptr& on);
  void get_jwks(const call_ptr& on);
  void post_user_token(const call_ptr& on);
  // users.cpp
  void list_users(const call_ptr& on);
  void put_user(const call_ptr& on);
  void get_user(const call_ptr& on);
  void delete_user(const call_ptr& on);
  void list_identities(const call_ptr& on);
  void put_identity(const call_ptr& on);
  void delete_identity(const call_ptr& on);
  // presence.cpp
  void get_presence(const call_ptr& on);
  // conversations.cpp
  void post_conversation(const call_ptr& on);
  void list_conversations(const call_ptr& on);
  void get_conversation(const call_ptr& on);
  void post_member(const call_ptr& on);
  void delete_member(const call_ptr& on);
  // receipts.cpp
  void post_receipt(const call_ptr& on);
  void post_typing(const call_ptr& on);
  // messages.cpp
  void post_message(const call_ptr& on);
  void post_messages(const call_ptr& on); // bulk.cpp
  void get_message(const call_ptr& on);
  void list_messages(const call_ptr& on);
  void list_conversation_messages(const call_ptr& on);
  void get_message_history(const call_ptr& on);
  void get_message_trace(const call_ptr& on);
  void cancel(const call_ptr& on);
  // stream.cpp
  void get_stream(const call_ptr& on);
  // cluster.cpp
  void get_cluster(const call_ptr& on);
  void drain(const call_ptr& on);
  void undrain(const call_ptr& on);
  void release_partition(const call_ptr& on);
  // accounts.cpp
  void list_accounts(const call_ptr& on);
  void post_account(const call_ptr& on);
  void get_account(const call_ptr& on);
  void patch_account(const call_ptr& on);
  void delete_account(const call_ptr& on);
  void list_connectors(const call_ptr& on);
  void pause_connector(const call_ptr& on);
  void resume_connector(const call_ptr& on);
  void check_connector(const call_ptr& on);
  // pages.cpp
  void get_socket(const call_ptr& on);
  void get_live(const call_ptr& on);
  void get_ready(const call_ptr& on);
  void get_started(const call_ptr& on);
  void get_metrics(const call_ptr& on);
  void get_openapi(const call_ptr& on);
  void get_asyncapi(const call_ptr& on);
  void get_docs(const call_ptr& on);
  void get_docs_css(const call_ptr& on);
  void get_docs_js(const call_ptr& on);

private:
  command make_command(const call& on, const conversation_id& conversation,
                       command_body body) const;
  using on_refusal = std::function<void(const message_id&, const problem&)>;
  std::optional<command> bulk_command(const call& on, const json::value& what,
                                      std::vector<field_error> flaws, std::size_t index,
                                      const on_refusal& refuse) const;
  void tell_rate(call& on) const;
  void submit(const call_ptr& on, command what, std::function<void(const reply&)> when_ok);
  void begin_stream(const call_ptr& on, std::optional<shapes::positions> since);
  /// Changes the account, or answers and says no.
  using change_of_account = std::function<bool(stored_account&)>;
  static constexpr int changes_left = 5; ///< when others change it at the same time
  void change_account(const call_ptr& on, int left, change_of_account change);
  void steer_connector(const call_ptr& on, bool paused);
  void issue_user_token(const call_ptr& on, const user_id& user, kept_answers::finish done);

  const gateway_config& config_;
  const services below_;
  auth::authority& tokens_;
  const api_environment around_;
  kept_answers kept_;
};

} // namespace recado::rest
