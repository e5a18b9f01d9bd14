#include "cluster/ownership/partition_table.hpp"

#include <charconv>

namespace recado::cluster {

namespace {

std::vector<store::statement> pin(partition_id wanted) {
  auto meta = [](std::string_view key, std::string_view value) {
    return store::statement{"meta_pin",
                            "insert into meta (key, value) values ($1, $2) on conflict do nothing",
                            store::params{}.add_text(key).add_text(value), store::expect::none};
  };
  store::statement rows{"partition_rows",
                        "insert into partition (id) select generate_series(0, value::int - 1) "
                        "from meta where key = 'partitions' on conflict do nothing",
                        {},
                        store::expect::none};
  store::statement pinned{"meta_pinned",
                          "select (select value from meta where key = 'partitions'), "
                          "(select value from meta where key = 'partition_hash')",
                          {}};
  return {meta("partitions", std::to_string(wanted)), meta("partition_hash", partition_hash_name),
          std::move(rows), std::move(pinned)};
}

} // namespace

result<partition_id> pin_partitions(store::connection& db, partition_id wanted) {
  auto done = db.run(pin(wanted), store::tx::transaction);
  if (!done) return fail(ec::store_unavailable, store::describe(done.error()));
  auto count = done->back().get_text(0, 0);
  auto hash = done->back().get_text(0, 1);
  if (hash != partition_hash_name)
    return fail(ec::conflict,
                "the database's conversations are placed by the hash " + std::string{hash});
  partition_id out = 0;
  std::from_chars(count.data(), count.data() + count.size(), out);
  if (out == 0) return fail(ec::internal, "the pinned number of partitions is none");
  return out;
}

} // namespace recado::cluster
