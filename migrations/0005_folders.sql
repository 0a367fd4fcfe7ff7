-- Any number of folders beside the managed one, each with settings of its own; verifying; and files whose bytes went bad.

alter table folders
    drop column state,
    drop column device,
    add column paused      boolean not null default false,
    add column watching    text not null default 'auto' check (watching in ('auto', 'timer')),
    -- none means all
    add column types       text[] not null default '{}',
    -- of the root, where its mark cannot be written: inode and time of birth
    add column identity    text,
    -- when every file was last read and hashed again, and how far the run that is under way has come
    add column verified_at timestamptz,
    add column verify_from bytea,
    -- a person removed the folder: what becomes of its records, until all of them are done with
    add column removed_at  timestamptz,
    add column hidden_at   timestamptz,
    add column records     text check (records in ('keep', 'forget'));

update folders set verified_at = now();

alter table folders drop constraint folders_path_key;
create unique index folders_path_key on folders (path) where removed_at is null;

alter table images
    -- what the file holds instead of what the record is of, when its bytes changed although nobody wrote it
    add column found_hash bytea check (octet_length(found_hash) = 32),
    -- it was read within the grain of the file system's clock
    add column racy       boolean not null default false;

create index images_removed_key on images (folder_id, removed_at) where removed_at is not null;

-- While many files are taken in only these are done.
create index jobs_wanted_key on jobs (run_at) where not dead and (looked_at is not null or priority > 0);

alter table sync_operations
    add column expected integer;

-- When the disk was racy with its clock is nothing that a reader sees; else this function is as it was.
create or replace function image_to_feed() returns trigger language plpgsql as $$
declare
    image images := case when tg_op = 'DELETE' then old else new end;
    was_there boolean := tg_op <> 'INSERT' and old.removed_at is null;
    is_there boolean := tg_op <> 'DELETE' and new.removed_at is null;
begin
    if was_there and is_there then
        old.rev := new.rev;
        old.updated_at := new.updated_at;
        old.mtime_ns := new.mtime_ns;
        old.ctime_ns := new.ctime_ns;
        old.inode := new.inode;
        old.device := new.device;
        old.racy := new.racy;
        if old is not distinct from new then
            return null;
        end if;
    elsif not (was_there or is_there) then
        return null;
    end if;
    insert into feed_outbox (scope, kind, entity, rev, op, client, mut)
    values (image.project_id, 'image', image.id, image.rev + (tg_op = 'DELETE')::int,
            case when not was_there then 'insert' when is_there then 'update' else 'delete' end,
            nullif(current_setting('pixelsync.client', true), '')::uuid,
            nullif(current_setting('pixelsync.mut', true), '')::bigint);
    return null;
end $$;
