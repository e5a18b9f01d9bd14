-- The fence of 0001 promises what it did, at half its price: a writer that still owns everything, and it nearly always does, costs one
-- query instead of three, and the names are qualified instead of a search_path that every call set.
create or replace function recado_fence(ids int2[], epochs int8[]) returns void
language plpgsql volatile
as $fence$
declare
  held int2[];
  lost text;
begin
  -- The rows are locked after they were sorted; a row that changed meanwhile is checked again.
  select array_agg(distinct locked.id) into held
  from (select p.id
        from public.partition p
        join (select unnest(ids) id, unnest(epochs) epoch) f on f.id = p.id and f.epoch = p.epoch
        order by p.id
        for no key update of p) locked;
  if cardinality(held) = cardinality(ids) and cardinality(held) = cardinality(epochs) then
    return;
  end if;

  -- count(distinct) sees neither NULLs nor repetitions
  if coalesce(cardinality(ids), 0) = 0 or cardinality(ids) is distinct from cardinality(epochs)
     or cardinality(ids) <> (select count(distinct u.id) from unnest(ids) u(id)) then
    raise exception 'recado_fence wants ids, each once, and as many epochs'
      using errcode = 'invalid_parameter_value';
  end if;
  select string_agg(u.id::text, ',' order by u.id) into lost
  from unnest(ids) u(id)
  where u.id <> all (coalesce(held, '{}'));
  raise exception 'fenced: another owner has these partitions' using errcode = 'RF001', detail = lost;
end
$fence$;
