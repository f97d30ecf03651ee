-- Jobs with their logs, and what is remembered of schedules.

create table jobs (
    id text not null primary key,
    kind text not null,
    subject text not null,
    schedule text not null,
    state text not null,
    due_at integer not null,
    not_before integer not null,
    lease_until integer,
    ended_at integer,
    revision integer not null,
    document text not null
) without rowid;
create index jobs_by_time on jobs (due_at, id);
create index jobs_by_schedule on jobs (schedule, due_at);
create index jobs_waiting on jobs (not_before, due_at) where state = 'waiting';
create unique index jobs_running on jobs (subject) where state = 'running' and subject <> '';
create index jobs_leased on jobs (lease_until) where state = 'running';
create index jobs_ended on jobs (ended_at) where ended_at is not null;

create table job_lines (
    job text not null references jobs (id) on delete cascade,
    number integer not null,
    at integer not null,
    attempt integer not null,
    line text not null,
    primary key (job, number)
) without rowid;

create table schedules (
    name text not null primary key,
    planned_up_to integer not null,
    paused_at integer,
    actor text not null,
    reason text not null
) without rowid;

pragma user_version = 8;
