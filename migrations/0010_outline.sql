-- How many pictures there are of each moment, so that a grid of a million has its shape, and a jump into it its place, without
-- anybody going through all of them.

-- The milliseconds since 1970 in which a UUIDv7 was drawn.
create function uuid_ms(id uuid) returns bigint language sql immutable parallel safe as $$
    select ('x' || translate(left(id::text, 13), '-', ''))::bit(48)::bigint
$$;

-- By the moments in which they were added, which their ids say: in quarters of an hour, of which the days of every zone are made,
-- and each of those in spans of three seconds, because a scan brings a hundred thousand in a quarter of an hour. Sealed with the
-- totals, so exact at the head.
create table feed_spans (
    scope uuid not null,
    kind  text not null,
    -- how many milliseconds each is long
    width integer not null check (width in (900000, 3000)),
    span  bigint not null,
    total bigint not null,
    primary key (scope, kind, width, span)
) with (fillfactor = 70);

-- The same of what is found, in quarters of an hour by when they were added and in days by when they were taken, with the sum of
-- their shapes. Kept by whoever keeps `finds`.
create table finds_spans (
    project_id uuid not null,
    by         text not null check (by in ('added', 'taken')),
    span       bigint not null,
    total      bigint not null,
    -- the sum of `finds.ratio`
    ratio      bigint not null,
    primary key (project_id, by, span)
) with (fillfactor = 70);

-- Width by height in hundredths, within what a row of pictures bears.
alter table finds add column ratio smallint not null default 100;
update finds set ratio = round(100.0 * i.width / i.height)
from images i where i.id = image_id and i.width > 0 and i.height > 0 and round(100.0 * i.width / i.height) between 40 and 300;
update finds set ratio = case when i.width > i.height then 300 else 40 end
from images i where i.id = image_id and i.width > 0 and i.height > 0 and round(100.0 * i.width / i.height) not between 40 and 300;

insert into finds_spans (project_id, by, span, total, ratio)
select project_id, by, span, count(*), sum(ratio)
from finds, lateral (values ('added', uuid_ms(image_id) / 900000), ('taken', clock::date - date '1970-01-01')) as moment (by, span)
group by project_id, by, span;

create or replace function feed_seal() returns bigint language plpgsql as $$
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
    ), spanned as (
        insert into feed_spans (scope, kind, width, span, total)
        select scope, kind, width, uuid_ms(entity) / width, sum(case op when 'insert' then 1 else -1 end)
        from drawn, unnest(array[900000, 3000]) as width
        where op in ('insert', 'delete')
        group by scope, kind, width, uuid_ms(entity) / width
        on conflict (scope, kind, width, span) do update set total = feed_spans.total + excluded.total
    )
    select count(*) into n from numbered;
    if n > 0 then
        update feed_meta set head = h + n;
        perform pg_notify('feed', (h + n)::text);
    end if;
    return h + n;
end $$;

-- What is there already, counted while nobody writes and nothing waits to be sealed.
lock table images in share mode;
select feed_seal();
delete from feed_spans;
insert into feed_spans (scope, kind, width, span, total)
select project_id, 'image', long, uuid_ms(id) / long, count(*)
from images, unnest(array[900000, 3000]) as long
where removed_at is null
group by project_id, long, uuid_ms(id) / long;
