#include "tests/e2e/ledger.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <unordered_map>

namespace recado::e2e {

using nlohmann::json;
using clock = std::chrono::steady_clock;

namespace {

json ask(client::api_client& api, client::call what) {
  auto body = api.ask_for_body(std::move(what));
  if (!body) throw std::runtime_error(body.error());
  return json::parse(*body);
}

} // namespace

std::vector<history_row> read_history(client::api_client& api, const std::string& conversation) {
  std::vector<history_row> all;
  for (;;) {
    auto page =
      ask(api, {.target = fmt::format("/v1/conversations/{}/messages?since_seq={}&limit=1000",
                                      conversation, all.empty() ? 0 : all.back().seq)});
    for (const auto& one : page.at("data"))
      all.push_back({one.at("message_id"), one.at("seq"), one.at("payload").value("text", "")});
    if (page.at("data").empty()) return all;
  }
}

ledger::ledger(client::api_client& api, std::size_t conversations, std::size_t messages) {
  for (std::size_t n = 0; n < conversations; ++n) {
    json wanted{{"type", "group"}, {"members", {"ana", "bruno"}}};
    auto made = ask(api, {.method = "POST", .target = "/v1/conversations", .body = wanted.dump()});
    conversations_.push_back(made.at("conversation_id"));
  }
  messages_.resize(messages);
  if (conversations_.empty()) throw std::invalid_argument{"a ledger needs a conversation"};
  for (std::size_t n = 0; n < messages; ++n) {
    messages_[n].message_id = uuid::v7().str();
    messages_[n].conversation = n % conversations_.size();
    messages_[n].text = fmt::format("message {}", n);
  }
}

std::string ledger::body_of(std::size_t n) const {
  const auto& one = messages_[n];
  return json{{"message_id", one.message_id},
              {"conversation_id", conversations_[one.conversation]},
              {"from", "ana"},
              {"payload", {{"type", "text"}, {"text", one.text}}}}
    .dump();
}

void ledger::note_sent(std::size_t n) {
  if (!messages_[n].first_sent) messages_[n].first_sent = clock::now();
}

bool ledger::note_answer(std::size_t n, int status, std::string_view body) {
  if (status / 100 != 2) return false;
  auto& one = messages_[n];
  if (!one.answered) one.answered = clock::now();
  auto answer = json::parse(body, nullptr, false);
  if (!answer.is_object() || !answer.contains("seq") || !answer["seq"].is_number()) return false;
  one.seq = answer["seq"].get<std::int64_t>();
  return true;
}

std::size_t ledger::answered() const {
  return static_cast<std::size_t>(
    std::ranges::count_if(messages_, [](const auto& one) { return one.answered.has_value(); }));
}

std::size_t ledger::count_history(client::api_client& api) const {
  std::size_t count = 0;
  for (const auto& conversation : conversations_)
    count += read_history(api, conversation).size();
  return count;
}

std::vector<std::string> ledger::check(client::api_client& api) const {
  std::vector<std::string> wrong;
  for (std::size_t n = 0; n < conversations_.size(); ++n)
    check_conversation(api, n, wrong);
  return wrong;
}

void ledger::check_conversation(client::api_client& api, std::size_t number,
                                std::vector<std::string>& wrong) const {
  std::unordered_map<std::string, const sent_message*> expected;
  for (const auto& one : messages_)
    if (one.conversation == number) expected.emplace(one.message_id, &one);
  std::vector<const sent_message*> found;
  std::int64_t next = 1;
  for (const auto& row : read_history(api, conversations_[number])) {
    if (row.seq != next)
      wrong.push_back(fmt::format("conversation {}: {} follows {}", number, row.seq, next - 1));
    next = row.seq + 1;
    auto at = expected.find(row.message_id);
    if (at == expected.end()) {
      wrong.push_back(fmt::format("conversation {}: {} is there twice, or nobody sent it", number,
                                  row.message_id));
      continue;
    }
    const auto& one = *at->second;
    if (row.text != one.text) wrong.push_back(fmt::format("{} says '{}'", one.text, row.text));
    if (one.seq && *one.seq != row.seq)
      wrong.push_back(fmt::format("{} was answered {} and is {}", one.text, *one.seq, row.seq));
    found.push_back(&one);
    expected.erase(at);
  }
  for (const auto& [id, one] : expected)
    if (one->answered)
      wrong.push_back(fmt::format("{} ({}) was answered and is lost", one->text, id));
  check_order(found, wrong);
}

/// Backwards through the history: nothing may have been sent after something behind it was
/// answered.
void ledger::check_order(const std::vector<const sent_message*>& in_history_order,
                         std::vector<std::string>& wrong) const {
  const sent_message* first_answered = nullptr; // of those further back
  for (auto at = in_history_order.rbegin(); at != in_history_order.rend(); ++at) {
    const auto& one = **at;
    if (first_answered != nullptr && one.first_sent && *first_answered->answered < *one.first_sent)
      wrong.push_back(fmt::format("{} was sent after the answer to {} and comes before it",
                                  one.text, first_answered->text));
    if (one.answered && (first_answered == nullptr || *one.answered < *first_answered->answered))
      first_answered = &one;
  }
}

} // namespace recado::e2e
