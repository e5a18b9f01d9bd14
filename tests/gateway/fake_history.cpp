#include "fakes_parts.hpp"
#include "schemas/deliveries.hpp"

#include <algorithm>

namespace recado::test {

void world::fill_statuses(message_record& record, const conversation_state& in) const {
  least_advanced all;
  for (const auto& [user, member] : in.members) {
    if (user == record.view.from || !member.had(record.view.seq)) continue;
    auto state = member.read_seq >= record.view.seq        ? status::read
                 : member.delivered_seq >= record.view.seq ? status::delivered
                                                           : status::sent;
    all.add(state);
    delivery_record one;
    one.id = in_app_delivery(record.view.id, user);
    one.recipient = user;
    one.state = state;
    one.updated_at = record.view.created_at;
    record.deliveries.push_back(std::move(one));
  }
  record.deliveries_total = static_cast<std::int32_t>(record.deliveries.size());
  record.state = all.value().value_or(status::sent);
}

class fake_history final : public history_service {
public:
  explicit fake_history(world& w) : w_(w) {}

  void conversation(const client_id& client, const conversation_id& id, const user_id& viewer,
                    on_result<conversation_record> done) override {
    run([this, client, id, viewer, done] {
      const auto* found = find(client, id);
      if (!found || (!viewer.empty() && !active(*found, viewer)))
        return done(fail(ec::conversation_not_found));
      done(record_of(*found));
    });
  }
  void conversations(const client_id& client, const user_id& member,
                     std::optional<conversation_type> type, std::string after, std::size_t limit,
                     on_result<page<conversation_record>> done) override {
    run([this, client, member, type, after, limit, done] {
      page<conversation_record> out;
      std::size_t skip = after.empty() ? 0 : std::stoul(after), seen = 0;
      for (auto at = w_.order_.rbegin(); at != w_.order_.rend(); ++at) {
        const auto& each = w_.conversations_.at(*at);
        bool listed = type ? each.type == *type : each.type != conversation_type::direct;
        if (at->client != client || !listed || (!member.empty() && !active(each, member))) continue;
        if (seen++ < skip) continue;
        if (out.items.size() == limit) {
          out.next = std::to_string(skip + limit);
          break;
        }
        out.items.push_back(record_of(each));
      }
      done(out);
    });
  }
  void messages(const client_id& client, const conversation_id& id, const user_id& viewer,
                range which, on_result<page<message_record>> done) override {
    run([this, client, id, viewer, which, done] {
      const auto* found = find(client, id);
      if (!found || (!viewer.empty() && !active(*found, viewer)))
        return done(fail(ec::conversation_not_found));
      std::vector<message_record> all;
      auto high = which.before_seq.value_or(found->last_seq + 1);
      for (auto seq = which.since_seq.value_or(0) + 1; seq < high && seq <= found->last_seq; ++seq)
        if (viewer.empty() || found->members.at(viewer).had(seq))
          all.push_back(at(found->key, seq));
      bool down = which.before_seq && !which.since_seq;
      page<message_record> out;
      bool more = all.size() > which.limit;
      if (more) {
        if (down)
          all.erase(all.begin(), all.end() - static_cast<std::ptrdiff_t>(which.limit));
        else
          all.resize(which.limit);
        out.next = std::to_string(down ? all.front().view.seq : all.back().view.seq);
      }
      out.items = std::move(all);
      done(out);
    });
  }
  void message(const client_id& client, const message_id& id, const user_id& viewer,
               on_result<message_record> done) override {
    run([this, client, id, viewer, done] {
      for (const auto& [what, unused] : w_.inbox_)
        if (const auto* send = std::get_if<send_message>(&what.body); send && send->message == id) {
          message_record out;
          out.view = {id,
                      what.conversation,
                      0,
                      send->from,
                      send->payload,
                      send->metadata,
                      what.priority,
                      what.received_at,
                      {}};
          out.state = status::queued;
          return done(out);
        }
      auto found = w_.messages_.find({client, id});
      if (found == w_.messages_.end()) return done(fail(ec::message_not_found));
      auto out = found->second.record;
      const auto* in = find(client, out.view.conversation);
      if (!viewer.empty() &&
          !(in && active(*in, viewer) && in->members.at(viewer).had(out.view.seq)))
        return done(fail(ec::message_not_found));
      if (in) w_.fill_statuses(out, *in);
      done(out);
    });
  }
  void message_history(const client_id& client, const message_id& id, const user_id& viewer,
                       std::string, std::size_t, on_result<page<history_record>> done) override {
    message(client, id, viewer, [done](result<message_record> got) {
      if (!got) return done(failure{got.error()});
      page<history_record> out;
      for (const auto& each : got->deliveries) {
        history_record line;
        line.at = each.updated_at;
        line.recipient = each.recipient;
        line.state = each.state;
        out.items.push_back(std::move(line));
      }
      done(out);
    });
  }
  void trace(const client_id& client, const message_id& id, const user_id& viewer,
             on_result<trace_record> done) override {
    message(client, id, viewer, [done](result<message_record> got) {
      if (!got) return done(failure{got.error()});
      trace_record out;
      out.message = got->view.id;
      out.conversation = got->view.conversation;
      out.seq = got->view.seq;
      out.trace_id = std::string(32, 'a');
      out.partition = 17;
      out.came_by = path::stream;
      out.received_at = got->view.created_at;
      out.wire_ms = 0.4;
      out.deliveries.push_back(
        {delivery_id::make(),
         {{1, got->view.created_at, status::retrying, "451", got->view.created_at}}});
      done(out);
    });
  }
  void search(const client_id& client, const user_id&, message_filter filter, std::string after,
              std::size_t limit, on_result<page<message_record>> done) override {
    run([this, client, filter, after, limit, done] {
      std::vector<message_record> all;
      for (const auto& [key, each] : w_.messages_)
        if (key.first == client &&
            (!filter.conversation || each.record.view.conversation == *filter.conversation) &&
            (!filter.user || each.record.view.from == *filter.user))
          all.push_back(each.record);
      std::sort(all.begin(), all.end(),
                [](const auto& a, const auto& b) { return a.view.created_at > b.view.created_at; });
      std::size_t from = after.empty() ? 0 : std::stoul(after),
                  to = std::min(from + limit, all.size());
      page<message_record> out;
      out.items.assign(all.begin() + static_cast<std::ptrdiff_t>(from),
                       all.begin() + static_cast<std::ptrdiff_t>(to));
      if (to < all.size()) out.next = std::to_string(to);
      done(out);
    });
  }
  void memberships(const client_id& client, const user_id& user,
                   on_result<std::vector<membership>> done) override {
    run([this, client, user, done] {
      std::vector<membership> out;
      for (const auto& [key, each] : w_.conversations_) {
        if (key.client != client || (!user.empty() && !active(each, user))) continue;
        auto joined = user.empty() ? 0 : each.members.at(user).joined_seq;
        out.push_back({key.conversation, joined, {}, each.last_seq, each.rev});
      }
      done(out);
    });
  }
  void places_of(const client_id& client, std::vector<user_id> users,
                 on_result<std::vector<shared_place>> done) override {
    run([this, client, users, done] {
      std::vector<shared_place> out;
      for (const auto& [key, each] : w_.conversations_)
        for (const auto& user : users)
          if (key.client == client && active(each, user)) out.push_back({user, key.conversation});
      done(out);
    });
  }
  void receipts_since(const client_id& client, const conversation_id& id, std::int64_t,
                      on_result<std::vector<receipt_position>> done) override {
    run([this, client, id, done] {
      const auto* found = find(client, id);
      if (!found) return done(fail(ec::conversation_not_found));
      std::vector<receipt_position> out;
      for (const auto& [user, member] : found->members) {
        if (member.delivered_seq > member.joined_seq)
          out.push_back({user, receipt_kind::delivered, member.delivered_seq, w_.clock_});
        if (member.read_seq > member.joined_seq)
          out.push_back({user, receipt_kind::read, member.read_seq, w_.clock_});
      }
      done(out);
    });
  }

