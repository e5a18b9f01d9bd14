#include "gateway/auth/base64url.hpp"
#include "gateway/auth/secret.hpp"
#include "gateway/json/writer.hpp"
#include "gateway/rest/api.hpp"
#include "gateway/rest/commands.hpp"
#include "gateway/rest/gate.hpp"
#include "gateway/shapes/ids.hpp"
#include "gateway/shapes/problem_body.hpp"

namespace recado::rest {
namespace {

constexpr std::size_t secret_bytes_max = 1024;

/// What a client shows to get a token.
struct credentials {
  std::string client, secret;
  std::optional<std::string> scope;
};

/// An error as OAuth 2.0 has it (RFC 6749, section 5.2), within our problem.
void fail_oauth(const call_ptr& on, int status, std::string_view error, std::string_view title,
                std::string_view detail) {
  http::response out;
  out.status = status;
  out.content_type = "application/problem+json";
  out.body = shapes::problem_body(status, error, title, detail, on->trace.trace_id_text());
  std::string member;
  json::append_string(member, error);
  out.body.insert(out.body.size() - 1, ",\"error\":" + member);
  out.headers.push_back({"Cache-Control", "no-store"});
  if (status == 401) out.headers.push_back({"WWW-Authenticate", R"(Basic realm="recado")"});
  on->respond(std::move(out));
}

void fail_client(const call_ptr& on) {
  const auto& info = info_of(ec::invalid_client);
  fail_oauth(on, info.status, info.code, info.title, info.title);
}

/// Basic of RFC 6749, section 2.3.1: both parts are form-encoded before they are joined.
bool read_basic(std::string_view header, credentials& into) {
  auto text = header.size() > 6 ? auth::from_base64(header.substr(6)) : std::nullopt;
  auto colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return false;
  auto id = http::percent_decode(text->substr(0, colon));
  auto secret = http::percent_decode(text->substr(colon + 1));
  if (!id || !secret) return false;
  into.client = std::move(*id);
  into.secret = std::move(*secret);
  return true;
}

bool is_basic(std::string_view header) {
  return header.size() >= 6 && http::same_name(header.substr(0, 6), "Basic ");
}

/// Nothing if an answer was given.
std::optional<credentials> read_form(const call_ptr& on) {
  auto values = http::parse_query(on->asked.body);
  if (!values) {
    fail_oauth(on, 400, "invalid_request", "The form is malformed", "");
    return std::nullopt;
  }
  credentials out;
  std::string grant;
  for (auto& [name, value] : *values) {
    if (name == "grant_type")
      grant = value;
    else if (name == "client_id")
      out.client = value;
    else if (name == "client_secret")
      out.secret = value;
    else if (name == "scope")
      out.scope = value;
  }
  auto header = on->asked.header_value("Authorization");
  if (is_basic(header) && !read_basic(header, out)) {
    fail_client(on);
    return std::nullopt;
  }
  if (grant == "client_credentials") return out;
  if (grant.empty())
    fail_oauth(on, 400, "invalid_request", "grant_type is required", "");
  else
    fail_oauth(on, 400, "unsupported_grant_type", "The grant type is not supported",
               "only client_credentials is");
  return std::nullopt;
}

std::optional<credentials> read_json(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  json::fields in{on->body.root, "", wrong};
  credentials out;
  auto header = on->asked.header_value("Authorization");
  bool basic = is_basic(header);
  if (!basic) {
    in.require("client_id");
    in.require("client_secret");
  }
  out.client = in.text("client_id", {0, 128}).value_or("");
  out.secret = in.text("client_secret", {0, secret_bytes_max}).value_or("");
  out.scope = in.text("scope", {0, 512});
  in.word("grant_type", {"client_credentials"});
  in.finish();
  if (refused(on, wrong)) return std::nullopt;
  if (basic && !read_basic(header, out)) {
    fail_client(on);
    return std::nullopt;
  }
  return out;
}

std::string token_body(const auth::issued_token& token) {
  std::string out;
  json::writer{out}
    .begin_object()
    .field("access_token", token.token)
    .field("token_type", "Bearer")
    .field("expires_in", token.expires_in.count())
    .field("scope", token.scope)
    .end_object();
  return out;
}

const std::vector<http::header> no_store{{"Cache-Control", "no-store"}};

/// The scopes asked for, all of the client's if none were; nothing if it asks for more.
std::optional<auth::scope_set> granted(const credentials& shown, const client_record& client) {
  auto all = auth::scope_set::parse(client.scopes);
  if (!shown.scope || shown.scope->empty()) return all;
  auto wanted = auth::scope_set::parse_all(*shown.scope);
  if (!wanted || !wanted->within(all)) return std::nullopt;
  return wanted;
}

} // namespace

void api::post_token(const call_ptr& on) {
  bool form = media_type_of(on->asked) == "application/x-www-form-urlencoded";
  auto shown = form ? read_form(on) : read_json(on);
  if (!shown) return;
  if (!tokens_.ready())
    return on->fail(problem{ec::store_unavailable, "the signing keys were not read yet"});
  auto id = client_id::parse(shown->client);
  if (!id) return fail_client(on);
  below_.clients->find(*id, [this, on, shown = std::move(*shown)](result<client_record> got) {
    if (!got && got.error().code != ec::invalid_client) return on->fail(got.error());
    if (!got || !auth::secret_matches(shown.secret, got->secret_sha256)) return fail_client(on);
    auto scopes = granted(shown, *got);
    if (!scopes)
      return fail_oauth(on, 400, "invalid_scope", "The client does not have this scope", "");
    on->answer(200, token_body(tokens_.issue(got->id, {}, *scopes, around_.now())), no_store);
  });
}

void api::get_jwks(const call_ptr& on) {
  if (!tokens_.ready())
    return on->fail(problem{ec::store_unavailable, "the signing keys were not read yet"});
  on->answer(200, tokens_.jwks(), {{"Cache-Control", "public, max-age=300"}});
}

void api::post_user_token(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  if (!on->asked.body.empty()) json::fields{on->body.root, "", wrong}.finish();
  const auto& name = on->params.at(0);
  if (!user_id::valid(name)) wrong.wrong("/user_id", "not a user id");
  if (refused(on, wrong)) return;
  kept_.run(on, shapes::hash_of(name), no_store,
            [this, on, user = user_id{name}](kept_answers::finish done) {
              issue_user_token(on, user, std::move(done));
            });
}

/// A user who was never heard of is created bare, as one named in a body is.
void api::issue_user_token(const call_ptr& on, const user_id& user, kept_answers::finish done) {
  auto issue = [this, on, user, done] {
    auto scopes =
      on->who.scopes & auth::scope_set{auth::scope::messages_read, auth::scope::messages_write};
    done(kept_answers::stored{
      201, token_body(tokens_.issue(on->who.client, user, scopes, around_.now()))});
  };
  below_.directory->get_user(
    on->who.client, user, [this, on, user, done, issue](result<user_record> got) {
      if (got) return issue();
      if (got.error().code != ec::user_not_found) return done(failure{got.error()});
      below_.directory->put_user(
        on->who.client, user, {},
        [done, issue](result<directory_service::upserted<user_record>> made) {
          if (made)
            issue();
          else
            done(failure{made.error()});
        });
    });
}

} // namespace recado::rest
