-- What was asked of the server and what it gave away: one chain of entries that can grow and nothing else.

create table audit (
  -- without gaps; each hash covers its entry and the hash before it
  sequence bigint primary key,
  -- milliseconds since 1970
  recorded bigint not null,
  -- the same for all entries of one request
  request text not null,
  -- FHIR's code of the interaction, or $operation
  interaction text collate "C" not null,
  -- of HTTP
  status smallint not null,
  subject text not null,
  name text not null,
  client text not null,
  -- address that the request came from
  network text not null,
  -- below the base, without the query
  path text not null,
  query text not null,
  -- separated by spaces
  purposes text not null,
  -- why the glass was broken
  reason text not null,
  -- disclosed or changed, or counted
  resources integer not null,
  -- key of the resource that the address names; 0 where it names none
  asked bigint not null,
  -- disclosed or changed resources, each with the patient in whose compartment it lay then, or 0
  keys bigint[] not null,
  owners bigint[] not null,
  hash bytea not null
);
create index audit_recorded on audit (recorded);
create index audit_subject on audit (subject, sequence);
-- Whom and what entries are about. Cheaper to keep than rows of another table, and nothing that could be changed apart.
create index audit_about on audit using gin ((array_remove(keys || owners || asked, 0::bigint)));

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
    return old;
  end if;
  raise exception 'the audit log only grows';
end $$;
create trigger audit_grows before update or delete on audit for each row execute function refuse_audit_change();
create trigger audit_stays before truncate on audit for each statement execute function refuse_audit_change();
create trigger audit_trimmed_grows before update or delete on audit_trimmed for each row execute function refuse_audit_change();
create trigger audit_trimmed_stays before truncate on audit_trimmed for each statement execute function refuse_audit_change();
