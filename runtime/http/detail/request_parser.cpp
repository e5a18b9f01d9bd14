#include "runtime/http/detail/request_parser.hpp"

#include <boost/beast/http/error.hpp>
#include <limits>

namespace recado::http::detail {

namespace beast_http = boost::beast::http;

namespace {
/// `0 CR LF CR LF`. Beast 1.74 asserts that so many bytes are there when it comes back to a first
/// chunk of size 0 whose end it has not seen; a client that sends them one by one would end us.
constexpr std::size_t shortest_chunked_body = 5;
} // namespace

std::optional<fault> request_parser::parse_head(std::string_view head) {
  header_limit(static_cast<std::uint32_t>(head.size() + 1));
  body_limit(std::numeric_limits<std::uint64_t>::max()); // the route's limit is set later
  error_code ec;
  put(boost::asio::const_buffer{head.data(), head.size()}, ec);
  if (ec == beast_http::error::bad_version) {
    return fault{status_of_bad_version(head.substr(0, head.find('\r'))), "the HTTP version"};
  }
  if (ec) return fault{400, "the head of the request: " + ec.message()};
  if (!is_header_done()) return fault{400, "the head of the request"};
  if (!split_target(asked)) return fault{400, "the request target"};
  return check_headers(asked, http11);
}

std::size_t request_parser::parse_body(std::string_view input, std::optional<fault>& wrong) {
  bool perhaps_empty = chunked() && !chunk_seen_ && input.starts_with('0');
  if (perhaps_empty && input.size() < shortest_chunked_body) return 0;
  eager(true);
  error_code ec;
  const auto used = put(boost::asio::const_buffer{input.data(), input.size()}, ec);
  if (ec == beast_http::error::body_limit) {
    wrong = fault{413, "the body is over the limit of this route"};
  } else if (ec && ec != beast_http::error::need_more) {
    wrong = fault{400, "the body of the request: " + ec.message()};
  }
  return used;
}

void request_parser::on_request_impl(beast_http::verb, view method, view target, int version,
                                     error_code&) {
  asked.method.assign(method.data(), method.size());
  asked.target.assign(target.data(), target.size());
  http11 = version == 11;
}

void request_parser::on_field_impl(beast_http::field, view name, view value, error_code&) {
  // A trailer must never pass for a header.
  if (head_done_) return;
  asked.headers.push_back({{name.data(), name.size()}, {value.data(), value.size()}});
}

std::size_t request_parser::on_body_impl(view bytes, error_code&) {
  part.append(bytes.data(), bytes.size());
  return bytes.size();
}

std::size_t request_parser::on_chunk_body_impl(std::uint64_t, view bytes, error_code&) {
  part.append(bytes.data(), bytes.size());
  return bytes.size();
}

} // namespace recado::http::detail
