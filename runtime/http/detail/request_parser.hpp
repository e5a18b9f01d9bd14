#pragma once
/// Beast's parser, filling our plain request without a copy in between.
#include "runtime/http/detail/head_rules.hpp"

#include <boost/beast/http/basic_parser.hpp>

namespace recado::http::detail {

class request_parser final : public boost::beast::http::basic_parser<true> {
public:
  /// `head` ends with the empty line. On success `asked` has all but the body.
  std::optional<fault> parse_head(std::string_view head);

  /// Consumes a part of the body and returns how much; the bytes are appended to `part`.
  std::size_t parse_body(std::string_view input, std::optional<fault>& wrong);

  request asked;
  std::string part; ///< of the body, not yet taken by anyone
  bool http11 = false;

private:
  using error_code = boost::beast::error_code;
  using view = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, view method, view target, int version,
                       error_code&) override;
  void on_response_impl(int, view, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field, view name, view value, error_code&) override;
  void on_header_impl(error_code&) override { head_done_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(view bytes, error_code&) override;
  void on_chunk_header_impl(std::uint64_t, view, error_code&) override { chunk_seen_ = true; }
  std::size_t on_chunk_body_impl(std::uint64_t, view bytes, error_code&) override;
  void on_finish_impl(error_code&) override {}

  bool head_done_ = false;
  bool chunk_seen_ = false;
};

} // namespace recado::http::detail
