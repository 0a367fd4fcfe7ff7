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
const SEARCH_ROUNDS: usize = 5;
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

/// Each as nobody asked it before: what the figures of its first pictures and of all of them counted are called.
const SEARCHES: [(&str, &str, &str); 6] = [
    ("search_one_word", "search_one_word_counted", "q=boat+000{n}"),
    ("search_prefix", "search_prefix_counted", "q=dsc_00{n}1"),
    ("search_broad_word", "search_broad_word_counted", "q=harbour&rating={r}"),
    ("search_mistyped", "search_mistyped_counted", "q=harbuor+00{n}"),
    ("search_rating", "search_rating_counted", "rating={r}&camera=Canon+EOS+R5"),
    ("search_days", "search_days_counted", "from=201{r}-03-01&to=201{r}-03-09&sort=taken"),
];

pub(crate) fn measure(stage: &Stage) -> Result<Vec<Figure>> {
    let ping = times(ROUNDS, |_| stage.host.get::<Value>("/health").map(drop))?;
    let ping = percentile(&mut ping.clone(), 0.5);
    let open = |query: &Query, in_a_hurry: bool| {
        let asked = json!({ "query": query, "at": null, "start": 0, "count": 120, "in_a_hurry": in_a_hurry });
        stage.host.ask::<Value>("POST", "/api/gallery/open", &asked.to_string())
    };
    let mut figures = Vec::new();
    for (name, search) in [("first_page_added_p95", ""), ("first_page_taken_p95", "sort=taken")] {
        let query = Query::read(search).0;
        let mut taken = times(ROUNDS, |_| open(&query, false).map(drop))?;
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
    for (name, name_counted, template) in SEARCHES {
        let asked = |round: usize| {
            let search = template.replace("{n}", &(round + 3).to_string()).replace("{r}", &(round % 5 + 1).to_string());
            Query::read(&search).0
        };
        // the first ones are seen before all are counted
        let (mut seen, mut counted) = (Vec::new(), Vec::new());
        for round in 0..SEARCH_ROUNDS {
            let (query, begun) = (asked(round), Instant::now());
            let is_counted = open(&query, true)?["is_counted"] == true;
            seen.push(begun.elapsed().as_secs_f64() * 1000.0);
            if !is_counted {
                open(&query, false)?;
                counted.push(begun.elapsed().as_secs_f64() * 1000.0);
            }
        }
        figures.push(Figure::below(name, percentile(&mut seen, 0.5), "ms", SEARCH_GOAL_MS).beside(ping));
        if !counted.is_empty() {
            figures.push(Figure::told(name_counted, percentile(&mut counted, 0.5), "ms").beside(ping));
        }
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
        "select quarter / 96, count(*), sum(ratio) from finds
         where project_id = (select id from projects) and words @@ '''harbour'':*' group by 1",
        "select quarter / 96, count(*), sum(ratio) from finds where project_id = (select id from projects) and rating >= 3 group by 1",
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
