#pragma once
/// What a developer implements for a new channel: plain and pure C++. No CAF, no curl, no clock, no
/// storage: what it needs is passed in. docs/adding-a-channel.md is the guide.
#include <optional>
#include <span>
#include <variant>

#include "channels/account.hpp"
#include "channels/delivery.hpp"
#include "channels/field_rule.hpp"
#include "runtime/http/client/transfer.hpp"

namespace recado::channels {

struct capabilities {
  /// Messages to one recipient in one conversation leave in their order; a later one waits.
  bool ordered = true;
  /// Of a payload as it was sent (JSON); a longer one is never tried.
  std::size_t payload_bytes_max = 1 << 20;
};

using transport_request = std::variant<http::outgoing_request, http::outgoing_mail>;
using transport_answer =
  std::variant<http::incoming_response, http::mail_reply, http::transfer_failure>;

/// What an answer says about the provider, for the circuit breaker.
enum class provider_health : std::uint8_t {
  well, ///< it works, even if it refused this message
  ill,  ///< nothing would get through now
  unsaid
};

/// What became of a try, in our words.
struct verdict {
  outcome_class what = outcome_class::retry;
  provider_health health = provider_health::unsaid;
  std::string provider_id;                         ///< the provider's name for the message
  std::string provider_code;                       ///< "250", "451", "503" …
  std::string detail;                              ///< one line for people; no secrets
  std::optional<std::chrono::seconds> retry_after; ///< what the provider asked for
  bool holds_account = false; ///< retry_after is meant for all messages of the account
};

class channel {
public:
  virtual ~channel() = default;

  virtual std::string_view name() const = 0; ///< "email"
  virtual capabilities can() const = 0;

  /// The fields of an account; `default` is added for all channels.
  virtual std::span<const field_rule> settings() const = 0;
  virtual std::span<const field_rule> credentials() const = 0;
  /// What single fields cannot say, such as "one needs the other". Pointers as in the request:
  /// "/settings/…", "/credentials/…".
  virtual std::vector<field_error> contradictions(const open_account& account) const = 0;

  /// The canonical form of a recipient's address; invalid_request with a sentence if it is none.
  virtual result<std::string> address(std::string_view given) const = 0;

  /// The request that sends this message of type text. An error is a permanent_message failure.
  virtual result<transport_request> send_text(const open_delivery& what,
                                              const open_account& account, wall_time now) const = 0;
  /// The name under which the receiver will know this message, where it is ours to choose; it is
  /// the same at every try. Empty: the provider gives one.
  virtual std::string own_id(const open_delivery&, const open_account&) const { return {}; }
  /// What the answer to such a request means.
  virtual verdict parse_response(const transport_answer& answer, wall_time now) const = 0;
  /// A harmless request that shows whether the account works; its answer goes to parse_response.
  virtual result<transport_request> check(const open_account& account, wall_time now) const = 0;
};

} // namespace recado::channels
