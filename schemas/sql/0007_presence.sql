-- When somebody was last seen: written lazily, in batches, by the gateway that saw it. Who is online
-- is in no table. A table of its own, so that app_user does not change with every visit.
create table user_seen (
  client_id uuid        not null,
  user_id   text        not null,
  last_seen timestamptz not null,
  primary key (user_id, client_id)
) with (fillfactor = 70);
