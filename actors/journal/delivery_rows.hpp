#pragma once
/// The rows of external deliveries in a commit.
#include "actors/conversation/effects.hpp"
#include "runtime/store/statement.hpp"

namespace recado::journal {

/// Collects what a batch did to deliveries; nothing for a batch that did nothing to any.
class delivery_rows {
public:
  void add(const effects& from);
  void append_to(std::vector<store::statement>& out) const;

private:
  struct made_and_changed {
    store::uuid_array clients, messages, ids;
    store::int2_array states, reached;
    store::int4_array attempts, lines;
    store::time_array first_tries, dues, updated_ats;
    store::int8_array epochs, revs;
    store::text_array provider_ids, codes, details;
    store::bool_array cancels;
    void add(const effects& from, const delivery_state& row);
    store::params values() const;
  };
  struct made_only {
    store::int2_array parts, lanes;
    store::uuid_array conversations;
    store::int8_array seqs;
    store::text_array senders, recipients, channels, accounts, addresses;
    store::bool_array once;
    store::time_array expires_ats, created_ats;
    void add(const effects& from, const delivery_state& row);
  };
  struct lines {
    store::uuid_array clients, messages, ids;
    store::int4_array numbers, attempts;
    store::time_array ats;
    store::int2_array states;
    store::int8_array revs;
    store::text_array codes, details;
    void add(const effects& from, const delivery_line& row);
  };

  store::statement insert() const;
  store::statement update() const;
  store::statement insert_lines() const;

  made_and_changed made_, changed_;
  made_only fresh_;
  lines lines_;
};

} // namespace recado::journal
