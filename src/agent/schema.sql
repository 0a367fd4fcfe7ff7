-- The agent's queue. What was released is not edited: later versions follow as files of their own (see queue.rs).

-- One row: for whom the queue is, and how the line is.
create table agent (
    only_one integer primary key check (only_one = 1),
    server text not null,
    reached_ms integer,
    -- why the server is not reached just now
    lost text
) strict;

create table roots (
    id integer primary key,
    path blob not null unique,
    -- whether this run was told to look at it
    is_given integer not null,
    -- when it was given for the first time: what lay there by then is old
    first_ns integer not null,
    is_looked_at integer not null default 0
) strict;

create table files (
    id integer primary key,
    root integer not null references roots (id),
    -- below the root, in bytes: a name need not be text
    path blob not null,
    size integer not null,
    mtime_ns integer not null,
    ctime_ns integer not null,
    inode integer not null,
    state text not null check (state in
        ('old', 'queued', 'hashing', 'hashed', 'uploading', 'verified', 'done', 'changing', 'failed')),
    -- counts how often it became another file: what was begun with one turn says nothing of the next
    turn integer not null default 0,
    -- it came while the agent looked on, so somebody may be waiting for it
    is_arrival integer not null,
    sha256 blob,
    -- the upload under way at the server, and how much of it the server has
    url text,
    sent integer not null default 0,
    -- how often it was put off, and how often it arrived as something else
    attempts integer not null default 0,
    garbled integer not null default 0,
    retry_ms integer not null default 0,
    -- what the server calls it
    image text,
    -- its content lay there already
    was_here integer,
    -- why it failed
    said text,
    changed_ms integer not null,
    unique (root, path)
) strict;

create index files_by_state on files (state, is_arrival desc, id, size);
