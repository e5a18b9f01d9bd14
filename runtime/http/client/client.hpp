#pragma once
/// The way out: HTTP requests and mails, all over one libcurl loop on one thread of its own.
#include <functional>
#include <memory>

#include "runtime/http/client/address_guard.hpp"
#include "runtime/http/client/transfer.hpp"
#include "schemas/problem.hpp"

namespace recado::http {

struct client_config {
  std::vector<std::string> allow_private;            ///< see address_guard
  std::chrono::milliseconds connect_timeout{10'000}; ///< name, connection, TLS
  std::uint32_t transfers_max = 1'024;               ///< at once; more wait …
  std::uint32_t queue_max = 4'096;                   ///< … in a queue; over it: overloaded
  std::chrono::seconds idle_connection_max{30};
  std::size_t answer_bytes_max = 1 << 20; ///< of a body; over it: too_large
  std::string ca_file; ///< PEM, trusted where a request brings no authority; empty: the system's
  std::string user_agent = "Recado";
  std::string ehlo; ///< our name in SMTP; empty: the machine's
};

/// Handlers run exactly once, also when the client is stopped: on the client's thread, or on the
/// caller's when refused at once (overloaded, stopped). They must not block. Redirects are not
/// followed; only http, https, smtp and smtps are spoken; certificates and host names are always
/// verified. The environment's proxies are not used.
class client {
public:
  virtual ~client() = default; ///< stops
  virtual void send(outgoing_request request, std::function<void(http_outcome)> done) = 0;
  virtual void send(outgoing_mail mail, std::function<void(mail_outcome)> done) = 0;
  /// Ends all transfers with transfer_error::stopped and joins the thread. Again: nothing.
  virtual void stop() = 0;
};

/// Errors: a range in allow_private that is none; the library did not start.
result<std::unique_ptr<client>> start_client(client_config config);

} // namespace recado::http
