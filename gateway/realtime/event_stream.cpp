#include "gateway/realtime/event_stream.hpp"

namespace recado::realtime {
namespace {

class stream_end final : public http::ws_peer {
public:
  explicit stream_end(http::stream_peer_ptr to) : to_(std::move(to)) {}
  ~stream_end() override { to_->close(); } // also if no session came to be

  bool send(std::string text) override { return to_->send(std::move(text)); }
  void close(int code, std::string reason) override {
    to_->send(": closed, " + std::to_string(code) + ' ' + reason + "\n\n");
    to_->close();
  }
  void consumed() override {} // readers say nothing
  std::size_t queued_bytes() const override { return to_->queued_bytes(); }

private:
  http::stream_peer_ptr to_;
};

} // namespace

http::ws_peer_ptr event_stream_peer(http::stream_peer_ptr to) {
  return std::make_shared<stream_end>(std::move(to));
}

} // namespace recado::realtime
