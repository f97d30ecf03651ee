-- Jobs with their logs, and what is remembered of schedules.

create table jobs (
    id text collate "C" not null primary key,
    kind text collate "C" not null,
    subject text collate "C" not null,
    schedule text collate "C" not null,
    state text collate "C" not null,
    due_at bigint not null,
    not_before bigint not null,
    lease_until bigint,
    ended_at bigint,
    revision bigint not null,
    document text collate "C" not null
);
create index jobs_by_time on jobs (due_at, id);
create index jobs_by_schedule on jobs (schedule, due_at);
create index jobs_waiting on jobs (not_before, due_at) where state = 'waiting';
create unique index jobs_running on jobs (subject) where state = 'running' and subject <> '';
create index jobs_leased on jobs (lease_until) where state = 'running';
create index jobs_ended on jobs (ended_at) where ended_at is not null;

create table job_lines (
    job text collate "C" not null references jobs (id) on delete cascade,
    number bigint not null,
    at bigint not null,
    attempt bigint not null,
    line text collate "C" not null,
    primary key (job, number)
);

create table schedules (
    name text collate "C" not null primary key,
    planned_up_to bigint not null,
    paused_at bigint,
    actor text collate "C" not null,
    reason text collate "C" not null
);
