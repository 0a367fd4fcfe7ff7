-- A folder's name is a word that its pictures are found by. Those of a folder that got another name wait here until they are
-- written anew.
create table finds_renamed (
    folder_id uuid primary key references folders (id) on delete cascade,
    -- the last image that is
    after     uuid not null default '00000000-0000-0000-0000-000000000000'
);

-- The change in the feed has the finder look here, before it says that it has come so far; and pages count anew.
create function folder_renamed() returns trigger language plpgsql as $$
begin
    insert into finds_renamed (folder_id) values (new.id)
    on conflict (folder_id) do update set after = excluded.after;
    insert into feed_outbox (scope, kind, entity, rev, op) values (new.project_id, 'folder', new.id, 0, 'update');
    return null;
end $$;

create trigger folder_renamed after update of name on folders
    for each row when (old.name is distinct from new.name) execute function folder_renamed();
