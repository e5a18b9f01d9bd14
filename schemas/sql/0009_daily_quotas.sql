-- How many messages of a client's day (UTC) the nodes have taken for it, what they still hold
-- included. A row is touched once per portion, not once per message.
create table quota_day (
  client_id uuid not null,
  day       date not null,
  taken     int8 not null check (taken >= 0),
  primary key (client_id, day)
) with (fillfactor = 50);

-- Gives a node a portion of a client's day: what it wants now, or a sixteenth of what is left if
-- that is more (at most share_max), so that portions shrink as the quota ends. Never more than is
-- left: nodes that ask at once wait for each other on the row.
create function recado_take_quota(client uuid, on_day date, quota int8, wanted int8, share_max int8,
                                  out granted int8, out in_all int8)
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $take$
declare
  remaining int8;
begin
  granted := 0;
  select q.taken into in_all from quota_day q where q.client_id = client and q.day = on_day;
  if in_all >= quota then return; end if; -- without a lock: who is over its quota writes nothing
  insert into quota_day (client_id, day, taken) values (client, on_day, 0) on conflict do nothing;
  if found then
    delete from quota_day q where q.client_id = client and q.day < on_day - 31;
  end if;
  select q.taken into in_all
  from quota_day q where q.client_id = client and q.day = on_day for no key update;
  remaining := greatest(quota - in_all, 0);
  granted := least(remaining, greatest(wanted, least(share_max, remaining / 16)));
  if granted > 0 then
    update quota_day q set taken = q.taken + granted
    where q.client_id = client and q.day = on_day returning q.taken into in_all;
  end if;
end
$take$;
