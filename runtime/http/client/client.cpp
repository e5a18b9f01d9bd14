#include "runtime/http/client/client.hpp"

#include <mutex>

#include "runtime/http/client/http_transfer.hpp"
#include "runtime/http/client/loop.hpp"
#include "runtime/http/client/mail_transfer.hpp"

namespace recado::http {
namespace {

class curl_client final : public client {
public:
  explicit curl_client(outward::shared_settings shared) : loop_(std::move(shared)) {}

  void send(outgoing_request request, std::function<void(http_outcome)> done) override {
    loop_.add(std::make_unique<outward::http_transfer>(loop_.shared(), std::move(request),
                                                       std::move(done)));
  }
  void send(outgoing_mail mail, std::function<void(mail_outcome)> done) override {
    loop_.add(
      std::make_unique<outward::mail_transfer>(loop_.shared(), std::move(mail), std::move(done)));
  }
  void stop() override { loop_.stop(); }

private:
  outward::loop loop_;
};

bool initialise_library() {
  static std::once_flag once;
  static CURLcode code = CURLE_FAILED_INIT;
  std::call_once(once, [] { code = curl_global_init(CURL_GLOBAL_DEFAULT); });
  return code == CURLE_OK;
}

} // namespace

result<std::unique_ptr<client>> start_client(client_config config) {
  if (!initialise_library()) return recado::fail(ec::internal, "libcurl does not start");
  auto guard = address_guard::make(config.allow_private);
  if (!guard) return tl::unexpected(guard.error());
  return std::make_unique<curl_client>(
    outward::shared_settings{std::move(config), std::move(*guard)});
}

} // namespace recado::http
