#pragma once
/// A blocking HTTP/1.1 client with one connection, kept while the server keeps it.
#include "node/client/url.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace recado::client {

using header_list = std::vector<std::pair<std::string, std::string>>;

struct answer {
  int status = 0;
  std::string body{};
  header_list headers{};

  /// The first of this name, in any case; empty if absent.
  std::string_view header(std::string_view name) const;
};

struct call {
  std::string method = "GET";
  std::string target{}; ///< "/v1/messages?limit=1"
  std::string body{};
  std::string content_type = "application/json"; ///< sent with a body
  header_list headers{};
};

class http_client {
public:
  using milliseconds = std::chrono::milliseconds;

  explicit http_client(server_url where);
  ~http_client();
  http_client(http_client&&) noexcept;
  http_client& operator=(http_client&&) noexcept;

  /// An error is a sentence: no connection, no answer within `limit`, not HTTP. A kept connection
  /// that the server has closed meanwhile is opened anew and the call made once more.
  tl::expected<answer, std::string> ask(const call& what,
                                        milliseconds limit = milliseconds{30'000});

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace recado::client
