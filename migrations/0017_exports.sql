-- Archives of pictures that are on their way out. What is in them is settled when they are asked for, so that every byte has its
-- place, whenever and in whatever parts it is fetched.

-- Of a content, for archives.
alter table contents add column crc32 integer;

create table exports (
    id         uuid primary key,
    project_id uuid not null references projects on delete cascade,
    name       text not null,
    -- originals, previews or jpeg
    what       text not null check (what in ('originals', 'previews', 'jpeg')),
    edge       integer,
    quality    smallint,
    state      text not null default 'preparing' check (state in ('preparing', 'ready', 'failed')),
    -- why it failed, for people
    error      text,
    files      integer not null,
    prepared   integer not null default 0,
    -- of the whole archive, once it is ready
    bytes      bigint,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null
);

create index exports_expiry_key on exports (expires_at);

create table export_files (
    export_id uuid not null references exports on delete cascade,
    position  integer not null,
    image_id  uuid not null,
    -- in the archive
    name      text not null,
    -- a small text of our own instead of a file
    body      text,
    -- where its bytes lie, and as what they were looked at
    source    bytea,
    size      bigint,
    mtime_ns  bigint,
    crc32     integer,
    hash      bytea check (octet_length(hash) = 32),
    -- it was not there to be exported, or was another when it was to be sent; null until it was looked at
    state     text check (state in ('whole', 'absent', 'broken')),
    primary key (export_id, position)
);
