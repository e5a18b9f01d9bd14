#include "site.hpp"

#include <boost/test/unit_test.hpp>

using namespace recado;
using namespace recado::test;

// The order of the checks: path 404, method 405, token 401, media type 415, size 413, JSON 400,
// scope 403, schema 422, object 404. Each request here breaks one rule and every later one, too.

BOOST_AUTO_TEST_SUITE(order_of_checks)

BOOST_AUTO_TEST_CASE(each_check_comes_before_the_next) {
  site at;
  auto reader = at.token_of(at.below.reader);
  const std::string text_plain = "Content-Type: text/plain\r\n", huge((1 << 20) + 1, 'x');
  BOOST_TEST(at.ask("POST", "/nowhere", "", "{", text_plain).status == 404);
  auto wrong_method = at.ask("PUT", "/v1/messages", "", "{", text_plain);
  BOOST_TEST(wrong_method.status == 405);
  BOOST_TEST(wrong_method.headers.at("allow") == "POST, GET, HEAD");
  BOOST_TEST(at.ask("POST", "/v1/messages", "", "{", text_plain).status == 401);
  BOOST_TEST(at.ask("POST", "/v1/messages", reader, huge, text_plain).status == 415);
  BOOST_TEST(at.ask("POST", "/v1/messages", reader, huge).status == 413);
  BOOST_TEST(at.ask("POST", "/v1/messages", reader, "{").status == 400);
  BOOST_TEST(at.ask("POST", "/v1/messages", reader, "[]").status == 403);
  BOOST_TEST(at.ask("POST", "/v1/messages", at.token(), "[]").status == 422);
  auto unknown = uuid::v7().str();
  BOOST_TEST(
    at.ask("POST", "/v1/conversations/" + unknown + "/receipts", at.token(), "{}").status == 422);
  BOOST_TEST(at.post("/v1/conversations/" + unknown + "/receipts", at.token(),
                     {{"user_id", "ana"}, {"type", "read"}, {"up_to_seq", 1}})
               .status == 404);
}

BOOST_AUTO_TEST_CASE(codes_are_those_of_the_catalogue) {
  site at;
  auto code = [&](std::string_view method, std::string_view path, std::string_view body,
                  std::string_view token) { return at.ask(method, path, token, body).code(); };
  auto token = at.token();
  BOOST_TEST(code("GET", "/nowhere", "", token) == "not_found");
  BOOST_TEST(code("DELETE", "/v1/users", "", token) == "method_not_allowed");
  BOOST_TEST(code("GET", "/v1/users", "", "") == "unauthorized");
  BOOST_TEST(code("GET", "/v1/users", "", "nonsense") == "invalid_token");
  BOOST_TEST(code("POST", "/v1/messages", "{", token) == "invalid_json");
  BOOST_TEST(code("POST", "/v1/messages", "", token) == "invalid_json");
  BOOST_TEST(code("POST", "/v1/messages", std::string(40, '[') + std::string(40, ']'), token) ==
             "json_too_deep");
  BOOST_TEST(code("POST", "/v1/messages", "null", token) == "invalid_request");
  BOOST_TEST(code("GET", "/v1/cluster", "", token) == "insufficient_scope");
  BOOST_TEST(at.get("/v1/cluster", at.token_of(at.below.admin)).status == 200);
  BOOST_TEST(code("GET", "/v1/users?cursor=x", "", token) == "invalid_cursor");
  BOOST_TEST(code("GET", "/v1/users?limit=0", "", token) == "invalid_request");
  BOOST_TEST(code("GET", "/v1/users?limit=1001", "", token) == "invalid_request");
  BOOST_TEST(code("GET", "/v1/users?limit=many", "", token) == "invalid_request");
  BOOST_TEST(code("GET", "/v1/users?limit=%zz", "", token) == "malformed_request");
  BOOST_TEST(code("GET", "/v1/users/nobody", "", token) == "user_not_found");
  BOOST_TEST(code("GET", "/v1/conversations/x", "", token) == "conversation_not_found");
  BOOST_TEST(code("GET", "/v1/messages/x", "", token) == "message_not_found");
}

