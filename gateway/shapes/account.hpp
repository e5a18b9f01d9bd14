#pragma once
/// Accounts and their connectors, as a caller asks for them and sees them.
#include "actors/service/views.hpp"
#include "channels/connector/snapshot.hpp"
#include "gateway/json/fields.hpp"
#include "gateway/json/writer.hpp"

namespace recado::shapes {

/// Body of POST /v1/accounts. What the channel says about its fields is among the complaints.
stored_account read_account(const json::value& body, const client_id& client,
                            json::complaints& into);

/// Body of PATCH: a merge patch (RFC 7396) over the account that is stored.
void patch_account(const json::value& body, stored_account& into_account, json::complaints& into);

void append_account(json::writer& to, const stored_account& what);

/// An account and its connector on this node; none: it has had nothing to do.
struct connector_view {
  stored_account account;
  std::optional<channels::connector_snapshot> now;
};
void append_connector(json::writer& to, const connector_view& what);
std::string check_body(const channels::check_result& what);

} // namespace recado::shapes
