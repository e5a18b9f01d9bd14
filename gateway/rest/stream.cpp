#include "gateway/rest/api.hpp"
#include "gateway/shapes/ids.hpp"

namespace recado::rest {
namespace {

http::response stream_head() {
  http::response out;
  out.content_type = "text/event-stream";
  out.headers = {{"Cache-Control", "no-store"},
                 {"X-Accel-Buffering", "no"}}; // for nginx: pass on each event at once
  return out;
}

problem lost_place() {
  return problem{ec::invalid_cursor, "Last-Event-ID is not an id of this stream, or has expired"};
}

} // namespace

void api::get_stream(const call_ptr& on) {
  auto last = on->asked.header_value("Last-Event-ID");
  if (last.empty()) return begin_stream(on, std::nullopt);
  auto id = shapes::read_stream_id(last);
  if (!id) return on->fail(id.error());
  if (!id->base) return begin_stream(on, std::move(id->at));
  below_.idempotency->find(
    on->who.client, std::string{shapes::stream_route}, id->base->str(),
    shapes::hash_of(on->who.user.value),
    [this, on, at = std::move(id->at)](
      result<std::optional<idempotency_service::stored_answer>> got) mutable {
      if (!got && got.error().code != ec::idempotency_mismatch) return on->fail(got.error());
      auto kept = got && *got ? shapes::read_positions((*got)->body) : std::nullopt;
      if (!kept) return on->fail(lost_place());
      at.merge(*kept); // what the id names is newer
      begin_stream(on, std::move(at));
    });
}

void api::begin_stream(const call_ptr& on, std::optional<shapes::positions> since) {
  if (!around_.stream(on, on->rendered(stream_head()), std::move(since)))
    on->fail(problem{ec::shutting_down});
}

} // namespace recado::rest
