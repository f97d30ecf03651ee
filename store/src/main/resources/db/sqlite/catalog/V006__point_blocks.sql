-- Points of a run are kept in blocks of some thousand, in the order in which they came: those that one call brings, one for each
-- of very many metrics, are next to each other then. Earlier points are the first block of their run.
-- Which steps a block has is known when nothing is added to it any more.

alter table metric_points rename to old_metric_points;

create table run_blocks (
    run integer not null references runs (seq) on delete cascade,
    block integer not null,
    first_step integer,
    last_step integer,
    primary key (run, block)
) without rowid;

-- A value that is NaN is 0 with is_nan = 1. No point is in two blocks.
create table metric_points (
    run integer not null references runs (seq) on delete cascade,
    block integer not null,
    metric integer not null references metric_keys (id),
    step integer not null,
    at integer not null,
    value real not null,
    is_nan integer not null,
    subject integer references metric_subjects (id),
    primary key (run, block, metric, step, at, value, is_nan)
) without rowid;

insert into run_blocks (run, block) select distinct run, 0 from run_metrics;

insert into metric_points (run, block, metric, step, at, value, is_nan, subject)
select run, 0, metric, step, at, value, is_nan, subject from old_metric_points order by run, metric, step, at, value, is_nan;

drop table old_metric_points;

pragma user_version = 6;
