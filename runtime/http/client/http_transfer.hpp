#pragma once
#include <functional>

#include "runtime/http/client/curl_easy.hpp"

namespace recado::http::outward {

class http_transfer final : public transfer {
public:
  http_transfer(const shared_settings& shared, outgoing_request request,
                std::function<void(http_outcome)> done)
    : transfer(shared),
      request_(std::move(request)),
      done_(std::move(done)) {}

  std::optional<transfer_failure> prepare() override;
  void finish(CURLcode code) override;
  void fail(transfer_failure why) override { done_(std::move(why)); }
  bool maybe_taken() const override;

private:
  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  void set_method();
  void take_header(std::string_view line);

  outgoing_request request_;
  std::function<void(http_outcome)> done_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_{nullptr,
                                                                       &curl_slist_free_all};
  incoming_response response_;
  std::size_t header_bytes_ = 0;
  bool too_large_ = false;
};

} // namespace recado::http::outward
