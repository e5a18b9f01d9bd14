#pragma once
/// servers.mjs as a child, and what it tells.
#include "tests/runtime/http/client/certificate.hpp"

#include <deque>
#include <nlohmann/json.hpp>
#include <string>
#include <sys/types.h>
#include <vector>

namespace recado::channels::test {

inline const std::string hook_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

class servers {
public:
  servers();
  ~servers();
  servers(const servers&) = delete;
  servers& operator=(const servers&) = delete;

  int port(const std::string& name) const { return ports_.at(name).get<int>(); }
  const http::client_test::certificate& certificate() const { return certificate_; }
  /// The next line that has this key; those before it are dropped. Throws after 120 s.
  nlohmann::json next(const std::string& key);

private:
  nlohmann::json line();

  http::client_test::certificate certificate_{"DNS:localhost,IP:127.0.0.1"};
  pid_t child_ = 0;
  int in_ = -1, out_ = -1;
  std::string buffer_;
  nlohmann::json ports_;
};

} // namespace recado::channels::test
