-- How the members of a community answered when they were asked, in streaks of the same answer. See docs/adr/0025-discovery.md. Times are milliseconds since 1970.
create table member_answer (
  -- id of the member's Endpoint
  endpoint text collate "C" not null,
  since bigint not null,
  until bigint not null,
  -- answers in the streak
  times int not null,
  -- of HTTP; 0 where there was no answer
  status smallint not null,
  -- why it was no answer of a FHIR server; null where it was one
  reason text,
  -- how long the last one took
  milliseconds int not null,
  primary key (endpoint, since)
);
create index member_answer_until on member_answer (until);
