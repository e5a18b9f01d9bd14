#pragma once
/// Parts that the handlers of commands share.
#include "gateway/rest/call.hpp"
#include "schemas/reply.hpp"

namespace recado::rest {

/// The id in the path, or answers with this code.
template <class Id>
std::optional<Id> id_param(const call_ptr& on, std::size_t index, ec missing) {
  auto id = Id::parse(on->params.at(index));
  if (!id) on->fail(problem{missing});
  return id;
}

/// For whom a request without a named user speaks, and whether it may speak for a named one: a
/// user's token for that user only, else forbidden_sender.
result<user_id> speaker_of(const auth::principal& who, const std::optional<user_id>& named);
/// The same; answers if it may not.
std::optional<user_id> speaker(const call_ptr& on, const std::optional<user_id>& named);

/// True if something was wrong, which is then answered.
bool refused(const call_ptr& on, const json::complaints& about);
/// Complaints that begin with what the parser found.
json::complaints complaints_about(const call& on);

} // namespace recado::rest
