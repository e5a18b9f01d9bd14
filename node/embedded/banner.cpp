#include "node/embedded/banner.hpp"

#include <fmt/format.h>

namespace recado::embedded {

std::string banner(const running_info& info, const std::filesystem::path& data) {
  return fmt::format(
    R"banner(
  Recado is running: {url}

    client_id      {client}      demo client
    client_secret  {secret}
    client_id      {admin}      demo client with scope admin
    client_secret  {admin_secret}

  Try it, three lines to paste:

TOKEN=$(curl -s {url}/auth/token -u '{client}:{secret}' -d grant_type=client_credentials | sed 's/.*"access_token" *: *"\([^"]*\)".*/\1/')
curl -s {url}/v1/messages -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' -d '{{"from":"ana","to":["bruno"],"payload":{{"type":"text","text":"Olá, Bruno!"}}}}'; echo
curl -s "{url}/v1/messages?user_id=bruno" -H "Authorization: Bearer $TOKEN"; echo

  API        {url}/docs  (and /openapi.json, /metrics)
  data       {data}  (logs in logs/, secrets in credentials.json)
  stop       Ctrl-C

)banner",
    fmt::arg("url", info.url), fmt::arg("client", info.secrets.client_id),
    fmt::arg("secret", info.secrets.client_secret), fmt::arg("admin", info.secrets.admin_client_id),
    fmt::arg("admin_secret", info.secrets.admin_client_secret), fmt::arg("data", data.string()));
}

} // namespace recado::embedded
