#include "node/client/api_client.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace recado::client {

using nlohmann::json;

namespace {

/// "404 conversation_not_found: there is no …" of an RFC 9457 body.
std::string describe_problem(const answer& got) {
  auto body = json::parse(got.body, nullptr, false);
  if (!body.is_object()) return fmt::format("{} {}", got.status, got.body.substr(0, 200));
  auto code = body.value("code", body.value("error", std::string{"error"}));
  auto detail = body.value("detail", body.value("title", std::string{}));
  auto text = fmt::format("{} {}: {}", got.status, code, detail);
  auto errors = body.value("errors", json::array());
  for (const auto& one : errors) // a single one is told in the detail as well
    if (errors.size() > 1 || detail.empty())
      text += fmt::format("; {} {}", one.value("pointer", ""), one.value("detail", ""));
  return text;
}

} // namespace

api_client::api_client(api_login login, server_url where)
  : login_(std::move(login)),
    where_(where),
    http_(std::move(where)) {}

tl::expected<api_client, std::string> api_client::make(const api_login& login) {
  auto where = parse_url(login.url);
  if (!where) return tl::unexpected(fmt::format("'{}' is no http or https URL", login.url));
  return api_client{login, *where};
}

tl::expected<answer, std::string> api_client::exchange(const call& what) {
  auto got = http_.ask(what);
  if (got && seen_) seen_(what, *got);
  return got;
}

tl::expected<std::string, std::string> api_client::token() {
  auto now = std::chrono::steady_clock::now();
  if (!token_.empty() && now < renew_at_) return token_;
  auto got = exchange(
    {.method = "POST",
     .target = "/auth/token",
     .body =
       json{{"client_id", login_.client_id}, {"client_secret", login_.client_secret}}.dump()});
  if (!got) return tl::unexpected(fmt::format("{}: {}", login_.url, got.error()));
  if (got->status != 200) return tl::unexpected(describe_problem(*got));
  auto body = json::parse(got->body, nullptr, false);
  if (!body.is_object() || !body.contains("access_token"))
    return tl::unexpected(std::string{"the answer of /auth/token has no access_token"});
  token_ = body["access_token"];
  renew_at_ = now + std::chrono::seconds{body.value("expires_in", 60)} * 4 / 5;
  return token_;
}

tl::expected<answer, std::string> api_client::ask(call what) {
  auto bearer = token();
  if (!bearer) return tl::unexpected(bearer.error());
  what.headers.emplace_back("Authorization", "Bearer " + *bearer);
  return exchange(what);
}

tl::expected<std::string, std::string> api_client::ask_for_body(call what) {
  auto got = ask(std::move(what));
  if (!got) return tl::unexpected(got.error());
  if (got->status >= 400) return tl::unexpected(describe_problem(*got));
  return std::move(got->body);
}

tl::expected<web_socket, std::string> api_client::open_socket() {
  auto bearer = token();
  if (!bearer) return tl::unexpected(bearer.error());
  return web_socket::open(where_, "/v1/ws", {{"Authorization", "Bearer " + *bearer}},
                          "recado.v1.json");
}

} // namespace recado::client
