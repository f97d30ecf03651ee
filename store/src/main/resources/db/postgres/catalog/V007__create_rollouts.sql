-- Rollouts, and what servers counted while they ran.

create table rollouts (
    id text collate "C" not null primary key,
    model text collate "C" not null,
    revision bigint not null,
    is_open integer not null,
    started_at bigint not null,
    document text collate "C" not null
);
create index rollouts_by_model on rollouts (model, started_at);
create unique index rollouts_open on rollouts (model) where is_open = 1;

create table rollout_tallies (
    rollout text collate "C" not null references rollouts (id) on delete cascade,
    server text collate "C" not null,
    document text collate "C" not null,
    updated_at bigint not null,
    primary key (rollout, server)
);
