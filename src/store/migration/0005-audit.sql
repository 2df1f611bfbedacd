-- What was asked of the server and what it gave away: a chain of entries that can grow and nothing else.

-- Entries are written in blocks: reading must not wait for its own record, and a row for each costs many times as much.
create table audit (
  -- of the first and the last entry; entries are numbered without gaps, and no two blocks follow the same one
  first bigint primary key,
  sequence bigint not null,
  -- the earliest and the latest entry: milliseconds since 1970
  recorded_from bigint not null,
  recorded_to bigint not null,
  -- hashes of what the entries are about: patients, other resources, agents, kinds
  about bigint[] not null,
  -- one a line, as JSON arrays
  entries text not null,
  -- JSON: the agents that the entries name by number, and the patients of the resources that they name by key
  shared text not null,
  -- SHA-256 of the hash of the block before, of the entries and of what they share
  hash bytea not null
);
alter table audit alter column entries set storage external;
create index audit_recorded on audit (recorded_to);
create index audit_about on audit using gin (about);

-- Entries up to this one were removed when their time of retention was over; the chain goes on from the hash.
create table audit_trimmed (
  sequence bigint primary key,
  hash bytea not null,
  entries bigint not null,
  trimmed timestamptz not null default now()
);

-- Against mistakes; against intent there is the chain.
create function refuse_audit_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and tg_table_name = 'audit' and current_setting('fairway.trims_audit', true) = 'yes' then
    return null;
  end if;
  raise exception 'the audit log only grows';
end $$;
create trigger audit_grows before update or delete or truncate on audit for each statement execute function refuse_audit_change();
create trigger audit_trimmed_grows before update or delete or truncate on audit_trimmed for each statement execute function refuse_audit_change();
