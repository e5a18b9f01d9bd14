-- The most selective column leads every index, and client_id never leads where a table has more than
-- one: prepared statements are planned while the tables are still empty, when two indexes that both
-- begin with client_id look alike, and the plan that reads all rows of a client would be kept.
alter table message drop constraint message_pkey, add primary key (message_id, client_id);
drop index message_seq;
create unique index message_seq on message (conversation_id, client_id, seq);
drop index message_newest;
create index message_newest on message (uuid_hash(client_id), created_at);

alter table conversation drop constraint conversation_pkey,
  add primary key (conversation_id, client_id);
drop index conversation_newest;
create index conversation_newest on conversation (uuid_hash(client_id), created_at, conversation_id);

alter table member drop constraint member_pkey, add primary key (conversation_id, user_id, client_id);
drop index member_of;
create index member_of on member (user_id, client_id, conversation_id);

alter table receipt drop constraint receipt_pkey,
  add primary key (conversation_id, user_id, kind, client_id, up_to_seq);

drop index inbox_command;
create unique index inbox_command on inbox (command_id, part);
drop index inbox_message;
create index inbox_message on inbox (message_id, client_id);

drop index identity_address;
create unique index identity_address on identity (address, channel, client_id);
