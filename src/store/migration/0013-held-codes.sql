-- Codes that content summaries name, found by the words of their names there and in CodeSystems. See docs/adr/0028-held-codes.md.

-- A code under one of its names. `id`: hash of all three; `system_key`, `code_key`: as in code_closure.
create table held_code (
  id bigint primary key,
  system text not null,
  code text not null,
  display text not null,
  system_key integer not null,
  code_key bigint not null
);
create index held_code_key on held_code (system_key, code_key) include (id);

-- `place`: 0 the code itself, 1 the first word of the name, 2 another one.
create table held_word (
  word text collate "C" not null,
  id bigint not null,
  place smallint not null,
  primary key (word, id) include (place)
);

-- What each summary (key) says of each code; of a CodeSystem, `type` says that it names the code (display, designation). `patients`: as told; null where no number is. `rounded`: it may stand for another number.
create table held (
  key bigint not null,
  class integer not null,
  id bigint not null,
  type text collate "C" not null,
  patients integer,
  rounded boolean not null
);
create index held_key on held (key);

-- Sums of `held` by access class, so that the many summaries are added up when they are written and not when someone types.
create table held_sum (
  id bigint not null,
  type text collate "C" not null,
  class integer not null,
  summaries bigint not null,
  -- of these, those that tell a number, and those whose number is rounded
  told bigint not null,
  rounded bigint not null,
  patients bigint not null,
  system_key integer not null,
  code_key bigint not null,
  primary key (id, type, class)
) with (fillfactor = 70);
create index held_sum_type on held_sum (type);
create index held_sum_code on held_sum (system_key, code_key);

create function add_held() returns trigger language plpgsql as $$
begin
  if tg_op <> 'INSERT' then
    update held_sum s set summaries = s.summaries - g.summaries, told = s.told - g.told,
      rounded = s.rounded - g.rounded, patients = s.patients - g.patients
    from (select id, type, class, count(*) as summaries, count(patients) as told,
            count(*) filter (where rounded) as rounded, coalesce(sum(patients), 0) as patients
          from gone group by id, type, class order by id, type, class) g
    where s.id = g.id and s.type = g.type and s.class = g.class;
    delete from held_sum s using (select distinct id, type, class from gone) g
    where s.id = g.id and s.type = g.type and s.class = g.class and s.summaries = 0;
  end if;
  if tg_op <> 'DELETE' then
    insert into held_sum as s (id, type, class, summaries, told, rounded, patients, system_key, code_key)
    select n.*, c.system_key, c.code_key
    from (select id, type, class, count(*), count(patients), count(*) filter (where rounded), coalesce(sum(patients), 0)
          from come group by id, type, class) n
    join held_code c using (id) order by id, type, class
    on conflict (id, type, class) do update set summaries = s.summaries + excluded.summaries,
      told = s.told + excluded.told, rounded = s.rounded + excluded.rounded, patients = s.patients + excluded.patients;
  end if;
  return null;
end $$;
create trigger held_insert after insert on held
  referencing new table as come for each statement execute function add_held();
create trigger held_update after update on held
  referencing old table as gone new table as come for each statement execute function add_held();
create trigger held_delete after delete on held
  referencing old table as gone for each statement execute function add_held();
