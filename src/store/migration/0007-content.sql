-- What each data set holds, kept as counts that change with the resources. See docs/adr/0017-content-summaries.md.

-- Resources that changed since the summaries were last brought up to date; a resource may stand here several times.
create table content_change (key bigint not null);

-- What can be counted: a resource type, a code of one, a sex, a band of ages, a year. `above`: the codes above a code, with itself.
create table content_fact (
  fact integer generated always as identity primary key,
  hash bigint not null unique,
  kind smallint not null,
  type text not null,
  system text not null,
  code text not null,
  display text,
  above integer[] not null default '{}'
);

-- Which elements a resource of a type has: few combinations exist.
create table content_shape (
  shape integer generated always as identity primary key,
  hash bigint not null unique,
  type text not null,
  elements text not null
);

-- What each resource adds, for each person that it is about. `counted`: once for every resource.
create table content_resource (
  key bigint not null,
  patient bigint not null,
  class integer not null,
  shape integer not null,
  counted boolean not null,
  facts integer[] not null,
  primary key (key, patient)
);

-- Classes as they were counted, and the data sets that they count for.
create table content_class (class integer primary key);
create table content_member (
  class integer not null,
  data_set bigint not null,
  primary key (class, data_set)
);

-- How many resources give a person a fact.
create table content_holding (
  data_set bigint not null,
  fact integer not null,
  patient bigint not null,
  n integer not null,
  primary key (data_set, fact, patient)
);

-- Persons of each fact, and what was told of it. `base`: how many there were when it was told; null: never told.
create table content_count (
  data_set bigint not null,
  fact integer not null,
  patients integer not null,
  told integer,
  base integer,
  -- of a resource type: number of resources and completeness of elements, as told
  tally text,
  primary key (data_set, fact)
);
create table content_shape_count (
  data_set bigint not null,
  shape integer not null,
  resources integer not null,
  primary key (data_set, shape)
);

-- Persons who came or went since a fact was told. Under the negative number of a type: those whose number of resources changed.
create table content_drift (
  data_set bigint not null,
  fact integer not null,
  patient bigint not null,
  primary key (data_set, fact, patient)
);

-- The rules by which each data set was told.
create table content_data_set (
  data_set bigint primary key,
  rules text not null
);

-- Hierarchies and month that the facts rest on.
create table content_state (
  name text primary key,
  value text not null
);

create function note_content_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    insert into content_change select key from gone where class >= 16 or type = 'Medication';
  elsif tg_op = 'INSERT' then
    insert into content_change select key from come where class >= 16 or type = 'Medication';
  else
    insert into content_change select c.key from come c join gone g using (key)
      where c.class >= 16 or g.class >= 16 or c.type = 'Medication';
  end if;
  return null;
end $$;
create trigger content_insert after insert on resource
  referencing new table as come for each statement execute function note_content_change();
create trigger content_update after update on resource
  referencing old table as gone new table as come for each statement execute function note_content_change();
create trigger content_delete after delete on resource
  referencing old table as gone for each statement execute function note_content_change();

insert into content_change select key from resource where not deleted and (class >= 16 or type = 'Medication');
