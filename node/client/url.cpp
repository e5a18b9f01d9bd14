#include "node/client/url.hpp"

#include <algorithm>

namespace recado::client {

std::string server_url::authority() const {
  bool usual = port == (tls ? "443" : "80");
  auto name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return usual ? name : name + ":" + port;
}

std::optional<server_url> parse_url(std::string_view text) {
  server_url url;
  if (text.starts_with("https://")) {
    url.tls = true;
    text.remove_prefix(8);
  } else if (text.starts_with("http://")) {
    text.remove_prefix(7);
  } else {
    return std::nullopt;
  }
  auto slash = std::min(text.find('/'), text.size());
  auto authority = text.substr(0, slash);
  url.base = text.substr(slash);
  while (url.base.ends_with('/'))
    url.base.pop_back();
  auto after_host = authority.starts_with('[') ? authority.find(']') : 0;
  if (after_host == std::string_view::npos) return std::nullopt;
  auto colon = authority.find(':', after_host);
  url.host = authority.substr(0, colon);
  if (after_host > 0) url.host = authority.substr(1, after_host - 1);
  url.port = colon == std::string_view::npos ? (url.tls ? "443" : "80")
                                             : std::string{authority.substr(colon + 1)};
  if (url.host.empty() || url.port.empty()) return std::nullopt;
  if (!std::ranges::all_of(url.port, [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  return url;
}

} // namespace recado::client
