#pragma once
/// Those who write by POST: one message at a time, many in one request, and the same one again.
#include "chaos/workload/http_agent.hpp"

namespace recado::chaos {

/// A fresh message for a room.
letter_ptr compose(scene& in, std::size_t room, const std::string& by, const std::string& from);

/// One room, one message at a time: the next one leaves when this one has its 2xx.
class post_writer : public http_agent {
public:
  /// With the client's token, or as its author with a user's token.
  post_writer(scene& in, std::size_t room, bool as_person);
  void write();

protected:
  std::string request() override;
  bool on_answer(const http_answer& got) override;
  void on_no_answer(std::string_view why) override;
  std::size_t person() const override;

private:
  const std::size_t room_;
  const bool as_person_;
  letter_ptr letter_;
};

/// Takes accepted messages that are due for another try: those without a seq, and others that must
/// be answered as before.
class repeater : public http_agent {
public:
  repeater(scene& in, unsigned number);

protected:
  void when_idle(micros now) override;
  std::string request() override;
  bool on_answer(const http_answer& got) override;
  void on_no_answer(std::string_view why) override;

private:
  letter_ptr letter_;
};

/// Gathers messages of many rooms into one request; what was refused goes into the next try.
class bulk_writer : public http_agent {
public:
  bulk_writer(scene& in, unsigned number);
  bool full() const;
  void write(std::size_t room);

protected:
  void when_idle(micros now) override;
  std::string request() override;
  bool on_answer(const http_answer& got) override;
  void on_no_answer(std::string_view why) override;

private:
  std::vector<letter_ptr> gathered_;
  std::vector<letter_ptr> under_way_;
  micros since_ = 0;
};

/// How a POST of one message was answered.
told told_by(const http_answer& got);

} // namespace recado::chaos
