-- What was taken over from members of the community. See docs/adr/0023-harvest.md. Times are milliseconds since 1970.

create table harvest_member (
  -- base address without a slash at its end
  address text collate "C" primary key,
  -- changes since then are not known yet; null: everything is to be read anew
  since bigint,
  -- when everything was compared
  compared bigint,
  -- when the last run ended; whether there is news, or the last run failed
  ended bigint,
  asked boolean not null default false,
  pinged bigint,
  -- while a process harvests it
  busy_until bigint not null default 0,
  report jsonb
);

-- What each member says. Several may say the same thing (origin); the one nearest to the origin is believed.
create table harvest_record (
  member text collate "C" not null,
  -- absolute URL where the record was made; the address, for an Endpoint
  origin text collate "C" not null,
  -- the same at the member
  url text collate "C" not null,
  type text collate "C" not null,
  id text collate "C" not null,
  -- of what the member sent
  digest text collate "C" not null,
  hops integer not null,
  -- of a data set: who it is, when it was described, whether its source has it no more
  identifier text collate "C",
  dated text collate "C" not null default '',
  direct boolean not null,
  retired boolean not null default false,
  -- the run that saw it last
  run bigint not null,
  primary key (member, origin)
);
create index harvest_record_origin on harvest_record (origin);
create index harvest_record_url on harvest_record (member, url);
create index harvest_record_identifier on harvest_record (identifier) where identifier is not null;
create index harvest_record_run on harvest_record (member, type, run);
