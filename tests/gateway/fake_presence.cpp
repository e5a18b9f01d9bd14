#include "actors/presence/presence_board.hpp"
#include "fakes_parts.hpp"

namespace recado::test {

/// What PostgreSQL would know: which users there are, and who shares a conversation with whom.
class fake_people_seen {
public:
  using found = std::function<void(result<std::vector<presence::known_user>>)>;
  static void look_up(world& in, const client_id& client, const user_id& viewer,
                      const std::vector<user_id>& users, found done) {
    in.worker_.post([&in, client, viewer, users, done = std::move(done)] {
      std::lock_guard lock{in.mutex_};
      std::vector<presence::known_user> out;
      for (const auto& each : users)
        if (in.users_.contains({client, each}) &&
            (viewer.empty() || share(in, client, viewer, each)))
          out.push_back({each, std::nullopt});
      done(out);
    });
  }

private:
  static bool share(const world& in, const client_id& client, const user_id& a, const user_id& b) {
    for (const auto& [key, each] : in.conversations_)
      if (key.client == client && active(each, a) && active(each, b)) return true;
    return a == b;
  }
  static bool active(const conversation_state& in, const user_id& user) {
    auto found = in.members.find(user);
    return found != in.members.end() && found->second.active();
  }
};

/// The real board of a node that is alone.
std::shared_ptr<presence_service> make_presence(world& of) {
  presence::board_ports alone;
  alone.now = [] {
    return std::chrono::time_point_cast<std::chrono::microseconds>(
      std::chrono::system_clock::now());
  };
  alone.steady = [] { return steady_time{}; };
  alone.linked = [] { return true; };
  alone.tell = [](const std::string&) {};
  alone.ask = [](const auto&, const auto&, auto done) { done(std::nullopt); };
  alone.keep = [](const auto&, auto done) { done(true); };
  alone.look_up = [&of](const auto& client, const auto& viewer, const auto& users, auto done) {
    fake_people_seen::look_up(of, client, viewer, users, std::move(done));
  };
  return std::make_shared<presence::presence_board>(presence::gateway_key{"n1", 1},
                                                    std::move(alone));
}

} // namespace recado::test
