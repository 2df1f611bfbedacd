-- What searching by hierarchy, unit, word and address needs, and the histories of types and of the system.

-- Code hierarchies by the keys that tokens carry: half the size of texts, and usable inside a search.
drop table code_closure;
create table code_closure (
  system integer not null, ancestor bigint not null, descendant bigint not null,
  -- the CodeSystem resource that states it
  source bigint not null
);
create index code_closure_down on code_closure (system, ancestor) include (descendant);
create index code_closure_up on code_closure (system, descendant) include (ancestor);
create index code_closure_source on code_closure (source);

-- UCUM units that occur in quantities: a search asks in each that its own can be turned into.
create table unit (code text collate "C" primary key);

-- Addresses by their beginning. Longer ones are compared in full beside it.
create index uri_text on uri (parameter, left(text, 200) collate "C", key) include (class);

-- Words of the narrative and of all texts of a resource.
create table words (
  key bigint primary key, class integer not null, type text collate "C" not null,
  narrative tsvector, content tsvector
);
create index words_narrative on words using gin (narrative);
create index words_content on words using gin (content);

-- Tombstones are part of histories.
drop index resource_updated;
create index resource_updated on resource (type, updated, key) include (class, deleted);
create index resource_history on resource (updated, key);
create index resource_version_updated on resource_version (type, updated, key, version);
create index resource_version_history on resource_version (updated, key, version);

-- SearchParameter resources that add to those of the specification, and how far their indexing is.
create table custom_parameter (
  key bigint primary key,
  definition jsonb not null,
  ready boolean not null default false,
  -- resources indexed so far, how many there were when it began, and the key of the last one
  done bigint not null default 0,
  total bigint not null default 0,
  position bigint not null default -9223372036854775808,
  started bigint not null
);

-- Legal erasures: what was erased, when, by whom and why; never what it said.
create table erasure (
  at timestamptz not null default now(),
  asker text not null,
  reason text not null,
  target text not null,
  versions integer not null
);
