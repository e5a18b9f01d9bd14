#include "runtime/http/detail/head_rules.hpp"

#include <algorithm>

namespace recado::http::detail {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_alnum(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// RFC 3986, 3.2: reg-name, IPv4 or a bracketed address, and a port; no user.
bool is_host(std::string_view text) {
  constexpr std::string_view others = "-._~!$&'()*+,;=%:[]";
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return is_alnum(c) || others.find(c) != std::string_view::npos;
  });
}

bool is_length(std::string_view text) {
  return !text.empty() && text.size() <= 19 && std::all_of(text.begin(), text.end(), is_digit);
}

struct seen {
  int host = 0, length = 0, encoding = 0;
};

std::optional<fault> check_one(const header& h, bool http11, seen& count) {
  if (same_name(h.name, "host")) {
    if (++count.host > 1) return fault{400, "more than one Host header"};
    if (!is_host(h.value)) return fault{400, "the Host header is not a host"};
  } else if (same_name(h.name, "content-length")) {
    if (++count.length > 1) return fault{400, "more than one Content-Length header"};
    if (!is_length(h.value)) return fault{400, "the Content-Length header is not a number"};
  } else if (same_name(h.name, "transfer-encoding")) {
    if (++count.encoding > 1) return fault{400, "more than one Transfer-Encoding header"};
    if (!http11) return fault{400, "Transfer-Encoding needs HTTP/1.1"};
    if (!same_name(h.value, "chunked"))
      return fault{400, "the only Transfer-Encoding known is chunked"};
  } else if (same_name(h.name, "expect") && http11) {
    if (!same_name(h.value, "100-continue"))
      return fault{417, "the only expectation known is 100-continue"};
  }
  return std::nullopt;
}

} // namespace

std::optional<fault> check_headers(const request& asked, bool http11) {
  seen count;
  for (const auto& h : asked.headers)
    if (auto wrong = check_one(h, http11, count)) return wrong;
  if (http11 && count.host == 0) return fault{400, "the Host header is missing"};
  if (count.length && count.encoding)
    return fault{400, "both Content-Length and Transfer-Encoding"};
  return std::nullopt;
}

bool split_target(request& asked) {
  std::string_view target = asked.target;
  const bool visible = std::all_of(target.begin(), target.end(),
                                   [](char c) { return c > ' ' && c < 0x7f && c != '#'; });
  if (!visible) return false;
  if (target.starts_with("http://") || target.starts_with("https://")) {
    const auto authority = target.find("//") + 2;
    const auto path = target.find_first_of("/?", authority);
    if (path == authority) return false;
    if (path == std::string_view::npos) {
      asked.target = "/";
    } else {
      asked.target = (target[path] == '?' ? "/" : "") + std::string{target.substr(path)};
    }
    target = asked.target;
  }
  if (!target.starts_with('/') && !(target == "*" && asked.method == "OPTIONS")) return false;
  const auto mark = target.find('?');
  asked.path = target.substr(0, mark);
  asked.query = mark == std::string_view::npos ? "" : target.substr(mark + 1);
  return true;
}

int status_of_bad_version(std::string_view request_line) {
  if (request_line.size() < 9) return 400;
  const auto version = request_line.substr(request_line.size() - 9);
  const bool formed = version.starts_with(" HTTP/") && is_digit(version[6]) && version[7] == '.' &&
                      is_digit(version[8]);
  return formed ? 505 : 400;
}

bool has_token(std::string_view list, std::string_view token) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto item = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    while (!item.empty() && (item.front() == ' ' || item.front() == '\t'))
      item.remove_prefix(1);
    while (!item.empty() && (item.back() == ' ' || item.back() == '\t'))
      item.remove_suffix(1);
    if (same_name(item, token)) return true;
  }
  return false;
}

bool is_websocket_upgrade(const request& asked, bool http11) {
  if (!http11 || asked.method != "GET") return false;
  bool connection = false;
  bool upgrade = false;
  for (const auto& h : asked.headers) {
    connection |= same_name(h.name, "connection") && has_token(h.value, "upgrade");
    upgrade |= same_name(h.name, "upgrade") && has_token(h.value, "websocket");
  }
  return connection && upgrade;
}

std::optional<fault> check_websocket(const request& asked) {
  if (asked.header_value("sec-websocket-version") != "13") {
    return fault{426, "the only WebSocket version known is 13"};
  }
  // 16 bytes in base64: 22 characters and two of padding.
  const auto key = asked.header_value("sec-websocket-key");
  const bool formed = key.size() == 24 && key.ends_with("==") &&
                      std::all_of(key.begin(), key.end() - 2,
                                  [](char c) { return is_alnum(c) || c == '+' || c == '/'; });
  if (!formed) return fault{400, "the Sec-WebSocket-Key header is not 16 bytes in base64"};
  return std::nullopt;
}

std::vector<header> keep_handshake(const request& asked) {
  std::vector<header> out;
  for (const auto& h : asked.headers) {
    if (same_name(h.name, "host") || same_name(h.name, "connection") ||
        same_name(h.name, "upgrade") || same_name(h.name.substr(0, 14), "sec-websocket-")) {
      out.push_back(h);
    }
  }
  return out;
}

} // namespace recado::http::detail
