-- Nodes that an operator drains: they give away all that they own and stay. By node id, so that it
-- outlives the process.
create table node_drain (
  node_id text        primary key,
  since   timestamptz not null default now()
);
