#pragma once
/// One transfer of libcurl, and what all of them have in common; only files beside this one include
/// it.
#include <array>
#include <curl/curl.h>
#include <memory>
#include <optional>
#include <string>

#include "runtime/http/client/client.hpp"

namespace recado::http::outward {

/// What all transfers share; outlives them.
struct shared_settings {
  client_config config;
  address_guard guard;
};

/// Lives on the loop's thread from start to finish. Its address is given to libcurl: it never
/// moves.
class transfer {
public:
  explicit transfer(const shared_settings& shared);
  virtual ~transfer() = default;
  transfer(const transfer&) = delete;
  transfer& operator=(const transfer&) = delete;

  CURL* handle() const { return easy_.get(); }
  /// Sets the handle up. An error means that it need not be tried.
  virtual std::optional<transfer_failure> prepare() = 0;
  /// True: run it once more, on a new connection.
  virtual bool again(CURLcode) { return false; }
  /// Tells whoever waits. Called once.
  virtual void finish(CURLcode code) = 0;
  virtual void fail(transfer_failure why) = 0;
  /// Is everything written that the other side needs to act?
  virtual bool maybe_taken() const = 0;

protected:
  template <class T>
  void set(CURLoption option, T value) {
    if (curl_easy_setopt(easy_.get(), option, value) != CURLE_OK) unset_ = true;
  }
  void set_common(std::chrono::milliseconds timeout, const std::string& ca_pem);
  /// False if an option was refused: an old libcurl, or no memory.
  bool is_set() const { return !unset_; }
  void use_new_connection() { set(CURLOPT_FRESH_CONNECT, 1L); }
  bool connection_was_kept() const;
  transfer_failure failure_of(CURLcode code) const;

  const shared_settings& shared_;

private:
  static curl_socket_t open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  transfer_error kind_of(CURLcode code) const;

  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  bool unset_ = false;
  bool socket_opened_ = false;
  std::string refused_; ///< the address that was not allowed
};

} // namespace recado::http::outward
