#pragma once
/// What was sent and what was answered, and whether the promises were kept.
#include "node/client/api_client.hpp"
#include "schemas/uuid.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace recado::e2e {

struct sent_message {
  std::string message_id;
  std::size_t conversation = 0;
  std::string text;
  std::optional<std::chrono::steady_clock::time_point> first_sent;
  std::optional<std::chrono::steady_clock::time_point> answered; ///< with the first 2xx
  std::optional<std::int64_t> seq;                               ///< of the first 201
};

/// Messages spread over conversations, in the order of their sending.
class ledger {
public:
  /// Creates the conversations, each with members ana and bruno; throws if it cannot.
  ledger(client::api_client& api, std::size_t conversations, std::size_t messages);

  std::size_t size() const noexcept { return messages_.size(); }
  const std::vector<std::string>& conversations() const noexcept { return conversations_; }
  const sent_message& at(std::size_t n) const { return messages_[n]; }

  std::string body_of(std::size_t n) const; ///< of POST /v1/messages
  void note_sent(std::size_t n);
  /// Notes a 2xx. False: not answered for good yet, try again (202 as long as it has no seq).
  bool note_answer(std::size_t n, int status, std::string_view body);

  /// Everything that is wrong, as sentences; empty: all promises were kept.
  ///   history: seq 1..n without gap; every answered message once, with the seq of its answer
  ///   order: answered before the other was sent → the lower seq
  std::vector<std::string> check(client::api_client& api) const;

  /// Messages per conversation in the history, all together.
  std::size_t count_history(client::api_client& api) const;

  std::size_t answered() const;

private:
  void check_conversation(client::api_client& api, std::size_t number,
                          std::vector<std::string>& wrong) const;
  void check_order(const std::vector<const sent_message*>& in_history_order,
                   std::vector<std::string>& wrong) const;

  std::vector<std::string> conversations_;
  std::vector<sent_message> messages_;
};

struct history_row {
  std::string message_id;
  std::int64_t seq;
  std::string text;
};
/// The whole history of a conversation, page by page; throws if it cannot be read.
std::vector<history_row> read_history(client::api_client& api, const std::string& conversation);

} // namespace recado::e2e
