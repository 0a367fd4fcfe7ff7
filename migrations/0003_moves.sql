-- A file that is found under a path without a record may be a known one that was moved: asked for each such file.
create index images_inode_key on images (folder_id, inode) where removed_at is null;
