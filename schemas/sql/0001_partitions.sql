-- Who owns what: partitions and their epochs, the nodes, the generations of the streams. These
-- tables are small and hot: fillfactor leaves room for HOT updates, and no changing column is indexed.

-- What is pinned once for the life of the database: the number of partitions, the hash …
create table meta (
  key   text primary key,
  value text not null
);

create table partition (
  id                    int2        primary key,
  epoch                 int8        not null default 0, -- counts the owners: the fence
  owner_node            text,
  owner_incarnation     int8,
  target                text,       -- a released partition is meant for this node
  since                 timestamptz,
  -- The cursor per lane: every command at or below it is decided. The command found there tells
  -- whether the stream is still the same one.
  express_generation    int4        not null default 0,
  express_seq           int8        not null default 0,
  express_command       uuid,
  standard_generation   int4        not null default 0,
  standard_seq          int8        not null default 0,
  standard_command      uuid,
  bulk_generation       int4        not null default 0,
  bulk_seq              int8        not null default 0,
  bulk_command          uuid,
  deaths_without_commit int4        not null default 0
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

create table node (
  node_id     text        not null,
  incarnation int8        not null,
  heartbeat   int8        not null default 0,
  nats_ok     bool        not null default false,
  address     text        not null default '',
  version     text        not null default '',
  started_at  timestamptz not null default now(),
  left_at     timestamptz,
  primary key (node_id, incarnation)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500);

create table stream (
  base       text primary key,
  generation int4 not null,
  created    text -- the creation time the server reported: another one means another stream
);

-- The fence: locks the rows of these partitions in the order of their ids, and fails with SQLSTATE
-- RF001 if one of them has another epoch by now; DETAIL lists the lost ids. Not STRICT on purpose:
-- a strict function answers NULL to a NULL argument without running, and the fence would be open.
create function recado_fence(ids int2[], epochs int8[]) returns void
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $fence$
declare
  held int2[];
  lost text;
begin
  -- count(distinct) sees neither NULLs nor repetitions
  if coalesce(cardinality(ids), 0) = 0 or cardinality(ids) is distinct from cardinality(epochs)
     or cardinality(ids) <> (select count(distinct u.id) from unnest(ids) u(id)) then
    raise exception 'recado_fence wants ids, each once, and as many epochs'
      using errcode = 'invalid_parameter_value';
  end if;
  -- The rows are locked after they were sorted; a row that changed meanwhile is checked again.
  select array_agg(locked.id) into held
  from (select p.id
        from partition p
        where (p.id, p.epoch) in (select f.id, f.epoch from unnest(ids, epochs) f(id, epoch))
        order by p.id
        for no key update of p) locked;
  select string_agg(u.id::text, ',' order by u.id) into lost
  from unnest(ids) u(id)
  where u.id <> all (coalesce(held, '{}'));
  if lost is not null then
    raise exception 'fenced: another owner has these partitions' using errcode = 'RF001', detail = lost;
  end if;
end
$fence$;

-- Compare-and-set of epochs. Answers those it claimed; the others had another epoch. Locks in the
-- order of the ids, as the fence does, so the two never deadlock.
create function recado_claim(ids int2[], seen int8[], node text, incarnation int8)
returns table (id int2, epoch int8)
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $claim$
#variable_conflict use_column
begin
  if node is null or incarnation is null or cardinality(ids) is distinct from cardinality(seen) then
    raise exception 'recado_claim wants an owner and two arrays of the same length'
      using errcode = 'invalid_parameter_value';
  end if;
  perform p.id
  from partition p
  where (p.id, p.epoch) in (select s.id, s.epoch from unnest(ids, seen) s(id, epoch))
  order by p.id
  for no key update of p;
  -- What was locked cannot change any more; what was not has another epoch in this new snapshot.
  return query
    update partition p
    set epoch = p.epoch + 1, owner_node = node, owner_incarnation = incarnation, target = null,
        since = now()
    from unnest(ids, seen) s(id, epoch)
    where p.id = s.id and p.epoch = s.epoch
    returning p.id, p.epoch;
end
$claim$;
