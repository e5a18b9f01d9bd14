#include "channels/connector/carry.hpp"

namespace recado::channels {

transport carry_over(std::shared_ptr<http::client> client) {
  return [client = std::move(client)](transport_request request,
                                      std::function<void(transport_answer)> done) {
    auto pass_on = [done = std::move(done)](auto outcome) {
      std::visit([&](auto& value) { done(transport_answer{std::move(value)}); }, outcome);
    };
    std::visit([&](auto& each) { client->send(std::move(each), pass_on); }, request);
  };
}

} // namespace recado::channels
