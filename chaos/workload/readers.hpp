#pragma once
/// Those who read: over WebSocket with resume, and as an event stream with Last-Event-ID.
#include "chaos/workload/link_agent.hpp"
#include "chaos/workload/subscription.hpp"

namespace recado::chaos {

/// A person with the application open: reads, and now and then says "delivered" or "read".
class socket_reader final : public link_agent {
public:
  socket_reader(scene& in, const audience& who, fetcher& history);
  bool complete() const { return has_.complete(); }

private:
  void on_link() override;
  void on_text(std::string_view text) override;
  void on_link_lost(std::string_view) override { receipts_.clear(); }
  void send_receipt();
  void on_receipt_answer(std::string_view text);

  subscription has_;
  std::unordered_map<std::string, receipt_record> receipts_; ///< unanswered, by the frame's id
  unsigned messages_ = 0;
  unsigned last_receipt_ = 0;
};

/// GET /v1/stream, by HTTP/1.0: its body ends with the connection and has no chunks.
class stream_reader final : public connection {
public:
  stream_reader(scene& in, const audience& who, fetcher& history);
  void tick(micros now);
  bool complete() const { return has_.complete(); }

private:
  std::size_t on_bytes(std::string_view all) override;
  void on_closed() override;
  void begin(micros now);
  void take_event(std::string_view event);
  void over(std::string_view why);

  scene& in_;
  const audience& who_;
  subscription has_;
  std::string last_id_;
  bool listening_ = false;
  unsigned node_ = 0;
  unsigned link_ = 0;
  micros begin_at_ = 0;
  micros heard_at_ = 0;
  micros leave_at_ = 0;
};

} // namespace recado::chaos
