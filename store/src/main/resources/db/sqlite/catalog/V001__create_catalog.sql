-- The catalogue: runs, model versions, aliases, audit trail, reports, steps.
-- Times are microseconds since 1970-01-01T00:00:00Z. A metric that is NaN is null.
-- The last statement states the version of the schema, so that opening need not ask the migration tool.

create table runs (
    id text not null primary key,
    experiment text not null,
    status text not null,
    started_at integer not null,
    ended_at integer,
    provenance text not null
) without rowid;
create index runs_by_start on runs (started_at, id);
create index runs_by_experiment on runs (experiment, started_at, id);

create table run_params (
    run_id text not null references runs (id) on delete cascade,
    name text not null,
    value text not null,
    primary key (run_id, name)
) without rowid;

create table run_metrics (
    run_id text not null references runs (id) on delete cascade,
    name text not null,
    value real,
    primary key (run_id, name)
) without rowid;

create table run_tags (
    run_id text not null references runs (id) on delete cascade,
    name text not null,
    value text not null,
    primary key (run_id, name)
) without rowid;

create table run_artifacts (
    run_id text not null references runs (id) on delete cascade,
    position integer not null,
    path text not null,
    sha256 text not null,
    bytes integer not null,
    primary key (run_id, position)
) without rowid;

create table model_versions (
    model text not null,
    version integer not null,
    run_id text not null,
    sha256 text not null,
    kind text not null,
    trained_to integer not null,
    created_at integer not null,
    primary key (model, version)
) without rowid;

create table aliases (
    model text not null,
    alias text not null,
    version integer not null,
    primary key (model, alias),
    foreign key (model, version) references model_versions (model, version)
) without rowid;

create table audit (
    sequence integer not null primary key autoincrement,
    at integer not null,
    actor text not null,
    action text not null,
    model text not null,
    version integer,
    reason text not null,
    evidence text not null
);
create index audit_by_model on audit (model, sequence);

create table reports (
    id text not null primary key,
    kind text not null,
    subject text not null,
    at integer not null,
    verdict text not null,
    document text not null
);
create index reports_by_kind on reports (kind, at, id);
create index reports_by_subject on reports (kind, subject, at, id);

create table steps (
    key text not null primary key,
    name text not null,
    output text not null
);

pragma user_version = 1;
