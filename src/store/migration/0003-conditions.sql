-- Statements beside those of data sets, and what of them bears on resources. See docs/adr/0010.

-- What is left of a statement for resources that it applies to: interned, since few exist.
create table effect (
  effect integer generated always as identity primary key,
  hash bigint not null unique,
  body text not null
);

-- A class is a combination of data sets and effects; metadata are in no data set and open unless an effect says otherwise.
alter table access_class
  add column is_metadata boolean not null default false,
  add column data_sets text not null default '',
  add column effects text not null default '';
update access_class set data_sets = signature;
insert into access_class (class, signature, is_metadata) overriding system value values (0, '', false), (1, 'm', true);

-- Consents and Permissions in force, as compiled. Without a patient they are policies; `asks`: it asks something of resources.
create table directive (
  key bigint primary key,
  patient bigint,
  asks boolean not null,
  statement text not null
);
create index directive_patient on directive (patient);
create index directive_policy on directive (key) where patient is null;

-- What a committee granted.
create table access_grant (
  key bigint primary key,
  statement text not null
);

-- De-identification profiles: Libraries, by the canonical that data sets name them by.
create table deidentification_profile (
  key bigint primary key,
  url text not null,
  content text not null
);

-- Tokens that were revoked before their end, milliseconds since 1970.
create table revoked_token (
  token text primary key,
  until bigint not null
);
