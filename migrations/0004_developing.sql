-- Files are taken in first and developed afterwards: what is known of a content is kept apart from who has it, and what is
-- still to be done stands in `jobs`.

alter table images drop constraint images_state_check;
alter table images add constraint images_state_check
    check (state in ('pending', 'ok', 'corrupted', 'unsupported', 'failed', 'missing', 'unreadable'));

-- What came of developing a content, once for each content, wherever and however often the file lies.
create table contents (
    hash           bytea primary key check (octet_length(hash) = 32),
    mime           text not null,
    state          text not null check (state in ('ok', 'corrupted', 'unsupported')),
    reason         text,
    -- as a person sees it
    width          integer,
    height         integer,
    thumbhash      bytea,
    -- judged by what the machine lacked (a decoder, memory), and another day it may have it
    beyond_machine boolean not null default false,
    created_at     timestamptz not null default now()
);

create index contents_beyond_key on contents (hash) where beyond_machine;

insert into contents (hash, mime, state, reason, width, height, thumbhash, beyond_machine)
select distinct on (hash) hash, mime, state, reason, width, height, thumbhash,
       state = 'unsupported' and mime in ('image/heic', 'image/avif')
from images
where hash is not null and mime is not null and state in ('ok', 'corrupted', 'unsupported')
  -- a file that grew too large to be read kept the hash of what it was before
  and size <= 1073741824
order by hash, updated_at desc;

-- `full` is of what no browser can show itself.
alter table derivatives drop constraint derivatives_kind_check;
alter table derivatives add constraint derivatives_kind_check check (kind in ('thumbnail', 'preview', 'full'));

-- What somebody looked at last is done first.
alter table jobs add column looked_at timestamptz;
drop index jobs_due_key;
create index jobs_due_key on jobs (looked_at desc nulls last, priority desc, run_at) where not dead;
