-- Files on their way in, which may take days and several attempts, and answers that are given once for each key.

create table uploads (
    id           uuid primary key,
    project_id   uuid not null references projects on delete cascade,
    -- where it is to lie below the managed folder, made harmless
    path         text not null,
    size         bigint not null check (size >= 0),
    -- as it was sent, for whoever asks what this upload is
    metadata     text not null,
    -- what the sender says that the whole is
    wanted_hash  bytea check (octet_length(wanted_hash) = 32),
    -- so many bytes lie in the part file, and this is SHA-256's state after them
    received     bigint not null default 0 check (received between 0 and size),
    hasher       bytea not null,
    -- it is on the disk and in the catalogue; a sidecar has no image
    finished     boolean not null default false,
    image_id     uuid references images on delete set null,
    -- the same content was there before
    already_here boolean not null default false,
    created_at   timestamptz not null default now(),
    expires_at   timestamptz not null
);

create index uploads_expiry_key on uploads (expires_at);

-- `Idempotency-Key`: whoever asks again gets the answer of the first time, and nothing happens twice.
create table answers (
    key        text primary key,
    -- method and address; a key is of one request
    request    text not null,
    -- the run of the server that answers it, as long as it does
    run        uuid not null,
    status     smallint,
    body       jsonb,
    created_at timestamptz not null default now()
);

create index answers_created_key on answers (created_at);
