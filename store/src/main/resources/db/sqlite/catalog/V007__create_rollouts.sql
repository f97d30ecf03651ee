-- Rollouts, and what servers counted while they ran.

create table rollouts (
    id text not null primary key,
    model text not null,
    revision integer not null,
    is_open integer not null,
    started_at integer not null,
    document text not null
) without rowid;
create index rollouts_by_model on rollouts (model, started_at);
create unique index rollouts_open on rollouts (model) where is_open = 1;

create table rollout_tallies (
    rollout text not null references rollouts (id) on delete cascade,
    server text not null,
    document text not null,
    updated_at integer not null,
    primary key (rollout, server)
) without rowid;

pragma user_version = 7;
