#include "gateway/rest/routes.hpp"

#include "gateway/rest/api.hpp"

namespace recado::rest {
namespace {

using enum auth::scope;
using enum body_kind;
constexpr auto open = access::open, bearer = access::bearer, client = access::client,
               socket = access::socket;

constexpr route table[] = {
  // Authentication
  {"POST", "/auth/token", open, messages_read, credentials, &api::post_token},
  {"GET", "/.well-known/jwks.json", open, messages_read, none, &api::get_jwks},
  {"POST", "/v1/users/{user_id}/tokens", client, messages_write, optional_json,
   &api::post_user_token},
  // Users and identities
  {"GET", "/v1/users", client, messages_read, none, &api::list_users},
  {"PUT", "/v1/users/{user_id}", client, messages_write, json, &api::put_user},
  {"GET", "/v1/users/{user_id}", client, messages_read, none, &api::get_user},
  {"DELETE", "/v1/users/{user_id}", client, messages_write, none, &api::delete_user},
  {"GET", "/v1/users/{user_id}/identities", client, messages_read, none, &api::list_identities},
  {"PUT", "/v1/users/{user_id}/identities/{channel}", client, messages_write, json,
   &api::put_identity},
  {"DELETE", "/v1/users/{user_id}/identities/{channel}", client, messages_write, none,
   &api::delete_identity},
  {"GET", "/v1/presence", bearer, messages_read, none, &api::get_presence},
  // Conversations
  {"POST", "/v1/conversations", bearer, messages_write, json, &api::post_conversation},
  {"GET", "/v1/conversations", bearer, messages_read, none, &api::list_conversations},
  {"GET", "/v1/conversations/{id}", bearer, messages_read, none, &api::get_conversation},
  {"POST", "/v1/conversations/{id}/members", bearer, messages_write, json, &api::post_member},
  {"DELETE", "/v1/conversations/{id}/members/{user_id}", bearer, messages_write, none,
   &api::delete_member},
  {"GET", "/v1/conversations/{id}/messages", bearer, messages_read, none,
   &api::list_conversation_messages},
  {"POST", "/v1/conversations/{id}/receipts", bearer, messages_write, json, &api::post_receipt},
  {"POST", "/v1/conversations/{id}/typing", bearer, messages_write, json, &api::post_typing},
  // Messages
  {"POST", "/v1/messages", bearer, messages_write, json, &api::post_message},
  {"GET", "/v1/messages", bearer, messages_read, none, &api::list_messages},
  {"POST", "/v1/messages/bulk", bearer, messages_write, json, &api::post_messages, true},
  {"GET", "/v1/messages/{id}", bearer, messages_read, none, &api::get_message},
  {"PATCH", "/v1/messages/{id}", bearer, messages_write, merge_patch},
  {"DELETE", "/v1/messages/{id}", bearer, messages_write, none},
  {"GET", "/v1/messages/{id}/history", bearer, messages_read, none, &api::get_message_history},
  {"GET", "/v1/messages/{id}/trace", bearer, messages_read, none, &api::get_message_trace},
  {"POST", "/v1/messages/{id}/cancel", bearer, messages_write, optional_json, &api::cancel},
  // Schedules
  {"POST", "/v1/schedules", client, messages_write, json},
  {"GET", "/v1/schedules", client, messages_read, none},
  {"GET", "/v1/schedules/{id}", client, messages_read, none},
  {"PATCH", "/v1/schedules/{id}", client, messages_write, merge_patch},
  {"DELETE", "/v1/schedules/{id}", client, messages_write, none},
  {"POST", "/v1/schedules/{id}/pause", client, messages_write, optional_json},
  {"POST", "/v1/schedules/{id}/resume", client, messages_write, optional_json},
  // Real time
  {"GET", "/v1/ws", socket, messages_read, none, &api::get_socket},
  {"GET", "/v1/stream", bearer, messages_read, none, &api::get_stream},
  // Channels, dead letters, connectors
  {"GET", "/v1/inbound/{channel}/{account}", open, messages_read, none},
  {"POST", "/v1/inbound/{channel}/{account}", open, messages_read, any},
  {"GET", "/v1/accounts", client, accounts_write, none, &api::list_accounts},
  {"POST", "/v1/accounts", client, accounts_write, json, &api::post_account},
  {"GET", "/v1/accounts/{channel}/{account}", client, accounts_write, none, &api::get_account},
  {"PATCH", "/v1/accounts/{channel}/{account}", client, accounts_write, merge_patch,
   &api::patch_account},
  {"DELETE", "/v1/accounts/{channel}/{account}", client, accounts_write, none,
   &api::delete_account},
  {"GET", "/v1/connectors", client, accounts_write, none, &api::list_connectors},
  {"POST", "/v1/connectors/{channel}/{account}/pause", client, accounts_write, optional_json,
   &api::pause_connector},
  {"POST", "/v1/connectors/{channel}/{account}/resume", client, accounts_write, optional_json,
   &api::resume_connector},
  {"POST", "/v1/connectors/{channel}/{account}/check", client, accounts_write, optional_json,
   &api::check_connector},
  {"GET", "/v1/dead-letters", client, accounts_write, none},
  {"POST", "/v1/dead-letters/redrive", client, accounts_write, json},
  {"GET", "/v1/dead-letters/{id}", client, accounts_write, none},
  {"PATCH", "/v1/dead-letters/{id}", client, accounts_write, merge_patch},
  {"DELETE", "/v1/dead-letters/{id}", client, accounts_write, none},
  {"POST", "/v1/dead-letters/{id}/redrive", client, accounts_write, optional_json},
  // Webhooks
  {"GET", "/v1/webhooks", client, accounts_write, none},
  {"POST", "/v1/webhooks", client, accounts_write, json},
  {"GET", "/v1/webhooks/{id}", client, accounts_write, none},
  {"PATCH", "/v1/webhooks/{id}", client, accounts_write, merge_patch},
  {"DELETE", "/v1/webhooks/{id}", client, accounts_write, none},
  {"POST", "/v1/webhooks/{id}/rotate", client, accounts_write, optional_json},
  {"GET", "/v1/webhooks/{id}/deliveries", client, accounts_write, none},
  {"POST", "/v1/webhooks/{id}/recover", client, accounts_write, json},
  {"POST", "/v1/webhooks/{id}/deliveries/{delivery_id}/resend", client, accounts_write,
   optional_json},
  // Later rows
  {"POST", "/v1/files/initiate", bearer, messages_write, json},
  {"POST", "/v1/files/complete", bearer, messages_write, json},
  {"GET", "/v1/files/{id}", bearer, messages_read, none},
  {"POST", "/v1/uploads", bearer, messages_write, any},
  {"OPTIONS", "/v1/uploads", bearer, messages_write, none},
  {"HEAD", "/v1/uploads/{id}", bearer, messages_write, none},
  {"PATCH", "/v1/uploads/{id}", bearer, messages_write, any},
  {"DELETE", "/v1/uploads/{id}", bearer, messages_write, none},
  {"POST", "/v1/events", client, messages_write, any},
  {"GET", "/v1/event-types", client, messages_read, none},
  {"POST", "/v1/event-types", client, messages_write, json},
  {"GET", "/v1/rules", client, messages_read, none},
  {"POST", "/v1/rules", client, messages_write, json},
  {"GET", "/v1/templates", client, messages_read, none},
  {"POST", "/v1/templates", client, messages_write, json},
  {"GET", "/v1/users/{user_id}/preferences", client, messages_read, none},
  {"PUT", "/v1/users/{user_id}/preferences", client, messages_write, json},
  {"GET", "/v1/tickets", client, messages_read, none},
  {"POST", "/v1/tickets", client, messages_write, json},
  {"GET", "/v1/sla-policies", client, messages_read, none},
  {"POST", "/v1/sla-policies", client, messages_write, json},
  {"GET", "/v1/reports/live", client, messages_read, none},
  {"POST", "/v1/reports/exports", client, messages_write, json},
  {"GET", "/v1/billing/daily", client, messages_read, none},
  {"PUT", "/v1/billing/rates", client, admin, json},
  // Operation
  {"GET", "/livez", open, messages_read, none, &api::get_live},
  {"GET", "/readyz", open, messages_read, none, &api::get_ready},
  {"GET", "/startupz", open, messages_read, none, &api::get_started},
  {"GET", "/metrics", open, messages_read, none, &api::get_metrics},
  {"GET", "/openapi.json", open, messages_read, none, &api::get_openapi},
  {"GET", "/asyncapi.json", open, messages_read, none, &api::get_asyncapi},
  {"GET", "/docs", open, messages_read, none, &api::get_docs},
  {"GET", "/docs/page.css", open, messages_read, none, &api::get_docs_css},
  {"GET", "/docs/page.js", open, messages_read, none, &api::get_docs_js},
  {"GET", "/v1/cluster", client, admin, none, &api::get_cluster},
  {"POST", "/v1/cluster/nodes/{id}/drain", client, admin, optional_json, &api::drain},
  {"POST", "/v1/cluster/nodes/{id}/undrain", client, admin, optional_json, &api::undrain},
  {"POST", "/v1/cluster/partitions/{id}/release", client, admin, optional_json,
   &api::release_partition},
};

} // namespace

std::span<const route> all_routes() {
  return table;
}

} // namespace recado::rest
