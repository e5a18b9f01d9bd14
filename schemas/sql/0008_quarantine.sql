-- Commands that kill their owner's process. After the death of an owner the next one names here what
-- it begins before it does anything with it; what is named when that one dies is decided alone.
create table suspect (
  part       int2        not null,
  command_id uuid        not null,
  attempts   int4        not null, -- owners that died when they had begun to decide it
  epoch      int8        not null, -- in which it was begun last
  at         timestamptz not null,
  primary key (part, command_id)
);

alter table partition
  add column released_by    text,        -- the node that gave it back last
  add column quarantined_at timestamptz; -- nobody takes it until an operator says so

-- As in 0001, but what is quarantined is given to nobody: nodes that have not heard of quarantine
-- ask with this function, too. Whoever does not say who gave back a partition leaves no old name.
create or replace function recado_claim(ids int2[], seen int8[], node text, incarnation int8)
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
        since = now(), released_by = null
    from unnest(ids, seen) s(id, epoch)
    where p.id = s.id and p.epoch = s.epoch and p.quarantined_at is null
    returning p.id, p.epoch;
end
$claim$;

-- recado_claim for partitions whose owner has died. Its death counts against the commands that it
-- had named in that life, and against the partition if there are any; too many of them in a row
-- without a commit, and the partition gets no owner any more. Where nothing was named nothing is
-- counted, however many owners die.
create function recado_adopt(ids int2[], seen int8[], node text, incarnation int8, deaths_max int4)
returns table (id int2, epoch int8)
language plpgsql volatile
set search_path = pg_catalog, public, pg_temp
as $adopt$
#variable_conflict use_column
begin
  if node is null or incarnation is null or deaths_max is null
     or cardinality(ids) is distinct from cardinality(seen) then
    raise exception 'recado_adopt wants an owner, a limit and two arrays of the same length'
      using errcode = 'invalid_parameter_value';
  end if;
  perform p.id
  from partition p
  where (p.id, p.epoch) in (select s.id, s.epoch from unnest(ids, seen) s(id, epoch))
  order by p.id
  for no key update of p;
  return query
    with dead as (
      select p.id, p.epoch, p.deaths_without_commit as before
      from partition p join unnest(ids, seen) s(id, epoch) on p.id = s.id and p.epoch = s.epoch
      where p.quarantined_at is null),
    blamed as (
      update suspect t
      set attempts = t.attempts + 1
      from dead d
      where t.part = d.id and t.epoch = d.epoch
      returning t.part),
    fate as (
      select d.id, d.epoch,
             d.before + exists (select from blamed b where b.part = d.id)::int4 as deaths
      from dead d),
    adopted as (
      update partition p
      set epoch = p.epoch + 1, deaths_without_commit = f.deaths, target = null, since = now(),
          released_by = null,
          owner_node = case when f.deaths < deaths_max then node end,
          owner_incarnation = case when f.deaths < deaths_max then incarnation end,
          quarantined_at = case when f.deaths < deaths_max then null else now() end
      from fate f
      where p.id = f.id and p.epoch = f.epoch
      returning p.id, p.epoch, p.quarantined_at)
    select a.id, a.epoch from adopted a where a.quarantined_at is null;
end
$adopt$;
