-- What is found is counted by days. A row says in which quarter of an hour its picture was added, because to read that from ids
-- takes longer than all the rest; and what is read of every row stands before what differs in length.
create table finds_anew (
    image_id   uuid not null,
    project_id uuid not null,
    folder_id  uuid not null,
    -- where it was taken, as its clock showed it; else when its file was written
    clock      timestamp not null,
    size       bigint not null,
    -- since 1970, of the moment in which it was added
    quarter    integer not null generated always as ((uuid_ms(image_id) / 900000)::integer) stored,
    -- width by height in hundredths, within what a row of pictures bears
    ratio      smallint not null default 100,
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
    -- lower case, its numbers padded, so that 2 comes before 10
    name_key   text collate "C" not null,
    words      tsvector not null
);

lock table finds in access exclusive mode;
insert into finds_anew (image_id, project_id, folder_id, clock, size, ratio, rating, state, type, flag, label, shape, camera, lens,
                        parent_id, tags, name_key, words)
select image_id, project_id, folder_id, clock, size, ratio, rating, state, type, flag, label, shape, camera, lens,
       parent_id, tags, name_key, words
from finds order by image_id;
drop table finds;
alter table finds_anew rename to finds;

alter table finds add constraint finds_pkey primary key (image_id);
create index finds_clock_key on finds (project_id, clock, image_id);
create index finds_name_key on finds (project_id, name_key, image_id);
create index finds_size_key on finds (project_id, size, image_id);
create index finds_rating_key on finds (project_id, rating, image_id);
create index finds_folder_key on finds (folder_id);
create index finds_parent_key on finds (parent_id) where parent_id is not null;
create index finds_words_key on finds using gin (words);
create index finds_tags_key on finds using gin (tags);

-- Both are grouped by days alone, of which there are few: PostgreSQL then counts with several processes, and sorts nothing.
alter table finds alter column quarter set (n_distinct = 4000);
alter table finds alter column clock set (n_distinct = 4000);
analyze finds;
