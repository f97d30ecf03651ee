-- Definitions of the project file, one row for each version.

create table definitions (
    kind text not null,
    name text not null,
    version integer not null,
    sha256 text not null,
    essence_sha256 text not null,
    text text not null,
    registered_at integer not null,
    removed integer not null,
    primary key (kind, name, version)
) without rowid;

pragma user_version = 2;
