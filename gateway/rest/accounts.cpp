#include "gateway/shapes/account.hpp"

#include "gateway/rest/api.hpp"
#include "gateway/rest/commands.hpp"
#include "gateway/rest/query.hpp"
#include "gateway/shapes/ids.hpp"

#include <algorithm>

namespace recado::rest {
namespace {

account_key key_in(const call& on) {
  return {on.who.client, on.params.at(0), on.params.at(1)};
}

std::string etag_of(const stored_account& what) {
  return '"' + std::to_string(what.record.version) + '"';
}

void answer_account(const call_ptr& on, int status, const stored_account& what,
                    std::vector<http::header> headers = {}) {
  headers.push_back({"ETag", etag_of(what)});
  on->answer(status, shapes::body_of(what, shapes::append_account), std::move(headers));
}

/// True if the caller has seen another version.
bool stale(const call_ptr& on, const stored_account& what) {
  auto wanted = on->asked.header_value("If-Match");
  if (wanted.empty() || wanted == "*" || wanted == etag_of(what)) return false;
  on->fail(problem{ec::precondition_failed});
  return true;
}

} // namespace

void api::list_accounts(const call_ptr& on) {
  auto asked = query::of(*on);
  if (!asked) return on->fail(asked.error());
  auto at = read_page(*on, *asked, config_.limits, {});
  if (!at) return on->fail(at.error());
  below_.accounts->list(on->who.client, at->after, at->limit,
                        answer_page<stored_account>(on, at->list, shapes::append_account));
}

void api::post_account(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  auto what = shapes::read_account(on->body.root, on->who.client, wrong);
  if (refused(on, wrong)) return;
  if (auto bad = check_idempotency_key(*on)) return on->fail(*bad);
  const auto& key = what.record.key;
  std::vector<http::header> headers{
    {"Location", "/v1/accounts/" + key.channel + '/' + key.account}};
  auto hash = shapes::hash_of(json::canonical(on->body.root));
  kept_.run(on, hash, std::move(headers), [this, what](const kept_answers::finish& done) {
    below_.accounts->create(what, [this, done](const result<stored_account>& made) {
      if (!made) return done(failure{made.error()});
      below_.connectors->changed(made->record);
      done(kept_answers::stored{201, shapes::body_of(*made, shapes::append_account)});
    });
  });
}

void api::get_account(const call_ptr& on) {
  below_.accounts->get(key_in(*on), then<stored_account>(on, [on](const stored_account& got) {
                         answer_account(on, 200, got);
                       }));
}

void api::patch_account(const call_ptr& on) {
  change_account(on, changes_left, [on](stored_account& what) {
    auto wrong = complaints_about(*on);
    shapes::patch_account(on->body.root, what, wrong);
    return !refused(on, wrong);
  });
}

/// Reads, changes and writes the version that was read; again if somebody was faster.
void api::change_account(const call_ptr& on, int left, change_of_account change) {
  below_.accounts->get(
    key_in(*on), then<stored_account>(on, [this, on, left, change](stored_account what) {
      if (stale(on, what) || !change(what)) return;
      below_.accounts->replace(
        std::move(what), [this, on, left, change](const result<stored_account>& got) {
          if (!got && got.error().code == ec::precondition_failed && left > 0)
            return change_account(on, left - 1, change);
          if (!got) return on->fail(got.error());
          below_.connectors->changed(got->record);
          answer_account(on, 200, *got);
        });
    }));
}

void api::delete_account(const call_ptr& on) {
  below_.accounts->remove(key_in(*on), then<std::int64_t>(on, [this, on](std::int64_t) {
                            below_.connectors->removed(key_in(*on));
                            on->answer(204, "");
                          }));
}

// --- their connectors

void api::list_connectors(const call_ptr& on) {
  auto asked = query::of(*on);
  if (!asked) return on->fail(asked.error());
  auto at = read_page(*on, *asked, config_.limits, {});
  if (!at) return on->fail(at.error());
  using running = std::vector<channels::connector_snapshot>;
  below_.connectors->list(
    on->who.client, then<running>(on, [this, on, at = *at](running now) {
      below_.accounts->list(
        on->who.client, at.after, at.limit,
        then<page<stored_account>>(on, [on, at, now](page<stored_account> got) {
          std::vector<shapes::connector_view> views;
          for (auto& each : got.items) {
            auto found =
              std::ranges::find(now, each.record.key, &channels::connector_snapshot::account);
            views.push_back(
              {std::move(each), found == now.end() ? std::nullopt : std::optional{*found}});
          }
          auto cursor = next_cursor(at.list, got.next);
          on->answer(200, shapes::page_body(views, cursor, shapes::append_connector),
                     link_to_next(*on, cursor));
        }));
    }));
}

void api::pause_connector(const call_ptr& on) {
  steer_connector(on, true);
}
void api::resume_connector(const call_ptr& on) {
  steer_connector(on, false);
}

/// The account is paused, on every node and for as long as somebody wants.
void api::steer_connector(const call_ptr& on, bool paused) {
  auto wrong = complaints_about(*on);
  if (!on->asked.body.empty()) json::fields{on->body.root, "", wrong}.finish();
  if (refused(on, wrong)) return;
  change_account(on, changes_left, [paused](stored_account& what) {
    what.record.paused = paused;
    return true;
  });
}

void api::check_connector(const call_ptr& on) {
  auto wrong = complaints_about(*on);
  if (!on->asked.body.empty()) json::fields{on->body.root, "", wrong}.finish();
  if (refused(on, wrong)) return;
  below_.accounts->get(
    key_in(*on), then<stored_account>(on, [this, on](const stored_account& got) {
      below_.connectors->check(
        got.record.key, then<channels::check_result>(on, [on](const channels::check_result& said) {
          on->answer(200, shapes::check_body(said));
        }));
    }));
}

} // namespace recado::rest
