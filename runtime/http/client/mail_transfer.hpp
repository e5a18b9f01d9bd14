#pragma once
#include <functional>

#include "runtime/http/client/curl_easy.hpp"

namespace recado::http::outward {

/// libcurl says only that a mail failed. What the server said, and to which command, is read from
/// the conversation itself: replies come to the header function, our commands to the debug
/// function.
class mail_transfer final : public transfer {
public:
  mail_transfer(const shared_settings& shared, outgoing_mail mail,
                std::function<void(mail_outcome)> done)
    : transfer(shared),
      mail_(std::move(mail)),
      done_(std::move(done)) {}

  std::optional<transfer_failure> prepare() override;
  bool again(CURLcode code) override;
  void finish(CURLcode code) override;
  void fail(transfer_failure why) override { done_(std::move(why)); }
  bool maybe_taken() const override { return reply_.at == mail_step::content; }

private:
  static std::size_t on_reply(char* data, std::size_t size, std::size_t count, void* self);
  static int on_traffic(CURL*, curl_infotype type, char* data, std::size_t size, void* self);
  static std::size_t on_content(char* to, std::size_t size, std::size_t count, void* self);
  static std::size_t ignore(char*, std::size_t size, std::size_t count, void*) {
    return size * count;
  }
  bool may_keep_connection() const;
  void set_envelope();
  void set_reply_timeout(std::chrono::milliseconds time);
  void note_command(std::string_view line);
  bool auth_missing() const { return greeted_ && !mail_.username.empty() && !auth_sent_; }

  outgoing_mail mail_;
  std::function<void(mail_outcome)> done_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> recipients_{nullptr,
                                                                          &curl_slist_free_all};
  std::size_t handed_over_ = 0; ///< bytes of the content
  mail_reply reply_;
  bool replied_ = false; ///< to anything, within this transfer
  bool said_quit_ = false;
  bool greeted_ = false; ///< EHLO: the connection is new
  bool auth_sent_ = false;
  bool tried_again_ = false;
};

} // namespace recado::http::outward
