#include "node/wiring/connector_asks.hpp"

#include <caf/event_based_actor.hpp>
#include <caf/send.hpp>

#include "runtime/actor/child_setup.hpp"
#include "runtime/actor/error.hpp"

namespace recado::wiring {
namespace {

/// A check is a request to a provider, with a time-out of its own.
constexpr std::chrono::seconds answer_max{29};

class asked_connectors final : public connector_service {
public:
  asked_connectors(caf::actor_system& system, channels::connectors_actor connectors)
    : system_(system),
      connectors_(std::move(connectors)) {}

  void list(const client_id& client,
            on_result<std::vector<channels::connector_snapshot>> done) override {
    ask<std::vector<channels::connector_snapshot>>(channels::connectors_of{client},
                                                   std::move(done));
  }
  void check(const account_key& key, on_result<channels::check_result> done) override {
    ask<channels::check_result>(channels::check_connector{key}, std::move(done));
  }
  void changed(const channels::account_record& record) override {
    caf::anon_send(connectors_, channels::account_changed{record});
  }
  void removed(const account_key& key) override {
    caf::anon_send(connectors_, channels::account_deleted{key});
  }

private:
  /// An actor for the time of one question.
  template <class Answer, class Question>
  void ask(Question question, on_result<Answer> done) {
    system_.spawn(
      [](caf::event_based_actor* self, const channels::connectors_actor& to, const Question& what,
         const on_result<Answer>& answered) {
        actor::child_setup(self);
        self->request(to, answer_max, what)
          .then([answered](Answer& got) { answered(std::move(got)); },
                [answered](caf::error& why) { answered(failure{actor::to_problem(why)}); });
      },
      connectors_, std::move(question), std::move(done));
  }

  caf::actor_system& system_;
  channels::connectors_actor connectors_;
};

} // namespace

std::shared_ptr<connector_service> ask_connectors(caf::actor_system& system,
                                                  channels::connectors_actor connectors) {
  return std::make_shared<asked_connectors>(system, std::move(connectors));
}

} // namespace recado::wiring
