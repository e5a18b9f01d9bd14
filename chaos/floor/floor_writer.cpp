#include "chaos/floor/floor_writer.hpp"

#include "chaos/floor/sample.hpp"
#include "chaos/load/process_cost.hpp"

#include <set>
#include <stdexcept>

namespace recado::floors {
namespace {

constexpr std::chrono::milliseconds cursor_interval{200}; ///< partition_config::cursor_interval

wall_time now_us() {
  return std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
}

undecided_ptr item_of(command what, partition_id part, wall_time now) {
  undecided item;
  item.what = std::move(what);
  item.part = part;
  item.sequenced_at = now;
  return std::make_shared<const undecided>(std::move(item));
}

} // namespace

store::connection_config config_of(const std::string& url, const std::string& name) {
  store::connection_config config;
  config.url = url;
  config.application_name = name;
  return config;
}

floor_writer::floor_writer(const std::string& url, std::vector<store::held_epoch> held)
  : db_(config_of(url, "recado-floor")),
    held_(held.begin(), held.end()) {}

void floor_writer::add(const client_id& client, partition_id part, unsigned number) {
  auto now = now_us();
  room made;
  made.part = part;
  made.author = user_id{"load-" + std::to_string(number) + "-0"};
  made.state.key.client = client;
  do
    made.state.key.conversation = conversation_id::make();
  while (partition_of(client, made.state.key.conversation, default_partitions) != part);
  command create;
  create.id = command_id::make();
  create.client = client;
  create.conversation = made.state.key.conversation;
  create_conversation body;
  body.members = {{made.author, {}}, {user_id{"load-" + std::to_string(number) + "-1"}, {}}};
  body.metadata = "{}";
  create.body = std::move(body);
  facts known;
  known.now = now;
  std::vector<effects> decided;
  decided.push_back(decide(made.state, std::vector{item_of(std::move(create), part, now)}, known));
  decided.back().part = part;
  run(decided, {}, now);
  adopt(made.state, decided.back());
  rooms_.push_back(std::move(made));
}

undecided_ptr floor_writer::next_text(const room& of, unsigned text_bytes, wall_time now) {
  auto cmd = text_command(of.state.key.client, of.state.key.conversation, of.author, text_bytes);
  moved_[of.part] = {1, ++stream_seq_, cmd.id};
  return item_of(std::move(cmd), of.part, now);
}

void floor_writer::commit(unsigned batch, unsigned text_bytes, bool cursors) {
  if (rooms_.empty()) throw std::runtime_error("commit: a writer without conversations");
  auto now = now_us();
  std::map<std::size_t, std::vector<undecided_ptr>> by_room;
  for (unsigned i = 0; i < batch; ++i) {
    auto at = turn_++ % rooms_.size();
    by_room[at].push_back(next_text(rooms_[at], text_bytes, now));
  }
  facts known;
  known.now = now;
  std::vector<effects> decided;
  for (const auto& [at, items] : by_room) {
    decided.push_back(decide(rooms_[at].state, items, known));
    decided.back().part = rooms_[at].part;
  }
  run(decided, cursors ? due_cursors(now) : std::vector<journal::cursor_row>{}, now);
  std::size_t next = 0;
  for (const auto& [at, items] : by_room)
    adopt(rooms_[at].state, decided[next++]);
}

std::vector<journal::cursor_row> floor_writer::due_cursors(wall_time now) {
  std::vector<journal::cursor_row> out;
  for (auto it = moved_.begin(); it != moved_.end();) {
    auto& written = written_at_[it->first];
    if (now - written < cursor_interval) {
      ++it;
      continue;
    }
    written = now;
    journal::cursor_row row{it->first, {}};
    row.at[static_cast<std::size_t>(lane::standard)] = it->second;
    out.push_back(row);
    it = moved_.erase(it);
  }
  return out;
}

void floor_writer::run(const std::vector<effects>& decided,
                       std::vector<journal::cursor_row> cursors, wall_time now) {
  auto begun = load::thread_cpu_s();
  journal::commit_request request;
  std::set<partition_id> parts;
  for (const auto& one : decided)
    parts.insert(one.part);
  for (const auto& row : cursors)
    parts.insert(row.part);
  for (auto part : parts)
    request.held.emplace_back(part, held_.at(part));
  std::vector<const effects*> all;
  all.reserve(decided.size());
  for (const auto& one : decided)
    all.push_back(&one);
  request.all = all;
  request.cursors = std::move(cursors);
  request.node = "floor";
  request.now = now;
  auto done = db_.run(journal::commit(request), store::tx::transaction);
  cpu_s_ += load::thread_cpu_s() - begun;
  if (!done) throw std::runtime_error("commit: " + store::describe(done.error()));
}

} // namespace recado::floors
