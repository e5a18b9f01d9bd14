-- External deliveries: a message to one recipient over one channel, its tries and their history;
-- and the accounts they go over. In the application a message needs none of this.

-- in_app: 0 nobody, 1 every recipient, 2 those without an external delivery of the message.
alter table message
  add column in_app     int2 not null default 1,
  add column deliveries int4 not null default 0;

create table delivery (
  client_id       uuid        not null,
  message_id      uuid        not null,
  delivery_id     uuid        not null, -- UUIDv5(message, channel and recipient)
  part            int2        not null,
  conversation_id uuid        not null,
  seq             int8        not null,
  sender          text        not null, -- '' = the client itself
  recipient       text        not null, -- '' = the address is no user's
  channel         text        not null,
  account         text        not null, -- '' = there was none, and the delivery has failed
  address         text        not null,
  lane            int2        not null,
  state           int2        not null, -- schemas/status.hpp; 1 to 3 are open
  reached         int2        not null, -- the last state that was not final
  attempts        int4        not null,
  lines           int4        not null, -- of its history
  first_try_at    timestamptz,
  due_at          timestamptz not null, -- no try before
  epoch           int8        not null, -- of the owner that began the last try
  provider_id     text        not null,
  provider_code   text        not null,
  detail          text        not null,
  at_most_once    bool        not null,
  cancel_asked    bool        not null, -- while a try was under way
  expires_at      timestamptz,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  primary key (message_id, delivery_id, client_id)
) with (fillfactor = 80);
-- The windows that an owner loads, per account; and whether one recipient has an earlier open one.
create index delivery_open on delivery (part, client_id, channel, account, lane, due_at, seq)
  where state between 1 and 3;
create index delivery_open_in on delivery (conversation_id, client_id, seq)
  where state between 1 and 3;

-- Append-only.
create table delivery_event (
  client_id     uuid        not null,
  message_id    uuid        not null,
  delivery_id   uuid        not null,
  number        int4        not null, -- 1, 2, 3 … within the delivery
  at            timestamptz not null,
  state         int2        not null,
  attempt       int4        not null,
  provider_code text        not null,
  detail        text        not null,
  primary key (message_id, delivery_id, number, client_id)
);

-- ------------------------------------------------------------------------------------- shared

create sequence account_version;

-- Accounts on external channels. A deleted one stays as a tombstone, so that every node hears of it.
create table account (
  client_id   uuid        not null,
  channel     text        not null,
  account     text        not null,
  settings    text        not null, -- JSON
  credentials bytea       not null, -- JSON, sealed when the node has a key
  pacing      text        not null, -- JSON, complete
  retry       text        not null, -- JSON, complete
  preferred   bool        not null, -- settings.default
  demo        bool        not null default false,
  paused      bool        not null default false,
  version     int8        not null, -- ascends over all accounts
  created_at  timestamptz not null,
  updated_at  timestamptz not null,
  deleted_at  timestamptz,
  primary key (client_id, channel, account)
);
create index account_changed on account (updated_at);
