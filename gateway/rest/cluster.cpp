/// The cluster for operators: who is there, who owns what, what moves.
#include "gateway/shapes/cluster.hpp"
#include "gateway/rest/api.hpp"
#include "gateway/rest/commands.hpp"

#include <charconv>

namespace recado::rest {
namespace {

bool empty_body(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  if (!on->asked.body.empty()) json::fields{on->body.root, "", wrong}.finish();
  return !refused(on, wrong);
}

std::optional<std::int32_t> number_in(const std::string& text) {
  std::int32_t out = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

} // namespace

void api::get_cluster(const call_ptr& on) {
  below_.cluster->view(then<cluster_record>(on, [on](const cluster_record& got) {
    on->answer(200, shapes::cluster_body(got), {{"Cache-Control", "no-store"}});
  }));
}

void api::drain(const call_ptr& on) {
  if (!empty_body(on)) return;
  below_.cluster->drain(on->params.at(0), true,
                        then<cluster_record::node>(on, [on](const cluster_record::node& got) {
                          on->answer(202, shapes::node_body(got));
                        }));
}

void api::undrain(const call_ptr& on) {
  if (!empty_body(on)) return;
  below_.cluster->drain(on->params.at(0), false,
                        then<cluster_record::node>(on, [on](const cluster_record::node& got) {
                          on->answer(200, shapes::node_body(got));
                        }));
}

void api::release_partition(const call_ptr& on) {
  if (!empty_body(on)) return;
  auto part = number_in(on->params.at(0));
  if (!part) return on->fail(problem{ec::not_found, "there is no such partition"});
  below_.cluster->release(
    *part, then<cluster_record::partition>(on, [on](const cluster_record::partition& got) {
      on->answer(200, shapes::partition_body(got));
    }));
}

} // namespace recado::rest
