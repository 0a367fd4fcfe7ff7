//! The server's part: first pages, jumps and searches, each asked as the page asks, over one connection at a time.

use std::time::Instant;

use anyhow::Result;
use pixelsync::model::Query;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection, Row};

use crate::{
    Stage,
    figure::{Figure, percentile},
    seed::run,
};

const ROUNDS: usize = 60;
const PLACE_GOAL_MS: f64 = 20.0;
const SEARCH_GOAL_MS: f64 = 100.0;

/// Orders and filters, and what their figures are called.
const JUMPS: [(&str, &str); 8] = [
    ("jump_added_p95", ""),
    ("jump_added_reversed_p95", "sort=added-reversed"),
    ("jump_taken_p95", "sort=taken"),
    ("jump_taken_reversed_p95", "sort=taken-reversed"),
    ("jump_camera_p95", "camera=Nikon+Z+8&sort=taken"),
    ("jump_name_p95", "sort=name"),
    ("jump_size_p95", "sort=size"),
    ("jump_rating_p95", "sort=rating"),
];

/// Each as nobody asked it before.
const SEARCHES: [(&str, &str); 6] = [
    ("search_one_word", "q=boat+000{n}"),
    ("search_prefix", "q=dsc_00{n}1"),
    ("search_broad_word", "q=harbour&rating={r}"),
    ("search_mistyped", "q=harbuor+00{n}"),
    ("search_rating", "rating={r}&camera=Canon+EOS+R5"),
    ("search_days", "from=201{r}-03-01&to=201{r}-03-09&sort=taken"),
];

pub(crate) fn measure(stage: &Stage) -> Result<Vec<Figure>> {
    let ping = times(ROUNDS, |_| stage.host.get::<Value>("/health").map(drop))?;
    let ping = percentile(&mut ping.clone(), 0.5);
    let open = |search: &str, _| {
        let asked = json!({ "query": Query::read(search).0, "at": null, "start": 0, "count": 120 });
        stage.host.ask::<Value>("POST", "/api/gallery/open", &asked.to_string()).map(drop)
    };
    let mut figures = Vec::new();
    for (name, search) in [("first_page_added_p95", ""), ("first_page_taken_p95", "sort=taken")] {
        let mut taken = times(ROUNDS, |round| open(search, round))?;
        figures.push(Figure::below(name, percentile(&mut taken, 0.95), "ms", PLACE_GOAL_MS).beside(ping));
    }
    for (name, search) in JUMPS {
        let query = Query::read(search).0;
        let total = window(stage, &query, 0)?["total"].as_u64().unwrap_or(0);
        let mut taken = times(ROUNDS, |round| {
            // all over it, in no order
            let start = total * ((round as u64 * 37) % 101) / 101;
            window(stage, &query, start).map(drop)
        })?;
        // the second one into an order without a time finds its landmarks
        println!("{name}: the longest of {ROUNDS} took {:.1} ms", percentile(&mut taken.clone(), 1.0));
        figures.push(Figure::below(name, percentile(&mut taken, 0.95), "ms", PLACE_GOAL_MS).beside(ping));
    }
    for (name, template) in SEARCHES {
        let mut taken = times(5, |round| {
            let search = template.replace("{n}", &(round + 3).to_string()).replace("{r}", &(round % 5 + 1).to_string());
            window(stage, &Query::read(&search).0, 0).map(drop)
        })?;
        figures.push(Figure::below(name, percentile(&mut taken, 0.5), "ms", SEARCH_GOAL_MS).beside(ping));
    }
    let mut taken = times(5, |round| {
        let query = Query::read(&format!("rating={}", round + 1)).0;
        stage.host.ask::<Value>("POST", "/api/gallery/facets", &json!({ "query": query }).to_string()).map(drop)
    })?;
    figures.push(Figure::told("all_sides_counted", percentile(&mut taken, 0.5), "ms").beside(ping));
    Ok(figures)
}

fn window(stage: &Stage, query: &Query, start: u64) -> Result<Value> {
    let asked = json!({ "query": query, "anchor": null, "start": start, "count": 300 });
    stage.host.ask("POST", "/api/gallery/window", &asked.to_string())
}

fn times(rounds: usize, mut ask: impl FnMut(usize) -> Result<()>) -> Result<Vec<f64>> {
    let mut times = Vec::with_capacity(rounds);
    for round in 0..rounds {
        let begun = Instant::now();
        ask(round)?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(times)
}

/// What PostgreSQL did for the slowest of each kind, as it says itself.
pub(crate) fn show_plans(stage: &Stage) -> Result<()> {
    let statements = [
        "select id from images where project_id = (select id from projects) and removed_at is null and id <= gen_random_uuid()
         order by id desc offset 50 limit 300",
        "select image_id from finds where project_id = (select id from projects) and clock < date '2020-05-05'
         order by clock desc, image_id desc offset 20 limit 300",
        "select image_id from finds where project_id = (select id from projects) and words @@ '''harbour'':*'
         order by image_id desc limit 120",
        "select span, count(*) from (select uuid_ms(image_id) / 900000 as span from finds
         where project_id = (select id from projects) and words @@ '''harbour'':*') as found group by span",
        "select image_id from finds where project_id = (select id from projects) order by name_key, image_id offset 150000 limit 300",
    ];
    run(async {
        let mut database = PgConnection::connect(&stage.url).await?;
        for statement in statements {
            println!("\n{statement}");
            let plan = sqlx::AssertSqlSafe(format!("explain (analyze, buffers, costs off) {statement}"));
            for row in sqlx::raw_sql(plan).fetch_all(&mut database).await? {
                println!("    {}", row.get::<String, _>(0));
            }
        }
        Ok(())
    })
}
