#include "node/client/http_client.hpp"

#include "node/client/transport.hpp"

#include <algorithm>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <limits>
#include <optional>
#include <strings.h>

namespace recado::client {

namespace http = beast::http;

std::string_view answer::header(std::string_view name) const {
  for (const auto& [key, value] : headers)
    if (key.size() == name.size() && ::strncasecmp(key.data(), name.data(), name.size()) == 0)
      return value;
  return {};
}

struct http_client::impl {
  using milliseconds = http_client::milliseconds;

  server_url where;
  net::io_context loop{1};
  std::optional<transport> stream;
  beast::flat_buffer buffer;

  explicit impl(server_url url) : where(std::move(url)) {}

  void drop() {
    stream.reset();
    buffer.clear();
  }

  http::request<http::string_body> request_of(const call& what) const {
    http::request<http::string_body> out;
    out.version(11);
    out.method_string(what.method);
    out.target(where.base + what.target);
    out.set(http::field::host, where.authority());
    if (!what.body.empty()) out.set(http::field::content_type, what.content_type);
    for (const auto& [name, value] : what.headers)
      out.set(name, value);
    out.body() = what.body;
    out.prepare_payload();
    return out;
  }

  answer once(const call& what, milliseconds limit) {
    if (!stream) stream.emplace(loop, where, limit);
    auto request = request_of(what);
    wait_for(loop, *stream, limit,
             [&](auto done) { http::async_write(*stream, request, std::move(done)); });
    http::response_parser<http::string_body> parser;
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    if (what.method == "HEAD") parser.skip(true);
    wait_for(loop, *stream, limit,
             [&](auto done) { http::async_read(*stream, buffer, parser, std::move(done)); });
    auto& got = parser.get();
    answer out{.status = static_cast<int>(got.result_int()), .body = std::move(got.body())};
    for (const auto& field : got)
      out.headers.emplace_back(std::string{field.name_string()}, std::string{field.value()});
    if (!got.keep_alive()) drop();
    return out;
  }
};

http_client::http_client(server_url where) : impl_(std::make_unique<impl>(std::move(where))) {}
http_client::~http_client() = default;
http_client::http_client(http_client&&) noexcept = default;
http_client& http_client::operator=(http_client&&) noexcept = default;

tl::expected<answer, std::string> http_client::ask(const call& what, milliseconds limit) {
  bool kept = impl_->stream.has_value();
  for (;;) {
    try {
      return impl_->once(what, limit);
    } catch (const beast::system_error& e) {
      impl_->drop();
      auto closed = e.code() == http::error::end_of_stream || e.code() == net::error::broken_pipe ||
                    e.code() == net::error::connection_reset;
      if (!kept || !closed) return tl::unexpected(std::string{e.code().message()});
      kept = false; // the server had closed it between two calls
    } catch (const time_is_up& e) {
      impl_->drop();
      return tl::unexpected(std::string{e.what()});
    }
  }
}

} // namespace recado::client