  void statuses(const client_id& client, const conversation_id& id, revisions which,
                on_result<std::vector<status_record>> done) override {
    run([this, client, id, which, done] {
      std::vector<status_record> out;
      for (const auto& each : w_.statuses_[{client, id}])
        if (each.rev > which.since_rev && each.rev <= which.up_to_rev) out.push_back(each);
      done(out);
    });
  }

private:
  void run(std::function<void()> what) {
    w_.worker_.post([this, what = std::move(what)] {
      std::lock_guard lock{w_.mutex_};
      what();
    });
  }
  const conversation_state* find(const client_id& client, const conversation_id& id) {
    auto found = w_.conversations_.find({client, id});
    return found == w_.conversations_.end() ? nullptr : &found->second;
  }
  static bool active(const conversation_state& in, const user_id& user) {
    auto found = in.members.find(user);
    return found != in.members.end() && found->second.active();
  }
  message_record at(const conversation_key& key, std::int64_t seq) {
    auto out = w_.messages_.at({key.client, w_.by_seq_.at({key, seq})}).record;
    w_.fill_statuses(out, w_.conversations_.at(key));
    return out;
  }
  static conversation_record record_of(const conversation_state& from) {
    conversation_record out{from.key.conversation, from.type,     from.title, {},
                            from.metadata,         from.last_seq, from.rev,   from.created_at};
    for (const auto& [user, member] : from.members)
      if (member.active())
        out.members.push_back({user, member.role, member.joined_at, member.joined_seq});
    return out;
  }
  world& w_;
};

std::shared_ptr<history_service> make_history(world& of) {
  return std::make_shared<fake_history>(of);
}

} // namespace recado::test
