#include "node/wiring/presence_side.hpp"

#include <caf/actor_cast.hpp>

#include "actors/query/query.hpp"
#include "schemas/subjects.hpp"

namespace recado::wiring {
namespace {

constexpr std::chrono::milliseconds page_timeout{2'000};  ///< of another gateway's answer
constexpr std::chrono::milliseconds query_timeout{3'000}; ///< of PostgreSQL's

} // namespace

presence_side::presence_side(presence_needs needs)
  : needs_(std::move(needs)),
    board_(std::make_shared<presence::presence_board>(
      presence::gateway_key{needs_.with.node(), needs_.with.incarnation}, ports())) {}

presence::board_ports presence_side::ports() {
  presence::board_ports out;
  out.now = [this] { return needs_.wall.now(); };
  out.steady = [] { return clock::boot_time(); };
  out.linked = [this] { return needs_.link.connected(); };
  out.tell = [this](const std::string& bytes) {
    // Lost while the link is down; the digest that follows shows it.
    (void)needs_.link.publish(subjects::presence(needs_.with.cluster()), bytes);
  };
  out.ask = [this](const auto& whom, const auto& bytes, auto done) {
    ask(whom, bytes, std::move(done));
  };
  out.keep = [this](const auto& seen, auto done) { keep(seen, std::move(done)); };
  out.look_up = [this](const auto& client, const auto& viewer, const auto& users, auto done) {
    look_up(client, viewer, users, std::move(done));
  };
  return out;
}

void presence_side::ask(const presence::gateway_key& whom, const std::string& bytes,
                        std::function<void(std::optional<std::string>)> done) {
  auto subject = subjects::people(needs_.with.cluster(), whom.node, whom.incarnation);
  needs_.link.request(subject, bytes, page_timeout,
                      [done = std::move(done)](bus::outcome<bus::message> got) {
                        done(got ? std::optional{std::move(got->data)} : std::nullopt);
                      });
}

void presence_side::keep(const presence::seen_list& seen, std::function<void(bool)> done) {
  query::question asked{"presence", {presence::keep_seen(seen)}};
  asked.writes = true;
  query::ask(
    *needs_.store, std::move(asked), query::within(query_timeout),
    on_result<bool>{[done = std::move(done)](const result<bool>& got) { done(got.has_value()); }},
    [](const query::answers&) -> result<bool> { return true; });
}

void presence_side::look_up(const client_id& client, const user_id& viewer,
                            const std::vector<user_id>& users,
                            std::function<void(result<std::vector<presence::known_user>>)> done) {
  using found = std::vector<presence::known_user>;
  query::ask(*needs_.store, {"last seen", {presence::known_users(client, viewer, users)}},
             query::within(query_timeout), on_result<found>{std::move(done)},
             [](const query::answers& got) -> result<found> {
               found out;
               for (std::size_t row = 0; row < got[0].size(); ++row)
                 out.push_back(presence::known_user_of(got[0], row));
               return out;
             });
}

actor::child_spec presence_side::child() const {
  return {"presence", [board = board_](caf::actor_system& system) {
            return caf::actor_cast<caf::actor>(presence::spawn_presence(system, board));
          }};
}

void presence_side::start() {
  auto add = [this](const std::string& subject, bus::message_handler handler) {
    if (auto made = needs_.link.subscribe(subject, std::move(handler)))
      subscriptions_.push_back(std::move(*made));
  };
  add(subjects::presence(needs_.with.cluster()),
      [board = board_](const bus::message& got) { board->hear(got.data); });
  add(subjects::people(needs_.with.cluster(), needs_.with.node(), needs_.with.incarnation),
      [board = board_, &link = needs_.link](const bus::message& got) {
        if (auto page = board->answer(got.data); !page.empty() && !got.reply.empty())
          (void)link.publish(got.reply, page);
      });
  if (needs_.link.connected()) board_->on_link(); // asks again, now that the answers are heard
}

void presence_side::on_link(bool up) {
  if (up) board_->on_link();
}

void presence_side::on_gone(const std::string& node, std::int64_t incarnation) {
  board_->on_gone({node, incarnation});
}

void presence_side::stop() {
  subscriptions_.clear();
  board_->leave();
}

} // namespace recado::wiring
