-- Experiments, runs logged bit by bit, registered models and the tree of files. Runs, versions and aliases of before keep
-- all that was known of them. A run has a number (seq) that what belongs to it refers to.
-- Times are microseconds since 1970-01-01T00:00:00Z, those of metrics milliseconds as a client told them.

alter table runs rename to old_runs;
alter table run_params rename to old_run_params;
alter table run_metrics rename to old_run_metrics;
alter table run_tags rename to old_run_tags;
alter table run_artifacts rename to old_run_artifacts;
alter table model_versions rename to old_model_versions;
alter table aliases rename to old_aliases;

create table experiments (
    id integer not null primary key autoincrement,
    name text not null unique,
    artifact_location text not null,
    deleted integer not null default 0,
    created_at integer not null,
    updated_at integer not null
);

create table experiment_tags (
    experiment integer not null references experiments (id) on delete cascade,
    name text not null,
    value text not null,
    primary key (experiment, name)
) without rowid;

-- model is the experiment's name as a training of the project gave it, null for a run that a client logged.
-- named is 0 when the name was made up, and so is no tag of the run as the project put it.
create table runs (
    seq integer not null primary key autoincrement,
    id text not null unique,
    experiment integer not null references experiments (id),
    model text,
    name text not null,
    named integer not null,
    user_name text not null,
    status text not null,
    started_at integer not null,
    ended_at integer,
    deleted integer not null default 0,
    deleted_at integer,
    artifact_uri text not null,
    provenance text not null
);

create table run_params (
    run integer not null references runs (seq) on delete cascade,
    name text not null,
    value text not null,
    primary key (run, name)
) without rowid;

create table run_tags (
    run integer not null references runs (seq) on delete cascade,
    name text not null,
    value text not null,
    primary key (run, name)
) without rowid;

create table metric_keys (
    id integer not null primary key,
    name text not null unique
);

-- What a point is about, when it is about more than its run.
create table metric_subjects (
    id integer not null primary key,
    model_id text not null,
    dataset_name text not null,
    dataset_digest text not null,
    unique (model_id, dataset_name, dataset_digest)
);

-- A value that is NaN is 0 with is_nan = 1.
create table metric_points (
    run integer not null references runs (seq) on delete cascade,
    metric integer not null references metric_keys (id),
    step integer not null,
    at integer not null,
    value real not null,
    is_nan integer not null,
    subject integer references metric_subjects (id),
    primary key (run, metric, step, at, value, is_nan)
) without rowid;

-- The points in short: the last by step, time and value. What is NaN is null here.
create table run_metrics (
    run integer not null references runs (seq) on delete cascade,
    metric integer not null references metric_keys (id),
    value real,
    step integer not null,
    at integer not null,
    min_value real,
    max_value real,
    points integer not null,
    subject integer references metric_subjects (id),
    primary key (run, metric)
) without rowid;

create table datasets (
    id integer not null primary key,
    experiment integer not null references experiments (id) on delete cascade,
    name text not null,
    digest text not null,
    source_type text not null,
    source text not null,
    schema text,
    profile text,
    unique (experiment, name, digest)
);

create table run_inputs (
    run integer not null references runs (seq) on delete cascade,
    dataset integer not null references datasets (id) on delete cascade,
    primary key (run, dataset)
) without rowid;

create table run_input_tags (
    run integer not null,
    dataset integer not null,
    name text not null,
    value text not null,
    primary key (run, dataset, name),
    foreign key (run, dataset) references run_inputs (run, dataset) on delete cascade
) without rowid;

create table run_model_inputs (
    run integer not null references runs (seq) on delete cascade,
    model_id text not null,
    primary key (run, model_id)
) without rowid;

create table run_model_outputs (
    run integer not null references runs (seq) on delete cascade,
    model_id text not null,
    step integer not null,
    primary key (run, model_id)
) without rowid;

