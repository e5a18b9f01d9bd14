#pragma once
/// One request at a time, tried until it succeeds: what a good client does with an answer that does
/// not come, with "later" (429, 503) and with nodes that are gone.
#include "chaos/sockets/caller.hpp"
#include "chaos/workload/scene.hpp"

namespace recado::chaos {

class http_agent : public connection {
public:
  /// `patience`: how long a node may take before another one is asked. It doubles with every answer
  /// that does not come: nodes that are only slow are not buried in repetitions.
  http_agent(scene& in, std::string name, micros patience);
  bool busy() const noexcept { return stage_ != stage::idle; }
  void tick(micros now);

protected:
  /// A request is there; on_answer() decides when it is done. From when_idle() or from outside, not
  /// from the other on_… methods.
  void begin();
  /// The next try, as it goes to node number node(). Called once per try, just before it leaves.
  virtual std::string request() = 0;
  /// True: done. False: again, as the status asks for.
  virtual bool on_answer(const http_answer& got) = 0;
  virtual void on_no_answer(std::string_view why) = 0;
  /// The token that was refused with 401.
  virtual std::size_t person() const { return 0; }
  virtual void when_idle(micros /*now*/) {}

  static constexpr auto nobody = static_cast<std::size_t>(-1);
  /// The bytes of a request with the token of `person`; `nobody`: without one.
  std::string post(const std::string& target, std::size_t person, const std::string& body) const;
  std::string get(const std::string& target, std::size_t person) const;

  unsigned node() const noexcept { return node_; }
  const std::string& name() const noexcept { return name_; }
  scene& in_;

private:
  enum class stage : std::uint8_t { idle, connecting, asking, pausing };

  void try_now(micros now);
  void ask(micros now);
  void next_node(std::string_view why);
  void pause(micros least);
  void answered(const http_answer& got);
  std::size_t on_bytes(std::string_view all) override;
  void on_open() override;
  void on_closed() override;

  const std::string name_;
  const micros patience_;
  stage stage_ = stage::idle;
  unsigned node_ = 0;
  unsigned failures_ = 0; ///< in a row
  unsigned late_ = 0;     ///< of them, answers that did not come in time
  micros until_ = 0;      ///< of the stage
  micros move_at_ = 0;
};

} // namespace recado::chaos
