//! How long the server takes for a first page of 100,000 pictures.

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, PgPool};

use crate::{
    database::fresh_database,
    figure::{Figure, percentile},
    program::{Program, data_folder},
};

const ROWS: i64 = 100_000;
const REQUESTS: usize = 200;
const GOAL_MS: f64 = 20.0;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let data = data_folder()?;
    let url = runtime.block_on(fresh_database("spine_page"))?;
    let program = Program::start(data.path(), Some(&url), &[])?;
    runtime.block_on(seed(&url))?;
    let mut line = program.connect()?;
    let (mut pages, mut pings) = (Vec::new(), Vec::new());
    for round in 0..REQUESTS + 20 {
        let (page, length) = program.get(&mut line, "/")?;
        let (ping, _) = program.get(&mut line, "/health")?;
        if round == 0 {
            println!("the page has {length} bytes");
        }
        // the first ones fill caches and pools
        if round >= 20 {
            pages.push(page);
            pings.push(ping);
        }
    }
    let ping = percentile(&mut pings, 0.5);
    Ok(vec![
        Figure::told("first_page_100k_p50", percentile(&mut pages, 0.5), "ms").beside(ping),
        Figure::below("first_page_100k_p95", percentile(&mut pages, 0.95), "ms", GOAL_MS).beside(ping),
    ])
}

async fn seed(url: &str) -> Result<()> {
    let pool = PgPool::connect(url).await?;
    let insert = format!(
        "insert into images (id, project_id, folder_id, path, name, size, mtime_ns, ctime_ns, inode, device, hash, mime,
                             width, height, orientation, thumbhash, taken_at)
         select (lpad(to_hex(1700000000000 + n), 12, '0') || '7000' || '8' || substr(md5(n::text), 1, 15))::uuid,
                f.project_id, f.id, ('seed/' || n)::bytea, 'DSC_' || n || '.jpg', 8000000 + n, n, n, n, 1,
                sha256(n::text::bytea), 'image/jpeg', 6000, 4000, 1, decode('1fd70d0d82a7578488877788778787787f77', 'hex'), now() - n * interval '1 minute'
         from folders f, generate_series(1, {ROWS}) n"
    );
    sqlx::query(AssertSqlSafe(insert)).execute(&pool).await.context("seeding")?;
    sqlx::query("select feed_seal()").execute(&pool).await?;
    sqlx::query("vacuum analyze images").execute(&pool).await?;
    Ok(())
}
