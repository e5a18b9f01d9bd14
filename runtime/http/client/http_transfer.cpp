#include "runtime/http/client/http_transfer.hpp"

#include <algorithm>
#include <cctype>

namespace recado::http::outward {
namespace {

constexpr std::size_t header_bytes_max = 64 << 10;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())))
    text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())))
    text.remove_suffix(1);
  return text;
}

/// A line break in a header would be a second header.
bool is_one_line(std::string_view text) {
  return text.find_first_of(std::string_view{"\r\n\0", 3}) == std::string_view::npos;
}

} // namespace

std::optional<transfer_failure> http_transfer::prepare() {
  set_common(request_.timeout, request_.ca_pem);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  set(CURLOPT_URL, request_.url.c_str());
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_USERAGENT, shared_.config.user_agent.c_str());
  set(CURLOPT_HEADERFUNCTION, &http_transfer::on_header);
  set(CURLOPT_HEADERDATA, this);
  set(CURLOPT_WRITEFUNCTION, &http_transfer::on_body);
  set(CURLOPT_WRITEDATA, this);
  if (request_.once) use_new_connection();
  set_method();
  headers_.reset(curl_slist_append(headers_.release(), "Expect:")); // no extra round trip
  for (const auto& [name, value] : request_.headers) {
    if (!is_one_line(name) || !is_one_line(value))
      return transfer_failure{transfer_error::bad_request, false, "a line break in a header"};
    // "Name;" is how libcurl writes an empty one.
    auto line = name + (value.empty() ? ";" : ": ");
    line += value;
    headers_.reset(curl_slist_append(headers_.release(), line.c_str()));
  }
  set(CURLOPT_HTTPHEADER, headers_.get());
  if (!is_set()) return transfer_failure{transfer_error::bad_request, false, "not a request"};
  return std::nullopt;
}

void http_transfer::set_method() {
  if (request_.method == "GET" && request_.body.empty()) {
    set(CURLOPT_HTTPGET, 1L);
    return;
  }
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
  set(CURLOPT_POSTFIELDS, request_.body.data());
  if (request_.method != "POST") set(CURLOPT_CUSTOMREQUEST, request_.method.c_str());
}

bool http_transfer::maybe_taken() const {
  long head = 0;
  curl_off_t body = 0;
  curl_easy_getinfo(handle(), CURLINFO_REQUEST_SIZE, &head);
  curl_easy_getinfo(handle(), CURLINFO_SIZE_UPLOAD_T, &body);
  return head > 0 && body >= static_cast<curl_off_t>(request_.body.size());
}

std::size_t http_transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& me = *static_cast<http_transfer*>(self);
  auto bytes = size * count;
  me.header_bytes_ += bytes;
  me.too_large_ = me.too_large_ || me.header_bytes_ > header_bytes_max;
  if (me.too_large_) return 0;
  me.take_header(trimmed({data, bytes}));
  return bytes;
}

void http_transfer::take_header(std::string_view line) {
  if (line.starts_with("HTTP/")) { // also after 100 Continue: the last head counts
    response_.headers.clear();
    return;
  }
  auto colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string name{line.substr(0, colon)};
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  response_.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
}

std::size_t http_transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& me = *static_cast<http_transfer*>(self);
  auto bytes = size * count;
  auto room = me.shared_.config.answer_bytes_max - me.response_.body.size();
  me.response_.body.append(data, std::min(bytes, room));
  me.response_.truncated = bytes > room;
  return me.response_.truncated ? 0 : bytes; // 0: libcurl ends the transfer
}

void http_transfer::finish(CURLcode code) {
  if (code == CURLE_OK || response_.truncated) {
    long status = 0;
    curl_easy_getinfo(handle(), CURLINFO_RESPONSE_CODE, &status);
    response_.status = static_cast<int>(status);
    return done_(std::move(response_));
  }
  auto why = failure_of(code);
  if (too_large_) why.what = transfer_error::too_large;
  done_(std::move(why));
}

} // namespace recado::http::outward
