#pragma once
/// The rows of a commit that tell of conversations, their members, and how far those have read.
#include "actors/conversation/effects.hpp"
#include "runtime/store/statement.hpp"

namespace recado::journal {

struct conversation_rows {
  store::uuid_array clients, ids;
  store::int2_array parts, types;
  store::text_array titles, metadata;
  store::int8_array last_seqs, revs;
  store::time_array last_ats, created_ats;
  store::bytea_array hashes;

  void add(const effects& from);

  store::statement insert() const;
  store::statement update() const;
};

struct member_rows {
  store::uuid_array clients, conversations;
  store::text_array users;
  store::int2_array roles;
  store::time_array joined_ats;
  store::int8_array joined_seqs, left_seqs, delivered, read, revs;

  void add(const effects& from, const member_row& row);

  store::statement upsert() const;
};

struct receipt_rows {
  store::uuid_array clients, conversations;
  store::text_array users;
  store::int2_array kinds;
  store::int8_array from_seqs, up_to_seqs;
  store::time_array ats;

  void add(const effects& from, const receipt_row& row);

  store::statement insert() const;
};

} // namespace recado::journal
