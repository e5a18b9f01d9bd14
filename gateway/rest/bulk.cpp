#include "gateway/rest/api.hpp"
#include "gateway/rest/commands.hpp"
#include "gateway/shapes/answers.hpp"
#include "gateway/shapes/message.hpp"
#include "gateway/shapes/problem_body.hpp"

#include <atomic>
#include <charconv>

namespace recado::rest {
namespace {

constexpr std::string_view list_pointer = "/messages/";

/// What the parser found wrong within each message; what is elsewhere is the whole request's.
struct split_flaws {
  std::vector<std::vector<field_error>> of_message;
  std::vector<field_error> others;

  split_flaws(const std::vector<field_error>& all, std::size_t messages) : of_message(messages) {
    for (const auto& each : all)
      place(each);
  }

private:
  void place(const field_error& each) {
    std::string_view pointer = each.pointer;
    if (!pointer.starts_with(list_pointer)) return others.push_back(each);
    pointer.remove_prefix(list_pointer.size());
    std::size_t index = 0;
    auto [end, error] = std::from_chars(pointer.data(), pointer.data() + pointer.size(), index);
    if (error != std::errc{} || index >= of_message.size()) return others.push_back(each);
    of_message[index].push_back({std::string{end, pointer.data() + pointer.size()}, each.detail});
  }
};

/// The results of one bulk, each written when it is known. The last one answers the request.
class bulk_results {
public:
  bulk_results(call_ptr on, std::function<void()> at_the_end, std::size_t size)
    : on_(std::move(on)),
      at_the_end_(std::move(at_the_end)),
      results_(size),
      missing_(size) {}

  void refuse(std::size_t index, const message_id& id, const problem& why) {
    if (why.code == ec::rate_limited) ++limited_;
    set(index, shapes::bulk_refusal(index, id, why, on_->trace.trace_id_text()));
  }
  void take(std::size_t index, const message_id& id, const reply& said) {
    if (!said.ok()) return refuse(index, id, shapes::problem_of(said, on_->who.user));
    set(index, shapes::bulk_result(index, id, said));
  }

private:
  void set(std::size_t index, std::string json) {
    results_[index] = std::move(json);
    if (missing_.fetch_sub(1) == 1) answer();
  }

  void answer() {
    at_the_end_();
    // Nothing was taken, and for this reason alone: that is the request's own answer.
    if (limited_ == results_.size()) return on_->fail(problem{ec::rate_limited});
    std::size_t bytes = 16;
    for (const auto& each : results_)
      bytes += each.size() + 1;
    std::string out;
    out.reserve(bytes);
    json::writer to{out};
    to.begin_object().key("results").begin_array();
    for (const auto& each : results_)
      to.raw(each);
    to.end_array().end_object();
    on_->answer(207, std::move(out));
  }

  const call_ptr on_;
  const std::function<void()> at_the_end_;
  std::vector<std::string> results_; ///< as JSON; each written by one thread only
  std::atomic<std::size_t> missing_;
  std::atomic<std::size_t> limited_ = 0;
};

/// The messages, once the request around them is as it should be.
const json::value::array* messages_in(const call& on, const gateway_limits& limits,
                                      json::complaints& wrong) {
  json::fields in{on.body.root, "", wrong};
  in.require("messages");
  const auto* items = in.array("messages", 1, limits.bulk_messages_max);
  in.finish();
  return items;
}

} // namespace

/// One message of a bulk as a command; refused here if it cannot be one.
std::optional<command> api::bulk_command(const call& on, const json::value& what,
                                         std::vector<field_error> flaws, std::size_t index,
                                         const on_refusal& refuse) const {
  json::complaints wrong;
  wrong.add(std::move(flaws));
  auto asked = shapes::read_message(what, config_.limits, wrong);
  auto from = speaker_of(on.who, asked.from);
  if (!from) refuse({}, from.error());
  if (from && wrong.any()) refuse({}, wrong.as_problem());
  if (!from || wrong.any()) return std::nullopt;
  if (!asked.message) asked.message = message_of_key(on, index + 1);
  auto priority = asked.what.priority;
  auto whole = shapes::address(on.who.client, std::move(asked), *from);
  auto out = make_command(on, whole.conversation, std::move(whole.body));
  out.priority = priority;
  return out;
}

void api::post_messages(const call_ptr& on) {
  json::complaints wrong;
  const auto* items = messages_in(*on, config_.limits, wrong);
  split_flaws flaws{on->body.flaws, items ? items->size() : 0};
  // The parser stops counting at some point: then no message is known to be free of flaws.
  wrong.add(on->body.flaws.size() < json::flaws_max ? std::move(flaws.others) : on->body.flaws);
  if (refused(on, wrong)) return;
  if (auto bad = check_idempotency_key(*on)) return on->fail(*bad);
  auto session = uuid::v7(); // names the order of this bulk's commands
  auto at_the_end = [this, on, session] {
    below_.commands->end_session(session);
    tell_rate(*on);
  };
  auto results = std::make_shared<bulk_results>(on, at_the_end, items->size());
  std::vector<submission> all;
  all.reserve(items->size());
  for (std::size_t i = 0; i < items->size(); ++i) {
    auto refuse = [&](const message_id& id, const problem& why) { results->refuse(i, id, why); };
    auto what = bulk_command(*on, (*items)[i], std::move(flaws.of_message[i]), i, refuse);
    if (!what) continue;
    auto id = std::get<send_message>(what->body).message;
    all.emplace_back(std::move(*what),
                     [results, i, id](const reply& said) { results->take(i, id, said); });
  }
  // Up to 16 MiB and what was made of them: nobody needs them while the answers come.
  on->body = {};
  on->asked.body = {};
  if (!all.empty()) below_.commands->submit_all(std::move(all), session);
}

} // namespace recado::rest