BOOST_AUTO_TEST_CASE(a_problem_has_its_whole_shape) {
  site at;
  auto got =
    at.ask("POST", "/v1/messages", at.token(), R"({"to":[5],"odd":1})",
           "traceparent: "
           "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-Correlation-Id: c-7\r\n");
  BOOST_TEST(got.status == 422);
  BOOST_TEST(got.headers.at("content-type") == "application/problem+json");
  BOOST_TEST(got.headers.at("x-correlation-id") == "c-7");
  BOOST_TEST(got.body.at("type") == "/problems/invalid_request");
  BOOST_TEST(got.body.at("code") == "invalid_request");
  BOOST_TEST(got.body.at("status") == 422);
  BOOST_TEST(got.body.at("trace_id") == "0af7651916cd43dd8448eb211c80319c");
  BOOST_TEST(!got.body.at("title").get<std::string>().empty());
  const std::vector<std::string> expected{"/to/0", "/payload", "/odd"};
  BOOST_TEST(got.pointers() == expected, boost::test_tools::per_element());
  auto fresh = at.get("/nowhere");
  BOOST_TEST(fresh.body.at("trace_id").get<std::string>().size() == 32U);
  BOOST_TEST(fresh.body.at("errors").is_array());
}

BOOST_AUTO_TEST_CASE(bad_tokens_are_challenged) {
  site at;
  BOOST_TEST(at.get("/v1/users").headers.at("www-authenticate") == R"(Bearer realm="recado")");
  BOOST_TEST(at.get("/v1/users", "x.y.z").headers.at("www-authenticate") ==
             R"(Bearer realm="recado", error="invalid_token")");
  BOOST_TEST(at.ask("GET", "/v1/users", "", "", "Authorization: Basic Zm86YmFy\r\n").status == 401);
  BOOST_TEST(
    at.ask("GET", "/v1/users", "", "", "Authorization: bearer " + at.token() + "\r\n").status ==
    200);
}

BOOST_AUTO_TEST_CASE(media_types_are_checked_with_their_charset) {
  site at;
  auto status = [&](std::string_view type) {
    return at
      .ask("PUT", "/v1/users/ana", at.token(), "{}", "Content-Type: " + std::string{type} + "\r\n")
      .status;
  };
  BOOST_TEST(status("application/json; charset=utf-8") == 201);
  BOOST_TEST(status("Application/JSON;charset=\"UTF-8\"") == 200);
  BOOST_TEST(status("application/json; charset=latin1") == 415);
  BOOST_TEST(status("application/merge-patch+json") == 415);
  BOOST_TEST(status("text/json") == 415);
  auto patch = at.ask("PATCH", "/v1/messages/" + uuid::v7().str(), at.token(), "{}",
                      "Content-Type: application/merge-patch+json\r\n");
  BOOST_TEST(patch.code() == "not_available_yet");
}

BOOST_AUTO_TEST_CASE(what_is_400_and_what_is_422) {
  site at;
  auto status = [&](const std::string& body) {
    return at.ask("PUT", "/v1/users/ana", at.token(), body).status;
  };
  for (const auto& body :
       std::vector<std::string>{"", "{", "{}x", "{\"name\":\"\xff\"}", "{\"name\":\"\\ud800\"}",
                                "{\"metadata\":{\"n\":1e999}}", "\xef\xbb\xbf{}"})
    BOOST_TEST(status(body) == 400, body);
  for (const auto& body : std::vector<std::string>{
         "[]", "null", "5", "\"x\"", "{\"odd\":1}", "{\"name\":\"a\",\"name\":\"b\"}",
         "{\"name\":\"a\\u0000b\"}", "{\"name\":5}", "{\"metadata\":[]}",
         "{\"metadata\":{\"a\":1,\"a\":2}}", "{\"metadata\":null}"})
    BOOST_TEST(status(body) == 422, body);
  BOOST_TEST(status("{\"name\":null,\"metadata\":{}}") == 201);
}

