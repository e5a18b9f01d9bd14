-- At which revision of its conversation a delivery moved, so that a gateway that may have lost
-- status events reads those above the last revision that it handed on. Rows from before are 0:
-- their events were told long ago.
alter table delivery add column rev int8 not null default 0; -- of the last change
alter table delivery_event add column rev int8 not null default 0;
create index delivery_changed on delivery (conversation_id, rev);
