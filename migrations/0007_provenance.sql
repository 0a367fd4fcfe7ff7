-- A piece knows which bytes of its parent it was cut from, and says so while the parent has others.

alter table images
    -- of the parent, when this was cut
    add column parent_hash    bytea check (octet_length(parent_hash) = 32),
    -- the parent's hash is another than that now
    add column parent_changed boolean not null default false;

-- Of the pieces that there are nobody noted it: what their parents are now is taken for it. No reader sees that, so the feed
-- tells nothing.
alter table images disable trigger image_touch;
alter table images disable trigger image_to_feed;
update images i set parent_hash = p.hash from images p where p.id = i.parent_id;
alter table images enable trigger image_touch;
alter table images enable trigger image_to_feed;

-- From the piece's side: it is compared as it is linked. The parent stays as it is until both are written, or whoever changes it
-- would not see the piece yet. A parent whose bytes are not known, as of a file that cannot be read, is not called another.
--
-- Not on insert: a record is linked after it was written, and the first look at many files should not pay for it.
create function image_of_parent() returns trigger language plpgsql as $$
declare
    present bytea;
begin
    select hash into present from images where id = new.parent_id for share;
    new.parent_changed := coalesce(present <> new.parent_hash, false);
    return new;
end $$;

create trigger image_of_parent before update of parent_id, parent_hash on images
    for each row execute function image_of_parent();

-- From the parent's side: its pieces change only if that says something new of them, so the feed tells it once, and once
-- more when the former bytes are back.
create function image_to_pieces() returns trigger language plpgsql as $$
begin
    if new.hash is distinct from old.hash then
        update images set parent_changed = not parent_changed
        where parent_id = new.id and parent_changed <> coalesce(new.hash <> parent_hash, false);
    end if;
    return null;
end $$;

create trigger image_to_pieces after update of hash on images for each row execute function image_to_pieces();
