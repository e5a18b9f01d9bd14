#pragma once
/// An account of a channel: what a client gave us to speak with.
#include <map>
#include <memory>

#include "channels/delivery.hpp"
#include "runtime/policy/retry.hpp"

namespace recado::channels {

struct pacing {
  double per_second = 10;
  std::uint32_t burst = 20;
  std::uint32_t max_in_flight = 8;
  bool operator==(const pacing&) const = default;
};

/// As it is stored; settings and credentials were checked by the catalogue.
struct account_record {
  account_key key;
  std::string settings;    ///< JSON text of an object
  std::string credentials; ///< likewise; secret
  pacing pace;
  policy::retry_config retry;
  bool paused = false;
  std::int64_t version = 0; ///< raised by each change; an older one never replaces a newer one
};

/// Scalars of a JSON object by JSON pointer without the first slash: "host", "dkim/domain". A
/// number or boolean is its JSON text; null is absent.
class field_values {
public:
  field_values() = default;
  explicit field_values(std::map<std::string, std::string> values) : values_(std::move(values)) {}
  /// Empty: absent.
  const std::string& text(const std::string& name) const;
  bool flag(const std::string& name) const { return text(name) == "true"; }
  std::int64_t number(const std::string& name, std::int64_t otherwise) const;
  bool has(const std::string& name) const { return values_.contains(name); }

private:
  std::map<std::string, std::string> values_;
};

/// An account, read once and used for many messages.
struct open_account {
  account_key key;
  field_values settings;
  field_values credentials;
};

} // namespace recado::channels
