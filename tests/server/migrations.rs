//! Each migration on a catalogue that is full: what was known stays known.

use pixelsync::server::db::{Pool, schema::MIGRATIONS};

/// A project, a folder, and an image in each state, the third one twice.
const BEFORE_JOBS: &str = "
    insert into projects (id, name) values (gen_random_uuid(), 'Pictures');
    insert into folders (id, project_id, path, name) select gen_random_uuid(), id, '/pictures', 'pictures' from projects;
    insert into images (id, project_id, folder_id, path, name, state, reason, size, mtime_ns, ctime_ns, inode, device, hash, mime,
                        width, height, thumbhash)
    select gen_random_uuid(), f.project_id, f.id, n::text::bytea, n::text, old.state, reason, 1, 0, 0, n, 0,
           sha256(least(n, 3)::text::bytea), mime, 96, 64, thumbhash
    from folders f, (values
        (1, 'ok', null, 'image/jpeg', 'a'::bytea),
        (2, 'corrupted', 'The file ends early.', 'image/png', null),
        (3, 'unsupported', 'There is no decoder for HEIC here.', 'image/heic', null),
        (4, 'unsupported', 'There is no decoder for HEIC here.', 'image/heic', null)
    ) as old (n, state, reason, mime, thumbhash);
    insert into images (id, project_id, folder_id, path, name, state, size, mtime_ns, ctime_ns, inode, device)
    select gen_random_uuid(), project_id, id, way::bytea, way, way, 1, 0, 0, 9, 0
    from folders, unnest(array['missing', 'unreadable', 'unsupported', 'corrupted']) as way;
    insert into derivatives (hash, kind, mime, width, height, size)
    values (sha256('1'), 'thumbnail', 'image/webp', 96, 64, 1), (sha256('1'), 'preview', 'image/jpeg', 96, 64, 1);
    insert into jobs (kind, key) values ('crop', 'ab');
";

#[sqlx::test(migrations = false)]
async fn what_was_judged_before_there_were_jobs_stays_judged(pool: Pool) {
    MIGRATIONS.run_to(3, &pool).await.expect("the schema of then");
    sqlx::raw_sql(BEFORE_JOBS).execute(&pool).await.expect("a catalogue of then");
    let images = "select name, state, reason from images order by name";
    let read = || sqlx::query_as::<_, (String, String, Option<String>)>(images).fetch_all(&pool);
    let before = read().await.expect("images");
    MIGRATIONS.run(&pool).await.expect("the schema of now");
    assert_eq!(read().await.expect("images"), before);
    let judged = "select state, thumbhash is not null, beyond_machine from contents order by state";
    let judged = sqlx::query_as::<_, (String, bool, bool)>(judged).fetch_all(&pool).await.expect("contents");
    let expect = [("corrupted", false, false), ("ok", true, false), ("unsupported", false, true)];
    assert_eq!(judged, expect.map(|(state, is_seen, beyond)| (state.to_owned(), is_seen, beyond)));
}

/// Two pictures, and a piece of each; of the second one nobody knows the bytes.
const BEFORE_PROVENANCE: &str = "
    insert into projects (id, name) values (gen_random_uuid(), 'Pictures');
    insert into folders (id, project_id, path, name) select gen_random_uuid(), id, '/pictures', 'pictures' from projects;
    insert into images (id, project_id, folder_id, path, name, size, mtime_ns, ctime_ns, inode, device, hash, parent_id)
    select uuid, f.project_id, f.id, called::bytea, called, 1, 0, 0, 9, 0, case when is_read then sha256(called::bytea) end, parent
    from folders f, (values
        ('00000000-0000-7000-8000-000000000001'::uuid, 'known', true, null),
        ('00000000-0000-7000-8000-000000000002', 'unread', false, null),
        ('00000000-0000-7000-8000-000000000003', 'of known', true, '00000000-0000-7000-8000-000000000001'::uuid),
        ('00000000-0000-7000-8000-000000000004', 'of unread', true, '00000000-0000-7000-8000-000000000002')
    ) as old (uuid, called, is_read, parent);
    select feed_seal();
";

#[sqlx::test(migrations = false)]
async fn pieces_that_are_there_are_of_what_their_parents_are_now(pool: Pool) {
    MIGRATIONS.run_to(6, &pool).await.expect("the schema of then");
    sqlx::raw_sql(BEFORE_PROVENANCE).execute(&pool).await.expect("a catalogue of then");
    MIGRATIONS.run(&pool).await.expect("the schema of now");
    let told: i64 = sqlx::query_scalar("select count(*) from feed_outbox").fetch_one(&pool).await.expect("a count");
    assert_eq!(told, 0, "nothing that is seen has changed");

    let marked = "select name from images where parent_changed order by name";
    let marked = || sqlx::query_scalar::<_, String>(marked).fetch_all(&pool);
    assert_eq!(marked().await.expect("names"), Vec::<String>::new());
    sqlx::raw_sql("update images set hash = sha256('other')").execute(&pool).await.expect("other bytes");
    assert_eq!(marked().await.expect("names"), ["of known"], "of what nobody knew, nobody knows whether it changed");
    sqlx::raw_sql("delete from images where name = 'known'").execute(&pool).await.expect("one less");
    assert_eq!(marked().await.expect("names"), Vec::<String>::new(), "a piece of nothing is of nothing else");
}

#[sqlx::test(migrations = false)]
async fn what_is_found_is_found_as_before(pool: Pool) {
    MIGRATIONS.run_to(14, &pool).await.expect("the schema of then");
    sqlx::raw_sql(
        "insert into finds (image_id, project_id, folder_id, clock, name_key, size, rating, state, type, camera, tags, words, ratio)
         select (lpad(to_hex(1700000000000 + n * 450000), 12, '0') || '70008000' || lpad(n::text, 12, '0'))::uuid, gen_random_uuid(),
                gen_random_uuid(), timestamp '2020-01-01' + make_interval(days => n), 'name ' || n, n, n % 6, 'ok',
                nullif('jpeg', left('jpeg', n % 2 * 4)), 'Nikon Z 8', array['sea'], array_to_tsvector(array['boat', n::text]), 150
         from generate_series(1, 40) as n",
    )
    .execute(&pool)
    .await
    .expect("what was found then");
    let rows = "select jsonb_agg(to_jsonb(f) - 'quarter' order by image_id)::text from finds f";
    let indexes = "select string_agg(indexdef, '; ' order by indexname) from pg_indexes where tablename = 'finds'";
    let read = async |sql: &'static str| sqlx::query_scalar::<_, String>(sql).fetch_one(&pool).await.expect("a text");
    let before = (read(rows).await, read(indexes).await);
    MIGRATIONS.run(&pool).await.expect("the schema of now");
    assert_eq!((read(rows).await, read(indexes).await), before);
    let others: i64 = sqlx::query_scalar("select count(*) from finds where quarter <> uuid_ms(image_id) / 900000")
        .fetch_one(&pool)
        .await
        .expect("a count");
    assert_eq!(others, 0);
}
