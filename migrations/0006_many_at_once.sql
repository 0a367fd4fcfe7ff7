-- Many files are written in one statement: what PostgreSQL did for each of their rows it does once, or not at all.

-- A folder has its project: one look tells both.
alter table folders add constraint folders_project_key unique (id, project_id);
alter table images
    drop constraint images_project_id_fkey,
    drop constraint images_folder_id_fkey,
    add constraint images_folder_fkey foreign key (folder_id, project_id) references folders (id, project_id)
        on delete cascade;

-- What happened stays told when what it happened to is gone.
alter table activity
    drop constraint activity_project_id_fkey,
    drop constraint activity_image_id_fkey;

-- New images are told of all at once. They are nobody else's yet, so their order in the outbox is theirs alone.
create function images_to_feed() returns trigger language plpgsql as $$
begin
    insert into feed_outbox (scope, kind, entity, rev, op, client, mut)
    select project_id, 'image', id, rev, 'insert',
           nullif(current_setting('pixelsync.client', true), '')::uuid,
           nullif(current_setting('pixelsync.mut', true), '')::bigint
    from added where removed_at is null;
    return null;
end $$;

-- When a sidecar was written that was last read; what it said is in the other columns. Each that is there is read once more.
alter table images add column sidecar_ns bigint;

create or replace function image_to_feed() returns trigger language plpgsql as $$
declare
    image images := case when tg_op = 'DELETE' then old else new end;
    was_there boolean := old.removed_at is null;
    is_there boolean := tg_op <> 'DELETE' and new.removed_at is null;
begin
    if was_there and is_there then
        -- where and when the disk keeps it no reader can see
        old.rev := new.rev;
        old.updated_at := new.updated_at;
        old.mtime_ns := new.mtime_ns;
        old.ctime_ns := new.ctime_ns;
        old.inode := new.inode;
        old.device := new.device;
        old.sidecar_ns := new.sidecar_ns;
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

drop trigger image_to_feed on images;
create trigger image_to_feed after update or delete on images for each row execute function image_to_feed();
create trigger images_to_feed after insert on images referencing new table as added
    for each statement execute function images_to_feed();

-- What a scan takes in waits here to be developed. `jobs` has only those that somebody is at, or will be soon: writing each
-- there as well would make a first look at many files a fifth longer, and the queue as long as the catalogue.
create index images_pending_key on images (id) where state = 'pending' and removed_at is null;
