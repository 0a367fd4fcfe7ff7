//! Very many pictures over ten years: records of files that lie on no disk, each with the thumbnail of one of some that do.

use std::{fs, path::Path, thread::sleep, time::Duration};

use anyhow::{Context, Result, bail};
use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use crate::{Stage, photograph::photograph};

const REAL: u32 = 24;
/// The finder takes in a thousand at once.
const PATIENCE: Duration = Duration::from_secs(1_200);
const PAUSE: Duration = Duration::from_millis(250);

pub(crate) fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(work)
}

pub(crate) fn fill(stage: &Stage, pictures: &Path) -> Result<()> {
    for number in 0..REAL {
        let photograph = photograph(number);
        let part = pictures.join(format!(".{number}.part"));
        photograph.save_with_format(&part, image::ImageFormat::Jpeg)?;
        fs::rename(part, pictures.join(format!("real {number:02}.jpg")))?;
    }
    wait(stage, "/api/v1/images?state=ok&limit=1", REAL)?;
    run(insert(stage))?;
    wait(stage, "/api/v1/images?sort=taken&limit=1", stage.rows + REAL)?;
    run(async {
        let mut database = PgConnection::connect(&stage.url).await?;
        for table in ["images", "finds", "finds_spans", "feed_spans", "finds_words"] {
            sqlx::query(AssertSqlSafe(format!("vacuum analyze {table}"))).execute(&mut database).await?;
        }
        Ok(())
    })
}

/// Forty pictures a day, one year with another; names, cameras and lenses as libraries have them.
async fn insert(stage: &Stage) -> Result<()> {
    let mut database = PgConnection::connect(&stage.url).await?;
    sqlx::query(
        "insert into folders (id, project_id, path, name, paused) select gen_random_uuid(), id, '/nowhere', 'archive', true from projects",
    )
    .execute(&mut database)
    .await?;
    let insert = format!(
        "with real as (
             select row_number() over (order by name) - 1 as at, hash, mime, width, height, thumbhash from images where state = 'ok'
         )
         insert into images (id, project_id, folder_id, path, name, state, size, mtime_ns, ctime_ns, inode, device, hash, mime, width,
                             height, orientation, thumbhash, taken_at, camera, lens, rating)
         select (lpad(to_hex(1450000000000 + n * 315360::bigint * 1000 / greatest({rows} / 1000, 1)), 12, '0') || '7'
                 || substr(md5(n::text), 1, 3) || '8' || substr(md5(n::text), 4, 15))::uuid,
                f.project_id, f.id, ('archive/' || n)::bytea,
                (array['DSC_', 'IMG_', 'P', 'boat ', 'harbour '])[1 + n % 5] || lpad(n::text, 7, '0') || '.jpg', 'ok',
                4000000 + (n * 7919::bigint) % 9000000, 0, 0, n, 0, real.hash, real.mime,
                case n % 4 when 0 then real.height else real.width end, case n % 4 when 0 then real.width else real.height end,
                1, real.thumbhash, to_timestamp(1450000000 + n * 315360000::bigint / {rows}),
                (array['Nikon Z 8', 'Canon EOS R5', 'Fujifilm X-T5', 'iPhone 15 Pro'])[1 + n % 4],
                (array['24-70 mm f/2.8', '50 mm f/1.4', '70-200 mm f/4'])[1 + n % 3], nullif(n % 6, 0)
         from folders f, generate_series(1, {rows}) as n join real on real.at = n % {REAL}
         where f.path = '/nowhere'",
        rows = stage.rows
    );
    sqlx::query(AssertSqlSafe(insert)).execute(&mut database).await.context("seeding")?;
    Ok(())
}

fn wait(stage: &Stage, path: &str, total: u32) -> Result<()> {
    let rounds = PATIENCE.as_millis() / PAUSE.as_millis();
    for _ in 0..rounds {
        let answer: Value = stage.host.get(path)?;
        if answer["total"] == total {
            return Ok(());
        }
        sleep(PAUSE);
    }
    bail!("{path} never told of {total} pictures")
}
