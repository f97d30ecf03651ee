-- Alerts, and the messages about them.

create table alerts (
    id text not null primary key,
    cause text not null,
    kind text not null,
    model text not null,
    state text not null,
    last_at integer not null,
    revision integer not null,
    document text not null
) without rowid;
create index alerts_by_time on alerts (last_at, id);
create unique index alerts_unresolved on alerts (cause) where state <> 'resolved';

create table deliveries (
    id text not null primary key,
    alert text not null references alerts (id) on delete cascade,
    channel text not null,
    state text not null,
    at integer not null,
    not_before integer not null,
    document text not null
) without rowid;
create index deliveries_by_alert on deliveries (alert, at);
create index deliveries_by_time on deliveries (at, id);
create index deliveries_waiting on deliveries (channel, not_before) where state = 'waiting';

pragma user_version = 9;
