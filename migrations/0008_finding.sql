-- What pictures are found, sorted and counted by: a narrow row for each, made from the feed a moment after the fact, so that
-- taking pictures in pays nothing for it.

create table finds (
    image_id   uuid primary key,
    project_id uuid not null,
    folder_id  uuid not null,
    -- where it was taken, as its clock showed it; else when its file was written
    clock      timestamp not null,
    -- lower case, its numbers padded, so that 2 comes before 10
    name_key   text collate "C" not null,
    size       bigint not null,
    rating     smallint not null,
    state      text not null,
    -- of the types that folders are limited to; none for what is no picture
    type       text,
    flag       text,
    label      text,
    shape      text,
    camera     text,
    lens       text,
    parent_id  uuid,
    tags       text[] not null default '{}',
    words      tsvector not null
);

create index finds_clock_key on finds (project_id, clock, image_id);
create index finds_name_key on finds (project_id, name_key, image_id);
create index finds_size_key on finds (project_id, size, image_id);
create index finds_rating_key on finds (project_id, rating, image_id);
create index finds_folder_key on finds (folder_id);
create index finds_parent_key on finds (parent_id) where parent_id is not null;
create index finds_words_key on finds using gin (words);
create index finds_tags_key on finds using gin (tags);

-- How far it is: every change up to `seq` is in it. While it is made anew, `after` is the last image that is.
create table finds_at (
    one   boolean primary key default true check (one),
    epoch uuid,
    seq   bigint not null default 0,
    after uuid
);

insert into finds_at default values;

-- Words that stand in names and in what people said, for whoever mistypes one.
create table finds_words (
    word text collate "C" primary key
);

-- Without pg_trgm words are found as they are written.
do $$ begin
    create extension if not exists pg_trgm;
    create index finds_words_like_key on finds_words using gin (word gin_trgm_ops);
exception when others then
    raise notice 'pg_trgm is not there: %', sqlerrm;
end $$;

-- The card also tells what people said by one key, what it is a piece of, and what moves.
create or replace function image_card(i images) returns jsonb language sql stable as $$
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
        'added_ms', (extract(epoch from i.created_at) * 1000)::bigint,
        'rating', i.rating,
        'flag', i.flag,
        'label', i.label,
        'parent', i.parent_id,
        'parent_changed', i.parent_changed,
        'animated', coalesce((i.facts ->> 'animated')::boolean, false))
$$;
