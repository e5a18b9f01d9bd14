#pragma once
/// One writer, as actors/writer hosts it: the same machine and the same gathering, over the
/// simulated database.
#include "tests/simulation/partition_host.hpp"

#include "actors/writer/gather.hpp"
#include "cluster/writer/turn.hpp"

namespace recado::simulation {

class writer_host {
public:
  struct ports {
    std::function<void(std::vector<std::pair<std::string, reply>>)> answer;
    std::function<void(std::vector<cluster::held_partition>)> lost;
    using resolved =
      std::function<void(std::vector<cluster::held_partition>, std::vector<partition_id>)>;
    std::function<void(std::vector<cluster::held_partition>, resolved)> resolve;
  };
  writer_host(site& at, const identity& who, ports to);

  void take(partition_id part, epoch held, partition_host& owner);
  void leave(partition_id part);
  void enqueue(work command);
  std::string state() const;

private:
  using order = cluster::turn::order;
  struct owned {
    epoch since = 0; ///< `held` when it was taken
    epoch held = 0;
    partition_host* owner = nullptr;
  };

  void begin_if_free();
  void obey(order next);
  void read();
  void on_read(fate how, const read_answer& got);
  void take_inbox(const std::vector<inbox_entry>& found);
  void defer(partition_id part);
  void decide();
  void commit();
  void on_commit(const commit_answer& got);
  void settle();
  void park();
  void on_park(const commit_answer& got);
  void resolve();
  void poll();

  void send(commit_order what, void (writer_host::*then)(const commit_answer&));
  void release_answers(const std::set<partition_id>* only);
  void lose(const std::vector<partition_id>& parts);
  std::vector<cluster::held_partition> held_of(const order& what) const;
  undecided_list items_of(partition_id part) const;
  undecided_ptr from_inbox(const inbox_entry& row) const;
  void doubt_all();
  duration hop() { return at_.random.between(0us, 60us); }

  site& at_;
  const identity& who_;
  ports ports_;
  gather queue_;
  cluster::turn machine_;
  std::map<partition_id, owned> partitions_;
  std::map<cluster::item_number, work> batch_;
  cluster::item_number next_number_ = 0;
  std::uint64_t round_ = 0;
  order current_;
  std::vector<partition_id> asked_;
  facts known_;
  std::vector<effects_ptr> decided_;
  std::vector<journal::cursor_row> cursors_;
};

} // namespace recado::simulation
