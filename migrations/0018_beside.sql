-- Which picture a sidecar that is uploaded is of, where its sender knows: it lies beside it, whatever that is called.
alter table uploads add column beside uuid;

-- Few of an export's files are not whole, and they are asked for often.
create index export_files_odd on export_files (export_id, state) where state in ('absent', 'broken');
