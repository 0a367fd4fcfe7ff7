-- What people look for again and again, under a name.
create table saved_views (
    id         uuid primary key,
    project_id uuid not null references projects (id) on delete cascade,
    name       text not null,
    -- lower case: no two are alike but for that
    name_key   text collate "C" not null,
    -- as an address writes it, from its ? on
    query      text not null,
    position   integer not null,
    rev        bigint not null default 1,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    constraint saved_views_name_key unique (project_id, name_key)
);

-- It is no image's alone: what it does it does to any row that has a revision.
create trigger view_touch before update on saved_views for each row execute function image_touch();

-- The feed says that a view changed; whoever reads it reads all of them with it, in one snapshot.
create function view_to_feed() returns trigger language plpgsql as $$
declare
    saved saved_views := case when tg_op = 'DELETE' then old else new end;
begin
    insert into feed_outbox (scope, kind, entity, rev, op)
    values (saved.project_id, 'view', saved.id, saved.rev + (tg_op = 'DELETE')::int, lower(tg_op));
    return null;
end $$;

create trigger view_to_feed after insert or update or delete on saved_views for each row execute function view_to_feed();
