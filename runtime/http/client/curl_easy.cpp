#include "runtime/http/client/curl_easy.hpp"

#include <algorithm>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace recado::http::outward {
namespace {

std::optional<ip_bytes> bytes_of(const curl_sockaddr& address) {
  ip_bytes out{};
  if (address.family == AF_INET6) {
    sockaddr_in6 six{};
    std::memcpy(&six, &address.addr, sizeof six);
    std::memcpy(out.data(), &six.sin6_addr, out.size());
    return out;
  }
  if (address.family != AF_INET) return std::nullopt;
  sockaddr_in four{};
  std::memcpy(&four, &address.addr, sizeof four);
  out[10] = out[11] = 0xff;
  std::memcpy(out.data() + 12, &four.sin_addr, 4);
  return out;
}

} // namespace

transfer::transfer(const shared_settings& shared)
  : shared_(shared),
    easy_(curl_easy_init(), &curl_easy_cleanup) {}

void transfer::set_common(std::chrono::milliseconds timeout, const std::string& ca_pem) {
  set(CURLOPT_PRIVATE, this);
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_PROXY, ""); // not even one of the environment: it would hide the address from us
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(std::min(timeout, shared_.config.connect_timeout).count()));
  set(CURLOPT_MAXAGE_CONN, static_cast<long>(shared_.config.idle_connection_max.count()));
  set(CURLOPT_OPENSOCKETFUNCTION, &transfer::open_socket);
  set(CURLOPT_OPENSOCKETDATA, this);
  set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(CURLOPT_SSL_VERIFYPEER, 1L);
  set(CURLOPT_SSL_VERIFYHOST, 2L);
  if (!shared_.config.ca_file.empty()) set(CURLOPT_CAINFO, shared_.config.ca_file.c_str());
  if (ca_pem.empty()) return;
  curl_blob blob{const_cast<char*>(ca_pem.data()), ca_pem.size(), CURL_BLOB_COPY};
  set(CURLOPT_CAINFO_BLOB, &blob);
  set(CURLOPT_CAPATH, static_cast<char*>(nullptr)); // the account's own authority and no other
}

curl_socket_t transfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& me = *static_cast<transfer*>(self);
  auto bytes = bytes_of(*address);
  if (!bytes || !me.shared_.guard.allows(*bytes)) {
    me.refused_ = bytes ? to_text(*bytes) : "of another family";
    return CURL_SOCKET_BAD;
  }
  me.socket_opened_ = true;
  return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

bool transfer::connection_was_kept() const {
  long connects = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_NUM_CONNECTS, &connects);
  return connects == 0;
}

transfer_error transfer::kind_of(CURLcode code) const {
  switch (code) {
  case CURLE_URL_MALFORMAT:
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_LOGIN_DENIED: // a user name within the URL
    return transfer_error::bad_request;
  case CURLE_COULDNT_RESOLVE_HOST:
    return transfer_error::resolve;
  case CURLE_COULDNT_CONNECT:
    // A name with a public and a private address was tried on the public one.
    return !refused_.empty() && !socket_opened_ ? transfer_error::refused_address
                                                : transfer_error::connect;
  case CURLE_OPERATION_TIMEDOUT:
    return transfer_error::timed_out;
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ISSUER_ERROR:
    return transfer_error::identity;
  case CURLE_SSL_CONNECT_ERROR:
  case CURLE_SSL_CIPHER:
  case CURLE_USE_SSL_FAILED:
    return transfer_error::tls;
  default:
    return transfer_error::broken;
  }
}

transfer_failure transfer::failure_of(CURLcode code) const {
  transfer_failure out;
  out.what = kind_of(code);
  if (out.what == transfer_error::refused_address)
    out.detail = "the address " + refused_ + " is not public (net.allow_private)";
  else
    out.detail = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
  out.maybe_taken = maybe_taken();
  return out;
}

} // namespace recado::http::outward
