#include "gateway/rest/idempotency.hpp"

#include "gateway/rest/routes.hpp"
#include "gateway/shapes/ids.hpp"

#include <algorithm>

namespace recado::rest {
namespace {

constexpr std::size_t key_bytes_max = 255, attempts_max = 10'000;

bool printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x21 && c <= 0x7e; });
}

void give(const call_ptr& on, const result<kept_answers::stored>& got,
          std::vector<http::header> headers, bool replayed) {
  if (!got) return on->fail(got.error());
  if (replayed) headers.push_back({"Idempotency-Replayed", "true"});
  on->answer(got->status, got->body, std::move(headers));
}

} // namespace

std::optional<std::string> idempotency_key(const call& on) {
  auto text = on.asked.header_value("Idempotency-Key");
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
    text = text.substr(1, text.size() - 2);
  if (text.empty()) return std::nullopt;
  return std::string{text};
}

std::optional<message_id> message_of_key(const call& on, std::size_t part) {
  auto key = idempotency_key(on);
  if (!key) return std::nullopt;
  if (part > 0) *key += '\n' + std::to_string(part); // a key has no line feed
  return shapes::message_of_key(on.who.client, *key);
}

std::optional<problem> check_idempotency_key(const call& on) {
  auto key = idempotency_key(on);
  if (!key || (key->size() <= key_bytes_max && printable(*key))) return std::nullopt;
  return problem{ec::malformed_request, "Idempotency-Key takes 1 to 255 visible characters"};
}

void kept_answers::run(const call_ptr& on, const request_hash& hash,
                       std::vector<http::header> headers, work what) {
  if (auto wrong = check_idempotency_key(*on)) return on->fail(*wrong);
  auto key = idempotency_key(*on);
  if (!key) {
    return what([on, headers = std::move(headers)](result<stored> got) {
      give(on, got, headers, got && got->replayed);
    });
  }
  place where{on->who.client, on->method + ' ' + on->path, std::move(*key)};
  if (join(where, on, hash, headers)) look_up(where, hash, std::move(what));
}

/// True if the caller is the first and must do the work.
bool kept_answers::join(const place& where, const call_ptr& on, const request_hash& hash,
                        const std::vector<http::header>& headers) {
  ec refusal = ec::none;
  {
    std::lock_guard lock{mutex_};
    auto found = attempts_.find(where);
    if (found == attempts_.end() && attempts_.size() < attempts_max) {
      attempts_.emplace(where, attempt{hash, {on}, headers});
      return true;
    }
    if (found == attempts_.end() || found->second.waiting.size() >= attempts_max)
      refusal = ec::overloaded;
    else if (found->second.hash != hash)
      refusal = ec::idempotency_mismatch;
    else
      found->second.waiting.push_back(on);
  }
  if (refusal != ec::none) on->fail(problem{refusal});
  return false;
}

void kept_answers::look_up(const place& where, const request_hash& hash, work what) {
  store_->find(
    where.client, where.route, where.key, hash,
    [this, where, hash,
     what = std::move(what)](result<std::optional<idempotency_service::stored_answer>> got) {
      if (!got) return settle(where, failure{got.error()}, false);
      if (*got) return settle(where, stored{(*got)->status, std::move((*got)->body), true}, true);
      what([this, where, hash](result<stored> made) { done(where, hash, std::move(made)); });
    });
}

void kept_answers::done(const place& where, const request_hash& hash, result<stored> got) {
  if (!got || got->status >= 300) return settle(where, got, false);
  auto answer = *got;
  store_->keep(where.client, where.route, where.key, hash, answer,
               [this, where, got](result<bool> kept) {
                 // What was done stands; the caller must know that a retry would not find its
                 // answer.
                 if (kept)
                   settle(where, got, got->replayed);
                 else
                   settle(where, failure{kept.error()}, false);
               });
}

void kept_answers::settle(const place& where, const result<stored>& got, bool replayed) {
  attempt ended;
  {
    std::lock_guard lock{mutex_};
    auto found = attempts_.extract(where);
    if (found.empty()) return;
    ended = std::move(found.mapped());
  }
  for (const auto& on : ended.waiting) {
    give(on, got, ended.headers, replayed);
    replayed = true; // those who waited get the first one's answer
  }
}

} // namespace recado::rest
