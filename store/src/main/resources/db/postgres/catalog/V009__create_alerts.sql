-- Alerts, and the messages about them.

create table alerts (
    id text collate "C" not null primary key,
    cause text collate "C" not null,
    kind text collate "C" not null,
    model text collate "C" not null,
    state text collate "C" not null,
    last_at bigint not null,
    revision bigint not null,
    document text collate "C" not null
);
create index alerts_by_time on alerts (last_at, id);
create unique index alerts_unresolved on alerts (cause) where state <> 'resolved';

create table deliveries (
    id text collate "C" not null primary key,
    alert text collate "C" not null references alerts (id) on delete cascade,
    channel text collate "C" not null,
    state text collate "C" not null,
    at bigint not null,
    not_before bigint not null,
    document text collate "C" not null
);
create index deliveries_by_alert on deliveries (alert, at);
create index deliveries_by_time on deliveries (at, id);
create index deliveries_waiting on deliveries (channel, not_before) where state = 'waiting';
