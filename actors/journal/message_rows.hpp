#pragma once
/// The rows of a commit that are messages.
#include "actors/conversation/effects.hpp"
#include "runtime/store/fence.hpp"

namespace recado::journal {

struct message_rows {
  store::uuid_array clients, conversations, ids, commands;
  store::int8_array seqs, epochs;
  store::text_array from_users, payloads, metadata, failures, traces;
  store::int2_array priorities, parts, paths;
  store::time_array created_ats, expires_ats, received_ats, sequenced_ats;
  store::bytea_array hashes;
  store::int4_array wire_us, mailbox_us, deliveries;
  store::int2_array inside;

  void add(const effects& from, const message_row& row, epoch held, wall_time now);

  store::statement insert(std::string_view node) const;
};

} // namespace recado::journal
