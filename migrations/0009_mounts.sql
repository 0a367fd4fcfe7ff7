-- Other file systems that were seen mounted below a folder: while one is away, what lies on it is not missing.
alter table folders add column mounts bytea[] not null default '{}';
