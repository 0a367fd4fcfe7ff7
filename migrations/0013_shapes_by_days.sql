-- When pictures were added is counted by `feed_spans`, and every node remembers it in quarters of an hour. What is told of their
-- shapes is a guess for a day of them, so it is summed in days: ten years of them are read at once.
lock table finds in share mode;
delete from finds_spans where by = 'added';
insert into finds_spans (project_id, by, span, total, ratio)
select project_id, 'added', uuid_ms(image_id) / 86400000, count(*), sum(ratio)
from finds
group by project_id, uuid_ms(image_id) / 86400000;
