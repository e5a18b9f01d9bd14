#pragma once
/// Values of the client side: what goes out (an HTTP request, a mail) and what became of it.
#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace recado::http {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct outgoing_request {
  std::string method = "POST";
  std::string url; ///< http or https
  header_list headers;
  std::string body;
  std::string ca_pem; ///< trusted instead of the system's certificates; empty: those
  std::chrono::milliseconds timeout{30'000};
  /// Never written twice, not even when a kept connection dies before the first byte of an answer.
  bool once = false;
};

enum class mail_security : std::uint8_t { starttls, implicit, none };

/// One mail to one recipient.
struct outgoing_mail {
  std::string host;
  std::uint16_t port = 587;
  mail_security security = mail_security::starttls; ///< starttls is required, never "if offered"
  std::string ca_pem; ///< trusted instead of the system's certificates; empty: those
  std::string username;
  std::string password;  ///< both empty: no AUTH
  std::string ehlo;      ///< our name; empty: the machine's
  std::string sender;    ///< MAIL FROM, without brackets; ASCII
  std::string recipient; ///< RCPT TO; empty: no mail, only connect, AUTH and NOOP
  std::string content;   ///< RFC 5322, CRLF lines; dots are stuffed on the way
  std::chrono::milliseconds timeout{120'000};     ///< of all
  std::chrono::milliseconds step_timeout{30'000}; ///< of each reply but the last
};

struct incoming_response {
  int status = 0;
  header_list headers; ///< names in lower case
  std::string body;
  bool truncated = false; ///< there was more of the body than the client keeps
};

/// How far a mail had come.
enum class mail_step : std::uint8_t {
  connect,  ///< nothing but the connection and the greeting
  starttls, ///< and the TLS handshake
  auth,
  sender,
  recipient,
  data,    ///< the DATA command, and lines of the message
  content, ///< the whole message was handed over, its reply counts
  done     ///< accepted
};

/// The server's last reply, refused or accepted.
struct mail_reply {
  mail_step at = mail_step::connect;
  int code = 0;         ///< 250, 451, 550 …
  std::string enhanced; ///< "5.1.1" (RFC 3463); empty: none
  std::string text;     ///< of its last line, without the codes
  bool accepted = false;
};

enum class transfer_error : std::uint8_t {
  refused_address, ///< a private address, or another one that may not be called
  bad_request,     ///< no URL, no protocol of ours
  resolve,         ///< the name has no address
  connect,
  tls,      ///< the handshake failed, or STARTTLS was not offered
  identity, ///< the certificate is not trusted or has another name
  timed_out,
  broken,     ///< the connection ended, or what came was no answer
  too_large,  ///< the head of the answer went over the limit
  overloaded, ///< our own queue is full
  stopped     ///< the client is being stopped
};

struct transfer_failure {
  transfer_error what = transfer_error::broken;
  /// The other side may have taken the request: all of it was written, no answer was seen.
  bool maybe_taken = false;
  std::string detail; ///< one line, no secrets
};

using http_outcome = std::variant<incoming_response, transfer_failure>;
using mail_outcome = std::variant<mail_reply, transfer_failure>;

} // namespace recado::http
