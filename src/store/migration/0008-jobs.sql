-- Work that servers do by themselves. See docs/adr/0024-jobs.md. Times are milliseconds since 1970, by the clock of the database.
create table job (
  name text primary key,
  -- between the beginnings of two runs
  seconds double precision not null,
  due bigint not null,
  -- the process that performs it, and until when it holds it unless it says more
  holder text,
  lease bigint,
  started bigint,
  succeeded bigint,
  -- failures in a row, and what the last one said
  failures int not null default 0,
  error text
);