create table logged_models (
    id text not null primary key,
    experiment integer not null references experiments (id) on delete cascade,
    name text not null,
    artifact_uri text not null,
    status text not null,
    model_type text,
    source_run text,
    deleted integer not null default 0,
    created_at integer not null,
    updated_at integer not null
);

create table logged_model_params (
    model text not null references logged_models (id) on delete cascade,
    name text not null,
    value text not null,
    primary key (model, name)
) without rowid;

create table logged_model_tags (
    model text not null references logged_models (id) on delete cascade,
    name text not null,
    value text not null,
    primary key (model, name)
) without rowid;

-- Points of runs that name a logged model, which may be stored after them. The texts are empty where nothing was told.
create table model_points (
    model text not null,
    metric integer not null references metric_keys (id),
    run integer not null references runs (seq) on delete cascade,
    step integer not null,
    at integer not null,
    value real not null,
    is_nan integer not null,
    dataset_name text not null,
    dataset_digest text not null,
    primary key (model, metric, run, step, at, value, is_nan, dataset_name, dataset_digest)
) without rowid;

create table registered_models (
    name text not null primary key,
    created_at integer not null,
    updated_at integer not null,
    description text not null
);

create table registered_model_tags (
    model text not null references registered_models (name) on update cascade on delete cascade,
    name text not null,
    value text not null,
    primary key (model, name)
) without rowid;

-- Numbers outlive versions and models: the trail speaks of them.
create table version_numbers (
    model text not null primary key,
    last integer not null
);

-- sha256, kind and trained_to are null for a version that a client registered.
create table model_versions (
    model text not null references registered_models (name) on update cascade on delete cascade,
    version integer not null,
    stage text not null,
    source text not null,
    run_id text,
    run_link text,
    model_id text,
    user_name text not null,
    description text not null,
    sha256 text,
    kind text,
    trained_to integer,
    created_at integer not null,
    updated_at integer not null,
    primary key (model, version)
) without rowid;

create table model_version_tags (
    model text not null,
    version integer not null,
    name text not null,
    value text not null,
    primary key (model, version, name),
    foreign key (model, version) references model_versions (model, version) on update cascade on delete cascade
) without rowid;

create table aliases (
    model text not null,
    alias text not null,
    version integer not null,
    primary key (model, alias),
    foreign key (model, version) references model_versions (model, version) on update cascade on delete cascade
) without rowid;

-- Files and, with a null hash, the folders that hold them. The project's own runs number theirs.
create table files (
    folder text not null,
    name text not null,
    sha256 text,
    bytes integer,
    modified_at integer,
    run integer references runs (seq) on delete set null,
    position integer,
    primary key (folder, name)
) without rowid;

insert into experiments (id, name, artifact_location, created_at, updated_at)
select 0, 'Default', 'mlflow-artifacts:/0', cast(unixepoch('subsec') * 1000 as integer) * 1000,
    cast(unixepoch('subsec') * 1000 as integer) * 1000;

insert into experiments (name, artifact_location, created_at, updated_at)
select experiment, '', min(started_at), min(started_at) from old_runs where experiment <> 'Default'
group by experiment order by min(started_at), experiment;

update experiments set artifact_location = 'mlflow-artifacts:/' || id where artifact_location = '';

insert into runs (id, experiment, model, name, named, user_name, status, started_at, ended_at, artifact_uri, provenance)
select o.id, e.id, o.experiment, coalesce(n.value, o.experiment || '-' || substr(o.id, 1, 8)), n.value is not null,
    coalesce(nullif(u.value, ''), 'keelson'), o.status, o.started_at, o.ended_at,
    'mlflow-artifacts:/' || e.id || '/' || o.id || '/artifacts', o.provenance
from old_runs o join experiments e on e.name = o.experiment
left join old_run_tags n on n.run_id = o.id and n.name = 'mlflow.runName'
left join old_run_tags u on u.run_id = o.id and u.name = 'mlflow.user'
order by o.started_at, o.id;

