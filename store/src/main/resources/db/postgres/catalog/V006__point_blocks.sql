-- Points of a run are kept in blocks in the embedded catalogue, whose tables are in the order of their keys. Those of a server
-- are in the order in which rows came, so that all points of a run are its first block.

create table run_blocks (
    run bigint not null references runs (seq) on delete cascade,
    block integer not null,
    first_step bigint,
    last_step bigint,
    primary key (run, block)
);

alter table metric_points add column block integer not null default 0;

insert into run_blocks (run, block) select distinct run, 0 from run_metrics;
