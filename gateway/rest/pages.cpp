#include "gateway/rest/api.hpp"
#include "gateway/rest/assets.hpp"
#include "gateway/shapes/problem_body.hpp"
#include "runtime/clock/wall_clock.hpp"

namespace recado::rest {
namespace {

void answer_health(const call_ptr& on, const observe::health_report& report) {
  on->answer(report.ok ? 200 : 503, report.json, {{"Cache-Control", "no-store"}});
}

void answer_file(const call_ptr& on, std::string_view content_type, std::string_view content) {
  http::response out;
  out.content_type = content_type;
  out.body = content;
  out.headers = {{"X-Content-Type-Options", "nosniff"},
                 {"Content-Security-Policy",
                  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}};
  on->respond(std::move(out));
}

} // namespace

/// A plain GET of the WebSocket's path; upgrades never come here.
void api::get_socket(const call_ptr& on) {
  http::response out;
  out.status = 426;
  out.content_type = "application/problem+json";
  out.body =
    shapes::problem_body(426, "upgrade_required", "The path takes WebSocket connections only", "",
                         on->trace.trace_id_text());
  out.headers = {{"Upgrade", "websocket"}};
  on->respond(std::move(out));
}

void api::get_live(const call_ptr& on) {
  answer_health(on, around_.health.report(observe::probe::live, clock::boot_time()));
}
void api::get_ready(const call_ptr& on) {
  answer_health(on, around_.health.report(observe::probe::ready, clock::boot_time()));
}
void api::get_started(const call_ptr& on) {
  answer_health(on, around_.health.report(observe::probe::started, clock::boot_time()));
}

void api::get_metrics(const call_ptr& on) {
  http::response out;
  out.content_type = "text/plain; version=0.0.4; charset=utf-8";
  out.body = around_.metrics.text();
  on->respond(std::move(out));
}

void api::get_openapi(const call_ptr& on) {
  on->answer(200, std::string{assets::openapi_json});
}
void api::get_asyncapi(const call_ptr& on) {
  on->answer(200, std::string{assets::asyncapi_json});
}
void api::get_docs(const call_ptr& on) {
  answer_file(on, "text/html; charset=utf-8", assets::docs_html);
}
void api::get_docs_css(const call_ptr& on) {
  answer_file(on, "text/css; charset=utf-8", assets::docs_css);
}
void api::get_docs_js(const call_ptr& on) {
  answer_file(on, "text/javascript; charset=utf-8", assets::docs_js);
}

} // namespace recado::rest