BOOST_AUTO_TEST_CASE(what_has_not_been_built_says_so_after_all_checks) {
  site at;
  auto token = at.token(), admin = at.token_of(at.below.admin), id = uuid::v7().str();
  for (const char* path :
       {"/v1/schedules", "/v1/dead-letters", "/v1/webhooks", "/v1/tickets", "/v1/reports/live",
        "/v1/billing/daily", "/v1/event-types", "/v1/rules", "/v1/templates", "/v1/sla-policies"}) {
    auto got = at.get(path, token);
    BOOST_TEST(got.status == 422, path);
    BOOST_TEST(got.code() == "not_available_yet", path);
    BOOST_TEST(at.get(path).status == 401, path);
  }
  BOOST_TEST(at.get("/v1/messages/" + id + "/trace", token).code() == "message_not_found");
  BOOST_TEST(
    at.ask("POST", "/v1/inbound/whatsapp/main", "", "raw", "Content-Type: text/plain\r\n").code() ==
    "not_available_yet");
  BOOST_TEST(at.ask("POST", "/v1/cluster/nodes/n1/drain", token).code() == "insufficient_scope");
  BOOST_TEST(at.ask("POST", "/v1/cluster/nodes/n1/drain", admin).code() == "conflict");
  BOOST_TEST(at.ask("POST", "/v1/cluster/nodes/n2/drain", admin).code() == "not_found");
  BOOST_TEST(at.ask("POST", "/v1/cluster/partitions/0/release", token).code() ==
             "insufficient_scope");
  BOOST_TEST(at.ask("POST", "/v1/cluster/partitions/0/release", admin).code() == "conflict");
  BOOST_TEST(at.ask("POST", "/v1/cluster/partitions/99/release", admin).code() == "not_found");
  BOOST_TEST(at.ask("POST", "/v1/cluster/partitions/1x/release", admin).code() == "not_found");
  BOOST_TEST(at.ask("DELETE", "/v1/messages/" + id, token).code() == "not_available_yet");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(pages_without_a_token)

BOOST_AUTO_TEST_CASE(they_are_served) {
  site at;
  BOOST_TEST(at.get("/livez").status == 200);
  BOOST_TEST(at.get("/readyz").status == 200);
  BOOST_TEST(at.get("/startupz").status == 200);
  auto metrics = at.get("/metrics");
  BOOST_TEST(metrics.status == 200);
  BOOST_TEST(metrics.headers.at("content-type") == "text/plain; version=0.0.4; charset=utf-8");
  BOOST_TEST(at.get("/openapi.json").body.at("openapi") == "3.1.0");
  auto docs = at.get("/docs");
  BOOST_TEST(docs.status == 200);
  BOOST_TEST(docs.headers.at("content-security-policy").find("default-src 'none'") == 0U);
  BOOST_TEST(at.get("/docs/page.js").headers.at("content-type") ==
             "text/javascript; charset=utf-8");
  BOOST_TEST(at.get("/docs/page.css").status == 200);
  auto head = at.ask("HEAD", "/docs");
  BOOST_TEST(head.status == 200);
  BOOST_TEST(head.text.empty());
  BOOST_TEST(at.ask("POST", "/docs").status == 405);
}

BOOST_AUTO_TEST_CASE(a_plain_get_of_the_socket_asks_for_an_upgrade) {
  site at;
  auto got = at.get("/v1/ws");
  BOOST_TEST(got.status == 426);
  BOOST_TEST(got.headers.at("upgrade") == "websocket");
  BOOST_TEST(at.get("/v1/ws", "nonsense").status == 401);
  BOOST_TEST(at.ask("POST", "/v1/ws", at.token()).status == 405);
}

BOOST_AUTO_TEST_CASE(errors_of_the_protocol_are_problems_too) {
  site at;
  http::test::client wire{at.port()};
  wire.send("GET / HTTP/1.1\r\nHost: x\r\nbad header\r\n\r\n");
  auto got = wire.read_reply();
  BOOST_TEST(got.status == 400);
  BOOST_TEST(json::parse(got.body).at("code") == "malformed_request");
  http::test::client large{at.port()};
  large.send("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(40'000, 'x') + "\r\n\r\n");
  auto too_large = large.read_reply();
  BOOST_TEST(too_large.status == 431);
  BOOST_TEST(json::parse(too_large.body).at("code") == "headers_too_large");
}

BOOST_AUTO_TEST_SUITE_END()
