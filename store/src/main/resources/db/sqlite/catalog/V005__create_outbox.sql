-- Changes that wait to be told to another registry, and where the two differ.

create table outbox (
    sequence integer not null primary key autoincrement,
    kind text not null,
    subject text not null,
    document text not null,
    queued_at integer not null,
    attempts integer not null,
    tried_at integer,
    problem text
);

create table registry_conflicts (
    id text not null primary key,
    kind text not null,
    subject text not null,
    document text not null,
    what text not null,
    here text not null,
    there text not null,
    found_at integer not null,
    settled_at integer,
    kept text,
    settled_by text
) without rowid;
create index registry_conflicts_by_time on registry_conflicts (found_at, id);

pragma user_version = 5;
