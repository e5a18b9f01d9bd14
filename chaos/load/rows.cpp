#include "chaos/load/rows.hpp"

#include "schemas/partition.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <libpq-fe.h>
#include <memory>
#include <stdexcept>

namespace recado::load {
namespace {

constexpr std::size_t copy_bytes = 1 << 20; ///< handed to the server at once
constexpr std::uint64_t rows_per_insert = 200'000;

class database {
public:
  explicit database(const std::string& dsn) : sql_(PQconnectdb(dsn.c_str()), &PQfinish) {
    if (PQstatus(sql_.get()) != CONNECTION_OK) complain();
  }
  void run(const std::string& sql) { expect(PQexec(sql_.get(), sql.c_str()), PGRES_COMMAND_OK); }

  /// `line(i)` for every i below `count`, in COPY's text format without the line's end.
  void copy(const std::string& into, std::uint64_t count,
            const std::function<std::string(std::uint64_t)>& line) {
    expect(PQexec(sql_.get(), ("copy " + into + " from stdin").c_str()), PGRES_COPY_IN);
    std::string part;
    for (std::uint64_t i = 0; i < count; ++i) {
      part += line(i);
      part += '\n';
      if (part.size() < copy_bytes && i + 1 < count) continue;
      if (PQputCopyData(sql_.get(), part.data(), static_cast<int>(part.size())) != 1) complain();
      part.clear();
    }
    if (PQputCopyEnd(sql_.get(), nullptr) != 1) complain();
    expect(PQgetResult(sql_.get()), PGRES_COMMAND_OK);
    while (auto* more = PQgetResult(sql_.get()))
      PQclear(more);
  }

private:
  void expect(PGresult* got, ExecStatusType wanted) const {
    auto status = PQresultStatus(got);
    PQclear(got);
    if (status != wanted) complain();
  }
  [[noreturn]] void complain() const {
    throw std::runtime_error(std::string{"PostgreSQL: "} + PQerrorMessage(sql_.get()));
  }

  std::unique_ptr<PGconn, decltype(&PQfinish)> sql_;
};

std::string person(std::uint64_t conversation, std::uint64_t member) {
  return fmt::format("load-{}-{}", conversation, member);
}

void copy_conversations(database& into, const client_id& client,
                        const std::vector<conversation_id>& ids, unsigned members) {
  auto who = client.str();
  into.copy("conversation (client_id, conversation_id, part, type, metadata, last_seq, rev, "
            "last_at, created_at, request_hash)",
            ids.size(), [&](std::uint64_t i) {
              return fmt::format("{}\t{}\t{}\t1\t{{}}\t0\t1\tnow\tnow\t\\\\x{:032x}", who,
                                 ids[i].str(), partition_of(client, ids[i], default_partitions), i);
            });
  auto people = ids.size() * members;
  into.copy("member (client_id, conversation_id, user_id, role, joined_at, joined_seq, "
            "delivered_seq, read_seq, rev)",
            people, [&](std::uint64_t i) {
              return fmt::format("{}\t{}\t{}\t0\tnow\t0\t0\t0\t1", who, ids[i / members].str(),
                                 person(i / members, i % members));
            });
  into.copy("app_user (client_id, user_id, created_at, updated_at)", people, [&](std::uint64_t i) {
    return fmt::format("{}\t{}\tnow\tnow", who, person(i / members, i % members));
  });
}

/// Messages `from` to `to` of every conversation. Ids are version 7 of the time of the message, a
/// millisecond for each `per_ms` of them up to yesterday.
std::string history_sql(const client_id& client, std::uint64_t from, std::uint64_t to,
                        std::uint64_t last, unsigned text_bytes) {
  auto v7 = [](const char* random) {
    return fmt::format("(substr(h, 1, 8) || '-' || substr(h, 9) || '-7' || substr({0}, 16, 3) || "
                       "'-' || substr({0}, 20))::uuid",
                       random);
  };
  return fmt::format(
    R"(insert into message (client_id, conversation_id, seq, message_id, command_id, from_user,
         payload, metadata, priority, created_at, request_hash, part, epoch, node, path, trace_id,
         received_at, sequenced_at, wire_us, mailbox_us)
       select client_id, conversation_id, seq, {message}, {command}, author,
              '{{"type":"text","text":"' || lpad(seq::text, {bytes}, 'x') || '"}}', '{{}}', 1, at,
              decode(md5(r), 'hex'), part, 1, 'n1', 0, md5(q), at, at, 400, 900
       from (select c.client_id, c.conversation_id, c.part, s.seq, m.user_id as author, t.at,
                    lpad(to_hex((extract(epoch from t.at) * 1000)::int8), 12, '0') as h,
                    gen_random_uuid()::text as r, gen_random_uuid()::text as q
             from generate_series({from}, {to}) s(seq)
             cross join lateral (select now() - interval '1 day'
                                        - ({last} - s.seq) * interval '10 minutes' as at) t
             cross join conversation c
             join member m on m.conversation_id = c.conversation_id and m.client_id = c.client_id
             where c.client_id = '{client}' and m.user_id like 'load-%-0'
             order by s.seq) k)",
    fmt::arg("message", v7("r")), fmt::arg("command", v7("q")), fmt::arg("bytes", text_bytes),
    fmt::arg("from", from), fmt::arg("to", to), fmt::arg("last", last),
    fmt::arg("client", client.str()));
}

void insert_history(database& into, const client_id& client, const rows_wanted& what,
                    const std::function<void(const std::string&)>& told) {
  auto each = what.history / what.conversations;
  auto step = std::max<std::uint64_t>(rows_per_insert / what.conversations, 1);
  for (std::uint64_t from = 1; from <= each; from += step) {
    auto to = std::min(from + step - 1, each);
    into.run(history_sql(client, from, to, each, what.text_bytes));
    if (to == each || from / step % 10 == 0)
      told(fmt::format("{} messages of history", to * what.conversations));
  }
  into.run(fmt::format("update conversation set last_seq = {0}, rev = {0} + 1, last_at = now() - "
                       "interval '1 day' where client_id = '{1}'",
                       each, client.str()));
}

} // namespace

std::vector<stage::room> write_rows(const std::string& dsn, const client_id& client,
                                    const rows_wanted& what,
                                    const std::function<void(const std::string&)>& told) {
  database into{dsn};
  into.run("set synchronous_commit = off"); // the load itself commits as ever
  std::vector<conversation_id> ids(what.conversations);
  for (auto& id : ids)
    id = conversation_id::make();
  copy_conversations(into, client, ids, what.members);
  told(fmt::format("{} conversations", what.conversations));
  if (what.history > 0) insert_history(into, client, what, told);
  into.run("vacuum (analyze) conversation, member, app_user, message");
  into.run("checkpoint");
  std::vector<stage::room> out;
  out.reserve(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i)
    out.push_back({ids[i].str(), person(i, 0), {}});
  return out;
}

} // namespace recado::load
