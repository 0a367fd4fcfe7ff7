-- What is known of pictures: projects, their folders, the images in them, what was made of them and what happened.
-- Originals stay on the disk; nothing here is needed to read them.

create table projects (
    id         uuid primary key,
    name       text not null,
    mode       text not null default 'single' check (mode in ('single', 'collection')),
    created_at timestamptz not null default now()
);

create table folders (
    id         uuid primary key,
    project_id uuid not null references projects on delete cascade,
    -- bytes, because a path need not be UTF-8; `name` is what people see
    path       bytea not null,
    name       text not null,
    managed    boolean not null default false,
    state      text not null default 'watching' check (state in ('watching', 'paused', 'offline')),
    -- which file system the root was on when it was last seen whole; another one means the mount is gone
    device     bigint,
    created_at timestamptz not null default now(),
    constraint folders_path_key unique (path)
);

create unique index folders_managed_key on folders (project_id) where managed;

create table images (
    id               uuid primary key,
    project_id       uuid not null references projects on delete cascade,
    folder_id        uuid not null references folders on delete cascade,
    -- below the folder
    path             bytea not null,
    name             text not null,
    state            text not null default 'ok'
                     check (state in ('ok', 'corrupted', 'unsupported', 'missing', 'unreadable')),
    reason           text,

    -- the file as it was when it was read; times in nanoseconds, as the file system has them
    size             bigint not null,
    mtime_ns         bigint not null,
    ctime_ns         bigint not null,
    inode            bigint not null,
    device           bigint not null,
    -- SHA-256
    hash             bytea check (octet_length(hash) = 32),

    -- facts of the picture, as a person sees it
    mime             text,
    width            integer,
    height           integer,
    orientation      smallint,
    thumbhash        bytea,
    taken_at         timestamptz,
    taken_offset_min smallint,
    camera           text,
    lens             text,
    facts            jsonb not null default '{}',

    -- what people said of it; each field with the revision and the clock of its last edit
    title            text,
    caption          text,
    rating           smallint check (rating between 0 and 5),
    flag             text check (flag in ('pick', 'reject')),
    label            text,
    field_rev        jsonb not null default '{}',
    field_hlc        jsonb not null default '{}',

    -- a crop's origin
    parent_id        uuid references images on delete set null,
    recipe           jsonb,

    rev              bigint not null default 1,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    -- a person removed the record; a missing file never sets this
    removed_at       timestamptz
);

create unique index images_path_key on images (folder_id, path) where removed_at is null;
create index images_order_key on images (project_id, id desc) where removed_at is null;
create index images_hash_key on images (hash) where removed_at is null;
create index images_parent_key on images (parent_id) where parent_id is not null;

create table image_tags (
    image_id uuid not null references images on delete cascade,
    tag      text not null,
    primary key (image_id, tag)
);

create index image_tags_tag_key on image_tags (tag);

-- What was made of a content, once for each content, wherever and however often the file lies.
create table derivatives (
    hash       bytea not null check (octet_length(hash) = 32),
    kind       text not null check (kind in ('thumbnail', 'preview')),
    mime       text not null,
    width      integer not null,
    height     integer not null,
    size       bigint not null,
    created_at timestamptz not null default now(),
    primary key (hash, kind)
);

create table jobs (
    id           bigint generated always as identity primary key,
    kind         text not null,
    -- the same work is queued once
    key          text not null,
    payload      jsonb not null default '{}',
    priority     smallint not null default 0,
    attempts     smallint not null default 0,
    run_at       timestamptz not null default now(),
    lease_owner  uuid,
    leased_until timestamptz,
    error        text,
    dead         boolean not null default false,
    created_at   timestamptz not null default now(),
    constraint jobs_key unique (kind, key)
);

create index jobs_due_key on jobs (priority desc, run_at) where not dead;

create table sync_operations (
    id         bigint generated always as identity primary key,
    folder_id  uuid not null references folders on delete cascade,
    kind       text not null check (kind in ('startup', 'realtime', 'reconciliation', 'manual', 'verify')),
    status     text not null default 'running' check (status in ('running', 'completed', 'failed', 'cancelled')),
    scanned    integer not null default 0,
    added      integer not null default 0,
    updated    integer not null default 0,
    moved      integer not null default 0,
    missing    integer not null default 0,
    healed     integer not null default 0,
    corrupted  integer not null default 0,
    unreadable integer not null default 0,
    error      text,
    started_at timestamptz not null default now(),
    ended_at   timestamptz
);

create index sync_operations_folder_key on sync_operations (folder_id, id desc);

create table activity (
    id         bigint generated always as identity primary key,
    project_id uuid not null references projects on delete cascade,
    at         timestamptz not null default now(),
    -- 'uploaded', 'arrived', 'changed', 'missing', 'healed', ...
    kind       text not null,
    who        text,
    image_id   uuid references images on delete set null,
    detail     jsonb not null default '{}'
);

create index activity_project_key on activity (project_id, id desc);
create index activity_image_key on activity (image_id, id desc) where image_id is not null;
