-- The change feed. A change is written into the outbox by the transaction that makes it, and gets its number later,
-- when a node seals: numbers given before commit would become visible out of order, and readers would skip some.

create table feed_meta (
    one         boolean primary key default true check (one),
    epoch       uuid not null default gen_random_uuid(),
    -- the number of the newest sealed change
    head        bigint not null default 0,
    -- what is numbered up to here may have been dropped
    floor       bigint not null default 0,
    -- partitions exist below this
    ceiling     bigint not null default 0,
    -- of the cluster that the numbers belong to
    fingerprint text
) with (fillfactor = 10);

insert into feed_meta default values;

create table feed_outbox (
    -- without an index: a seal takes all there is
    id     bigint generated always as identity,
    tx     xid8 not null default pg_current_xact_id(),
    scope  uuid not null,
    kind   text not null,
    entity uuid not null,
    rev    bigint not null,
    op     text not null check (op in ('insert', 'update', 'delete')),
    -- the browser and its edit that made the change, where there is one
    client uuid,
    mut    bigint,
    -- what the entity's own row does not say; an image's card is read from its row
    patch  jsonb
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000);

create table feed (
    seq    bigint not null primary key,
    -- the last number of its seal: a reader stops only there, so no transaction is ever seen in halves
    bat    bigint not null,
    at     timestamptz not null default now(),
    tx     xid8 not null,
    scope  uuid not null,
    kind   text not null,
    entity uuid not null,
    rev    bigint not null,
    op     text not null,
    client uuid,
    mut    bigint,
    patch  jsonb
) partition by range (seq);

-- How many there are at the head, so that a page's total and its cursor are of one moment.
create table feed_totals (
    scope uuid not null,
    kind  text not null,
    total bigint not null,
    primary key (scope, kind)
) with (fillfactor = 50);

-- Makes partitions so that `upto` and the next 100,000 have a place.
create function feed_extend(upto bigint) returns void language plpgsql as $$
declare
    width constant bigint := 1000000;
    top bigint;
begin
    select ceiling into top from feed_meta;
    while top < upto + 100000 loop
        execute format('create table feed_%s partition of feed for values from (%s) to (%s)', top / width, top, top + width);
        top := top + width;
        update feed_meta set ceiling = top;
    end loop;
end $$;

select feed_extend(0);

-- Numbers everything committed so far and rings the bell once. Any node may call it at any time; the row lock orders them.
create function feed_seal() returns bigint language plpgsql as $$
declare
    h bigint;
    n bigint;
begin
    -- under read committed the statements after this lock see all that was committed before it was had
    select head into h from feed_meta for update;
    perform feed_extend(h + (select count(*) from feed_outbox));
    with drawn as (
        delete from feed_outbox returning *
    ), numbered as (
        insert into feed (seq, bat, tx, scope, kind, entity, rev, op, client, mut, patch)
        select h + row_number() over (order by id), h + count(*) over (),
               tx, scope, kind, entity, rev, op, client, mut, patch
        from drawn
        returning 1
    ), counted as (
        insert into feed_totals (scope, kind, total)
        select scope, kind, sum(case op when 'insert' then 1 when 'delete' then -1 else 0 end)
        from drawn group by scope, kind
        on conflict (scope, kind) do update set total = feed_totals.total + excluded.total
    )
    select count(*) into n from numbered;
    if n > 0 then
        update feed_meta set head = h + n;
        perform pg_notify('feed', (h + n)::text);
    end if;
    return h + n;
end $$;

-- Drops the partitions that hold nothing younger than `age`, and never the one that the head is in.
create function feed_prune(age interval) returns bigint language plpgsql as $$
declare
    width constant bigint := 1000000;
    h bigint;
    low bigint;
    youngest timestamptz;
begin
    select head, (floor + 1) / width * width into h, low from feed_meta for update;
    while low + width <= h loop
        select max(at) into youngest from feed where seq >= low and seq < low + width;
        exit when youngest > now() - age;
        execute format('drop table feed_%s', low / width);
        low := low + width;
        update feed_meta set floor = low - 1;
    end loop;
    return (select floor from feed_meta);
end $$;

-- What the grid shows of an image: the one definition that feed and queries share (`model::Card`).
create function image_card(i images) returns jsonb language sql stable as $$
    select jsonb_build_object(
        'id', i.id,
        'rev', i.rev,
        'name', i.name,
        'state', i.state,
        'reason', i.reason,
        'version', left(encode(i.hash, 'hex'), 16),
        'mime', i.mime,
        'size', i.size,
        'width', i.width,
        'height', i.height,
        'thumbhash', encode(i.thumbhash, 'base64'),
        'taken_ms', (extract(epoch from i.taken_at) * 1000)::bigint,
        'added_ms', (extract(epoch from i.created_at) * 1000)::bigint)
$$;

create function image_touch() returns trigger language plpgsql as $$
begin
    new.rev := old.rev + 1;
    new.updated_at := now();
    return new;
end $$;

create trigger image_touch before update on images for each row execute function image_touch();

-- After the row is locked, so that two changes of one image stand in the outbox in the order in which they took effect.
--
-- It says which image, not how it looks now: whoever reads the feed reads the row with it, in one snapshot, and so gets at
-- least that revision. Writers then pay for a short row only, and the newest state is never stored twice.
--
-- One function, and not a `when` on several triggers: PostgreSQL plans what is in a `when` anew for each statement, and that
-- cost 16 writers twice as much as the rest of it.
create function image_to_feed() returns trigger language plpgsql as $$
declare
    image images := case when tg_op = 'DELETE' then old else new end;
    was_there boolean := tg_op <> 'INSERT' and old.removed_at is null;
    is_there boolean := tg_op <> 'DELETE' and new.removed_at is null;
begin
    if was_there and is_there then
        -- where the disk keeps it no reader can see; that is no change to tell of, and everything else is
        old.rev := new.rev;
        old.updated_at := new.updated_at;
        old.mtime_ns := new.mtime_ns;
        old.ctime_ns := new.ctime_ns;
        old.inode := new.inode;
        old.device := new.device;
        if old is not distinct from new then
            return null;
        end if;
    elsif not (was_there or is_there) then
        return null;
    end if;
    insert into feed_outbox (scope, kind, entity, rev, op, client, mut)
    -- a row that is deleted tells a revision that no reader has seen
    values (image.project_id, 'image', image.id, image.rev + (tg_op = 'DELETE')::int,
            case when not was_there then 'insert' when is_there then 'update' else 'delete' end,
            nullif(current_setting('pixelsync.client', true), '')::uuid,
            nullif(current_setting('pixelsync.mut', true), '')::bigint);
    return null;
end $$;

create trigger image_to_feed after insert or update or delete on images for each row execute function image_to_feed();
