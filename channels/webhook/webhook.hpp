#pragma once
/// The signed webhook: a message becomes a POST to the account's URL, signed as Standard Webhooks
/// wants it. channels/webhook/README.md describes what the receiver sees.
#include "channels/channel.hpp"

namespace recado::channels {

class webhook_channel final : public channel {
public:
  std::string_view name() const override { return "webhook"; }
  capabilities can() const override { return {}; }
  std::span<const field_rule> settings() const override;
  std::span<const field_rule> credentials() const override;
  std::vector<field_error> contradictions(const open_account& account) const override;
  result<std::string> address(std::string_view given) const override;
  result<transport_request> send_text(const open_delivery& what, const open_account& account,
                                      wall_time now) const override;
  std::string own_id(const open_delivery& what, const open_account&) const override {
    return what.id.str(); // webhook-id
  }
  verdict parse_response(const transport_answer& answer, wall_time now) const override;
  result<transport_request> check(const open_account& account, wall_time now) const override;
};

} // namespace recado::channels
