#pragma once
/// Readers and keeper of one process, as cluster/reader hosts them: the machines of all lanes over
/// one link, and who says which stream is to be read.
#include "tests/simulation/site.hpp"

namespace recado::simulation {

class reader_host {
public:
  struct ports {
    std::function<void(const reader_key&, const cluster::position&, const command_ptr&)> on_command;
    std::function<void(const reader_key&, const cluster::position&)> on_idle;
    std::function<void(stream_generation)> on_generation;
  };
  reader_host(site& at, const identity& who, ports to);

  // --- readers
  void start(const reader_key& key, const cluster::position& cursor);
  void stop(partition_id part);
  void grant(partition_id part, lane which, std::uint32_t messages);
  void heard(const consumer_id& from, const cluster::reader_event& what,
             const stored_command* which);

  std::string state() const;

  // --- keeper
  void on_link(bool up);
  void doubt();
  stream_generation generation() const noexcept { return told_; }

private:
  using place = std::pair<lane, partition_id>;
  struct reader {
    reader_key key;
    cluster::reader_machine machine;
    bool examined = false;
    std::optional<steady_time> alarm{};
    consumer_number counted_of = 0; ///< of a mutant
    std::int64_t counted = 0;
    bool must_wait(stream_generation generation) const {
      return machine.at().generation == generation && machine.at().seq > 0 && !examined;
    }
  };

  void open(stream_generation value);
  void step(reader& one, const cluster::reader_event& what, const stored_command* which = nullptr);
  void set_alarm(reader& one);
  void perform(const reader_key& key, const cluster::reader_action& what,
               const stored_command* which);
  std::vector<cluster::position> places();

  // The keeper's look, step by step.
  struct look {
    bool thorough = false;
    std::uint64_t on_link = 0;
    std::vector<cluster::position> places;
    cluster::registered_stream row;
    std::vector<cluster::probe> probes;
    std::optional<cluster::stream_facts> facts;
  };
  using look_ptr = std::shared_ptr<look>;
  void begin_look();
  void load_row(const look_ptr& now);
  void examine(const look_ptr& now);
  void ask_facts(const look_ptr& now);
  void make_next(const look_ptr& now);
  void settled(const look_ptr& now, stream_generation generation);
  void look_again(duration wait, bool thorough);
  void bounded(const look_ptr& now, std::function<void()> in_server, std::function<void()> then);
  void tell(stream_generation value);

  site& at_;
  const identity& who_;
  ports ports_;
  std::map<place, reader> readers_;
  std::map<place, consumer_number> used_;
  stream_generation generation_ = 0; ///< the readers'
  stream_generation told_ = 0;
  std::uint64_t link_ = 0, links_ = 0; ///< 0: down
  bool doubted_ = false;
  bool looking_ = false;
  std::uint64_t look_serial_ = 0;
};

} // namespace recado::simulation
