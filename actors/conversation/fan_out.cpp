#include "actors/conversation/fan_out.hpp"

#include "actors/conversation/attempts.hpp"
#include "schemas/deliveries.hpp"

#include <algorithm>
#include <tuple>

namespace recado {
namespace {

bool names(const send_message& what, std::string_view channel) {
  return std::ranges::find(what.channels, channel) != what.channels.end();
}

in_app inside_of(const send_message& what) {
  if (what.channels.empty() || names(what, in_app_channel)) return in_app::everybody;
  return names(what, all_channels) ? in_app::others : in_app::nobody;
}

class fan {
public:
  fan(const fan_out_request& request, const facts& known) : request_(request), known_(known) {}

  fanned_out run() && {
    out_.inside = inside_of(request_.what);
    for (const auto& member : request_.members)
      add_member(member);
    for (const auto& to : request_.what.addresses)
      add({}, to.channel, to.address, {});
    return std::move(out_);
  }

private:
  void add_member(const user_id& user) {
    for (const auto& channel : request_.what.channels)
      if (channel != in_app_channel && channel != all_channels) add_named(user, channel);
    if (!names(request_.what, all_channels)) return;
    for (const auto& identity : identities_of(user))
      add(user, identity.channel, identity.address, identity.account);
  }

  void add_named(const user_id& user, const std::string& channel) {
    const auto& all = identities_of(user);
    auto found = std::ranges::find(all, channel, &known_identity::channel);
    if (found != all.end()) return add(user, channel, found->address, found->account);
    if (auto* made = make(user, channel, {}))
      open(*made, delivery_code::no_address, "the user has no identity on " + channel);
  }

  void add(const user_id& user, const std::string& channel, const std::string& address,
           const std::string& named) {
    auto* made = make(user, channel, address);
    if (!made) return;
    const auto* account = account_for(known_, request_.client, channel, named);
    if (account) {
      made->account = account->account;
      return open(*made, {}, {});
    }
    open(*made, delivery_code::no_account,
         named.empty() ? "the client has no account on " + channel
                       : "the client has no account " + named + " on " + channel);
  }

  const std::vector<known_identity>& identities_of(const user_id& user) const {
    static const std::vector<known_identity> none;
    auto found = known_.identities.find({request_.client, user});
    return found == known_.identities.end() ? none : found->second;
  }

  /// Null: the same recipient was named before on this channel.
  delivery_state* make(const user_id& user, const std::string& channel,
                       const std::string& address) {
    delivery_state one;
    one.id = external_delivery(request_.what.message, channel, user, address);
    if (!made_.insert(one.id).second) return nullptr;
    one.message = request_.what.message;
    one.seq = request_.seq;
    one.sender = request_.what.from;
    one.recipient = user;
    one.channel = channel;
    one.address = address;
    one.priority = request_.priority;
    one.at_most_once = request_.what.at_most_once;
    one.expires_at = request_.what.expires_at;
    return &out_.deliveries.emplace_back(std::move(one));
  }

  void open(delivery_state& one, std::string_view code, std::string detail) {
    attempts{one, out_.lines, request_.at}.accept(code, std::move(detail));
  }

  const fan_out_request& request_;
  const facts& known_;
  fanned_out out_;
  std::unordered_set<delivery_id> made_;
};

} // namespace

const known_account* account_for(const facts& known, const client_id& client,
                                 std::string_view channel, std::string_view named) {
  auto mine = known.accounts.find(client);
  if (mine == known.accounts.end()) return nullptr;
  const known_account* best = nullptr;
  auto order = [](const known_account& one) {
    return std::make_tuple(one.preferred, !one.demo, one.created_at, std::string_view{one.account});
  };
  for (const auto& one : mine->second) {
    if (one.channel != channel || (!named.empty() && one.account != named)) continue;
    if (!best || order(one) > order(*best)) best = &one;
  }
  return best;
}

fanned_out fan_out(const fan_out_request& request, const facts& known) {
  return fan{request, known}.run();
}

} // namespace recado
