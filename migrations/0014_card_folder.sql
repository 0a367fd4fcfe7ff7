-- A card says which folder its picture lies in, so that a page knows which pictures cannot be opened while a folder is away.
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
        'animated', coalesce((i.facts ->> 'animated')::boolean, false),
        'folder', i.folder_id)
$$;
