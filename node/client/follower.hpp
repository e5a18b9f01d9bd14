#pragma once
/// Follows one conversation live: every message once, in order, across broken connections.
#include "node/client/api_client.hpp"

#include <cstdint>
#include <functional>

namespace recado::client {

class follower {
public:
  /// `on_message` gets the message object as JSON text, with its seq.
  using message_fn = std::function<void(std::int64_t seq, const std::string& json)>;
  using note_fn = std::function<void(const std::string& sentence)>; ///< "connection lost: …"

  follower(api_client api, std::string conversation, std::int64_t since, message_fn on_message,
           note_fn on_note);

  /// Returns only with an error that another try cannot mend: no such conversation, bad secret.
  std::string run();

  std::int64_t last_seq() const noexcept { return last_; }

private:
  enum class next { again, give_up };

  next follow_once();
  next on_frame(const std::string& text);
  bool fetch_until(std::int64_t to_seq);
  void hand_over(std::int64_t seq, const std::string& json);
  next lost(const std::string& why);

  api_client api_;
  std::string conversation_;
  std::int64_t last_;
  message_fn on_message_;
  note_fn on_note_;
  std::string end_; ///< why we give up
  unsigned failures_ = 0;
};

/// last_seq of the conversation.
tl::expected<std::int64_t, std::string> last_seq_of(api_client& api,
                                                    const std::string& conversation);

} // namespace recado::client
