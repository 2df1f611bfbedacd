-- What the embedded authorization server keeps: codes, tokens, sessions, grants, logins that failed, keys, accepted terms.
-- Ids are SHA-256 digests; whoever reads these tables learns no token, code or cookie.

create table authorization_item (
  kind text not null,
  id text not null,
  content text not null,
  expires timestamptz not null,
  consumed timestamptz,
  of_grant text,
  alias text,
  account text,
  primary key (kind, id)
);
create index authorization_item_grant on authorization_item (of_grant) where of_grant is not null;
create index authorization_item_alias on authorization_item (kind, alias) where alias is not null;
create index authorization_item_expires on authorization_item (expires);

create table authorization_attempt (
  key text primary key,
  count int not null,
  until timestamptz not null
);

create table authorization_key (
  purpose text not null,
  made timestamptz not null,
  content text not null,
  primary key (purpose, made)
);

create table authorization_term (
  account text not null,
  url text not null,
  accepted timestamptz not null,
  primary key (account, url)
);