insert into run_params select r.seq, o.name, o.value from old_run_params o join runs r on r.id = o.run_id;

insert into run_tags select r.seq, o.name, o.value from old_run_tags o join runs r on r.id = o.run_id;
insert into run_tags select seq, 'mlflow.runName', name from runs where named = 0;

insert into metric_keys (name) select distinct name from old_run_metrics order by name;

insert into run_metrics (run, metric, value, step, at, min_value, max_value, points)
select r.seq, k.id, o.value, 0, coalesce(r.ended_at, r.started_at) / 1000, o.value, o.value, 1
from old_run_metrics o join runs r on r.id = o.run_id join metric_keys k on k.name = o.name;

insert into metric_points (run, metric, step, at, value, is_nan)
select run, metric, step, at, coalesce(value, 0), value is null from run_metrics;

-- A path of several parts makes a folder of each of its beginnings.
with recursive places (run, seq, position, sha256, bytes, at, folder, rest) as (
    select o.run_id, r.seq, o.position, o.sha256, o.bytes, coalesce(r.ended_at, r.started_at),
        r.experiment || '/' || r.id || '/artifacts', o.path
    from old_run_artifacts o join runs r on r.id = o.run_id
    union all
    select run, seq, position, sha256, bytes, at, folder || '/' || substr(rest, 1, instr(rest, '/') - 1),
        substr(rest, instr(rest, '/') + 1)
    from places where instr(rest, '/') > 0)
insert or replace into files (folder, name, sha256, bytes, modified_at, run, position)
select folder, rest, sha256, bytes, at, seq, position from places where instr(rest, '/') = 0;

with recursive folders (path) as (
    select distinct folder from files
    union
    select substr(path, 1, length(rtrim(path, replace(path, '/', ''))) - 1) from folders where instr(path, '/') > 0)
insert or ignore into files (folder, name)
select case when instr(path, '/') > 0 then substr(path, 1, length(rtrim(path, replace(path, '/', ''))) - 1) else '' end,
    substr(path, length(rtrim(path, replace(path, '/', ''))) + 1)
from folders;

insert into registered_models (name, created_at, updated_at, description)
select model, min(created_at), max(created_at), '' from old_model_versions group by model;

insert into version_numbers (model, last) select model, max(version) from old_model_versions group by model;

insert into model_versions (model, version, stage, source, run_id, user_name, description, sha256, kind, trained_to,
    created_at, updated_at)
select o.model, o.version, 'NONE', coalesce(r.artifact_uri, 'runs:/' || o.run_id), o.run_id, 'keelson', '', o.sha256,
    o.kind, o.trained_to, o.created_at, o.created_at
from old_model_versions o left join runs r on r.id = o.run_id;

insert into aliases (model, alias, version) select model, alias, version from old_aliases;

drop table old_run_params;
drop table old_run_metrics;
drop table old_run_tags;
drop table old_run_artifacts;
drop table old_runs;
drop table old_aliases;
drop table old_model_versions;

create index runs_by_experiment on runs (experiment, deleted, started_at desc, id);
create index runs_by_start on runs (deleted, started_at desc, id);
create index runs_by_model on runs (model, started_at, id) where model is not null;
create index run_params_by_value on run_params (name, substr(value, 1, 128), run);
create index run_tags_by_value on run_tags (name, substr(value, 1, 128), run);
create index run_metrics_by_value on run_metrics (metric, value, run);
create index run_inputs_by_dataset on run_inputs (dataset, run);
create index logged_models_by_experiment on logged_models (experiment, deleted, created_at desc, id);
create index model_points_by_run on model_points (run);
create index model_versions_by_model_id on model_versions (model_id) where model_id is not null;
create index model_versions_by_run on model_versions (run_id) where run_id is not null;
create index files_by_run on files (run, position) where position is not null;

pragma user_version = 3;
