-- The domain. Everything above the line lives with its partition (one server each); what is below
-- is shared. No foreign keys cross the line. Ids chosen by callers are keyed with client_id.

-- Commands stored for an absent owner: a 202 is a row here until its owner decides it.
create table inbox (
  part        int2        not null,
  id          bigint      generated always as identity,
  command_id  uuid        not null,
  client_id   uuid        not null,
  message_id  uuid        not null,
  lane        int2        not null,
  received_at timestamptz not null,
  envelope    bytea       not null,
  primary key (part, id)
);
create unique index inbox_command on inbox (part, command_id);
create index inbox_message on inbox (client_id, message_id);

-- Outcomes of commands that left no message row, kept a little longer than the stream's max_age, so
-- that a replayed command gets its first answer.
create table applied (
  part       int2        not null,
  command_id uuid        not null,
  outcome    bytea       not null,
  at         timestamptz not null,
  primary key (part, command_id)
);
create index applied_age on applied using brin (at);

create table conversation (
  client_id       uuid        not null,
  conversation_id uuid        not null,
  part            int2        not null,
  type            int2        not null,
  title           text,
  metadata        text        not null,
  last_seq        int8        not null,
  rev             int8        not null,
  last_at         timestamptz not null, -- created_at of the newest message: it never goes back
  created_at      timestamptz not null,
  request_hash    bytea       not null,
  primary key (client_id, conversation_id)
) with (fillfactor = 70);
create index conversation_newest on conversation (client_id, created_at, conversation_id);

create table member (
  client_id       uuid        not null,
  conversation_id uuid        not null,
  user_id         text        not null,
  role            int2        not null,
  joined_at       timestamptz not null,
  joined_seq      int8        not null,
  left_seq        int8,
  delivered_seq   int8        not null,
  read_seq        int8        not null,
  rev             int8        not null, -- the conversation's revision at the last change of this row
  primary key (client_id, conversation_id, user_id)
) with (fillfactor = 80);
create index member_of on member (client_id, user_id, conversation_id);

create table message (
  client_id       uuid        not null,
  conversation_id uuid        not null,
  seq             int8,                 -- null: refused after a 202
  message_id      uuid        not null,
  command_id      uuid        not null,
  from_user       text        not null, -- '' = the client itself
  payload         text        not null,
  metadata        text        not null,
  priority        int2        not null,
  created_at      timestamptz not null,
  expires_at      timestamptz,
  request_hash    bytea       not null,
  failure         text,                 -- the code of the refusal
  -- explain-a-message: what the trace endpoint shows
  part            int2        not null,
  epoch           int8        not null,
  node            text        not null,
  path            int2        not null,
  trace_id        text        not null,
  received_at     timestamptz not null,
  sequenced_at    timestamptz not null,
  wire_us         int4        not null,
  mailbox_us      int4        not null,
  primary key (client_id, message_id)
);
create unique index message_seq on message (client_id, conversation_id, seq);
create index message_newest on message (client_id, created_at);

-- Ranges (from_seq, up_to_seq]: who received or read which messages when; history is computed from it.
create table receipt (
  client_id       uuid        not null,
  conversation_id uuid        not null,
  user_id         text        not null,
  kind            int2        not null, -- 0 delivered, 1 read
  from_seq        int8        not null,
  up_to_seq       int8        not null,
  at              timestamptz not null,
  primary key (client_id, conversation_id, user_id, kind, up_to_seq)
);

-- Commands that could not be applied, set aside so that their conversation goes on.
create table dead_letter (
  id              uuid        primary key,
  part            int2        not null,
  client_id       uuid        not null,
  conversation_id uuid        not null,
  message_id      uuid,
  command_id      uuid        not null,
  code            text        not null,
  detail          text        not null,
  attempts        int4        not null,
  envelope        bytea       not null,
  at              timestamptz not null
);
create index dead_letter_message on dead_letter (client_id, message_id);

-- Upserted in the transaction that commits the messages, so that the bill equals the log.
create table usage_minute (
  client_id uuid        not null,
  minute    timestamptz not null,
  channel   text        not null,
  status    int2        not null,
  part      int2        not null,
  count     int8        not null,
  primary key (client_id, minute, channel, status, part)
) with (fillfactor = 70);

-- ------------------------------------------------------------------------------------- shared

create table client (
  client_id     uuid        primary key,
  name          text        not null,
  scopes        text        not null,
  secret_sha256 bytea       not null,
  created_at    timestamptz not null default now(),
  rotated_at    timestamptz
);

create table signing_key (
  kid         text        primary key,
  private_pem text        not null,
  created_at  timestamptz not null
);

create table app_user (
  client_id  uuid        not null,
  user_id    text        not null,
  name       text,
  locale     text,
  time_zone  text,
  metadata   text        not null default '{}',
  version    int8        not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  deleted_at timestamptz, -- a tombstone: the id is never used again
  primary key (client_id, user_id)
);

create table identity (
  client_id  uuid        not null,
  user_id    text        not null,
  channel    text        not null,
  address    text        not null,
  account    text,
  verified   bool        not null,
  created_at timestamptz not null,
  primary key (client_id, user_id, channel)
);
create unique index identity_address on identity (client_id, channel, address);

-- Answers to POSTs that create, for 24 h.
create table idempotency (
  client_id uuid        not null,
  route     text        not null,
  key       text        not null,
  hash      bytea       not null,
  status    int4        not null,
  body      text        not null,
  at        timestamptz not null,
  primary key (client_id, route, key)
);
create index idempotency_age on idempotency using brin (at);
