-- Current resources, superseded versions, and one narrow index table per search parameter type.
-- Every row carries the access class of its resource, so that a condition is a filter inside the index scan.

create table setting (
  name text primary key,
  value text not null
);

-- An interned combination of what bears on a resource: the data sets (keys of their Library) that contain it.
create table access_class (
  class integer generated always as identity (start with 16) primary key,
  signature text not null unique
);

create table resource (
  key bigint primary key,
  type text collate "C" not null,
  id text collate "C" not null,
  version integer not null,
  updated bigint not null,
  class integer not null,
  deleted boolean not null,
  content text
);
alter table resource alter column content set compression pglz;
create index resource_type on resource (type, key) include (class) where not deleted;
create index resource_updated on resource (type, updated, key) include (class) where not deleted;

create table resource_version (
  key bigint not null,
  version integer not null,
  type text collate "C" not null,
  id text collate "C" not null,
  updated bigint not null,
  class integer not null,
  deleted boolean not null,
  content text,
  primary key (key, version)
);

create function archive_version() returns trigger language plpgsql as $$
begin
  if new.version <> old.version then
    insert into resource_version (key, version, type, id, updated, class, deleted, content)
    values (old.key, old.version, old.type, old.id, old.updated, old.class, old.deleted, old.content);
  end if;
  return new;
end $$;
create trigger resource_archive before update on resource for each row execute function archive_version();

create table token (
  parameter bigint not null, code bigint not null, system integer not null, class integer not null, key bigint not null,
  text text collate "C" not null
);
create index token_value on token (parameter, code, system, key) include (class);
create index token_key on token (key, parameter);

-- Without these the planner takes parameter and value for independent, and every value for rare.
create statistics token_values (mcv, ndistinct) on parameter, code, system from token;
alter statistics token_values set statistics 500;

create table reference (
  parameter bigint not null, target bigint not null, key bigint not null, class integer not null
);
create index reference_value on reference (parameter, target, key) include (class);
create index reference_key on reference (key, parameter) include (target, class);

create statistics reference_values (mcv, ndistinct) on parameter, target from reference;

create table string (
  parameter bigint not null, key bigint not null, class integer not null,
  prefix text collate "C" not null, folded text collate "C", exact text collate "C"
);
create index string_value on string (parameter, prefix, key) include (class);
create index string_key on string (key, parameter);

create table date (
  parameter bigint not null, low bigint not null, high bigint not null, key bigint not null, class integer not null
);
create index date_value on date (parameter, low, key) include (high, class);
create index date_key on date (key, parameter) include (low, high);

create table number (
  parameter bigint not null, low float8 not null, high float8 not null, key bigint not null, class integer not null
);
create index number_value on number (parameter, low, key) include (high, class);
create index number_key on number (key, parameter) include (low, high);

create table quantity (
  parameter bigint not null, low float8 not null, high float8 not null,
  code bigint not null, unit bigint not null, key bigint not null, system integer not null, class integer not null
);
create index quantity_value on quantity (parameter, low, key) include (high, system, code, unit, class);
create index quantity_key on quantity (key, parameter) include (low, high);

create table uri (
  parameter bigint not null, hash bigint not null, key bigint not null, class integer not null, text text not null
);
create index uri_value on uri (parameter, hash, key) include (class);
create index uri_key on uri (key, parameter);

-- What the data sources state of each data set (the Library's key), and what belongs to it.
create table data_set (
  key bigint primary key,
  statement jsonb not null
);
-- Resources (Group, List, DocumentManifest) that say what belongs to a data set.
create table data_set_extent (
  data_set bigint not null,
  extent bigint not null,
  primary key (extent, data_set)
);
-- kind 0: the resource with key a; 1: the compartment of the patient with key a; 2: resources with the tag (code a, system b).
create table data_set_anchor (
  kind smallint not null,
  a bigint not null,
  b integer not null,
  data_set bigint not null,
  source bigint not null,
  primary key (kind, a, b, data_set, source)
);
create index data_set_anchor_source on data_set_anchor (source, data_set);
-- Grows whenever a statement or an access class is added or changed: every query returns it, so that no process decides on old statements.
create table statement_epoch (value bigint not null);
insert into statement_epoch values (1);

-- Code hierarchies: every (ancestor or self, descendant) pair of the CodeSystems in the store, for :below.
create table code_closure (
  system text collate "C" not null,
  ancestor text collate "C" not null,
  descendant text collate "C" not null,
  -- the CodeSystem resource that states it
  source bigint not null,
  primary key (system, ancestor, descendant, source)
);
create index code_closure_source on code_closure (source);
