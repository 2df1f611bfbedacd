-- What was told of counts that rest on data which may not be read: see docs/adr/0012-counts.md.

-- Sets of persons that were asked about, as sketches, and what was told of each.
create table disclosed_set (
  id bigint generated always as identity primary key,
  -- group of data sets
  pool text collate "C" not null,
  -- number of the window
  period integer not null,
  -- the set whose answer this one got
  root bigint,
  fresh boolean not null,
  -- null: withheld
  told bigint,
  -- by which threshold it was told or withheld
  threshold integer not null,
  size bigint not null,
  -- compressed (zlib)
  sketch bytea not null
);
create index disclosed_set_pool on disclosed_set (pool, id);
create index disclosed_set_period on disclosed_set (period);

-- Who was given which answer. Questions and askers stand as keyed hashes.
create table disclosed_answer (
  pool text collate "C" not null,
  period integer not null,
  question bigint not null,
  asker bigint not null,
  set bigint not null references disclosed_set on delete cascade,
  primary key (pool, period, question, asker)
);
create index disclosed_answer_asker on disclosed_answer (pool, asker, period);
create index disclosed_answer_set on disclosed_answer (set);
