//! The promise of the feed: no change is ever skipped, doubled or out of order. 16 writers and 3 sealers in 4 processes, and
//! PostgreSQL below them, are killed at random moments; then everything is counted.
#![cfg(not(target_arch = "wasm32"))]

mod fire;
mod process;

use std::{
    env,
    io::{self, Write},
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use fire::{
    ledger::{self, Faults, Ledger},
    node::{self, Kept, Node, Orders, Said},
    random::Random,
    tail::Tail,
};
use pixelsync::{
    model::{Batch, Cursor, ProjectId},
    server::{
        db::{self, Pool},
        feed::Feed,
    },
};
use pixelsync_postgres::{Postgres, Settings};
use process::{folder, signal, until};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Runs the same course of kills and writes again, as far as their moments allow.
const SEED: &str = "PIXELSYNC_TEST_SEED";
const NODES: usize = 4;
const SEALERS: usize = 3;
const WRITERS_PER_NODE: usize = 4;
/// Between two kills so many changes are sealed at least, and about twice as many at most.
const CHANGES_PER_ROUND: u64 = 200;

#[derive(Clone, Copy, Debug)]
enum Kill {
    Nodes,
    /// PostgreSQL's backends outlive it for a moment, and commit.
    Postmaster,
    /// The others are ended by their postmaster, which then recovers by itself.
    Backend,
    All,
}

const ROUNDS: [Kill; 10] = [
    Kill::Nodes,
    Kill::Nodes,
    Kill::Nodes,
    Kill::Postmaster,
    Kill::Postmaster,
    Kill::Postmaster,
    Kill::Backend,
    Kill::Backend,
    Kill::All,
    Kill::All,
];

/// Not a test: what `Node` runs.
#[test]
fn node() {
    node::live();
}

#[test]
fn no_change_is_lost_doubled_or_out_of_order() {
    let begun = Instant::now();
    let seed = seed();
    say(&format!("the feed under fire, {SEED}={seed}"));
    let mut scene = Scene::open(Random(seed));
    let mut rounds = ROUNDS;
    scene.random.shuffle(&mut rounds);
    for kill in rounds {
        scene.round(kill);
    }
    let head = scene.rest();
    let ledger = scene.runtime.block_on(Ledger::read(&scene.pool)).expect("the feed");
    let acknowledged = scene.acknowledged();
    let faults = ledger.faults(&acknowledged);
    say(&format!(
        "{} acknowledged, {} sealed, {} kills, lost {}, doubled {}, inversions {} in {:.1} s",
        acknowledged.iter().filter(|kept| kept.op.is_some()).count(),
        ledger.rows.len(),
        scene.kills,
        faults.lost,
        faults.doubled,
        faults.inversions,
        begun.elapsed().as_secs_f32()
    ));
    assert_eq!(faults, Faults { lost: 0, doubled: 0, inversions: 0 });
    ledger.check_dense(head.seq);
    ledger.check_seals();
    scene.check_readers(&ledger);
    scene.check_rows();
}

fn seed() -> u64 {
    let given = env::var(SEED).ok().and_then(|seed| seed.parse().ok());
    given.unwrap_or_else(|| {
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs() ^ u64::from(since.subsec_nanos()))
    })
}

/// Past the harness, which would keep it to itself.
fn say(line: &str) {
    writeln!(io::stderr(), "{line}").expect("stderr");
}

struct Scene {
    random: Random,
    kills: usize,
    nodes: Vec<Node>,
    tail: Tail,
    pool: Pool,
    runtime: Runtime,
    /// None only while it is started again.
    postgres: Option<Postgres>,
    settings: Settings,
    _folder: TempDir,
}

impl Scene {
    fn open(mut random: Random) -> Scene {
        let folder = folder();
        let settings = Settings::new(folder.path().join("data"));
        let postgres = Postgres::start(&settings).expect("PostgreSQL");
        let runtime = Runtime::new().expect("a runtime");
        let _inside = runtime.enter();
        let pool = db::pool(postgres.url().as_str()).expect("a database address");
        let start = runtime.block_on(prepare(&pool, postgres.url().as_str()));
        let tail = Tail::default();
        runtime.spawn(tail.clone().follow(pool.clone()));
        let nodes = (0..NODES)
            .map(|number| {
                let cursor = start.cursor.filter(|_| number < SEALERS);
                Node::start(
                    Orders { cursor, seed: random.draw(), ..start.clone() },
                    &folder.path().join(format!("node {number}")),
                )
            })
            .collect();
        drop(_inside);
        Scene { random, kills: 0, nodes, tail, pool, runtime, postgres: Some(postgres), settings, _folder: folder }
    }

    /// Lets the nodes work for a while and then kills in the middle of it.
    fn round(&mut self, kill: Kill) {
        let enough = self.tail.head()
            + i64::try_from(CHANGES_PER_ROUND + self.random.below(CHANGES_PER_ROUND)).expect("a number");
        until("enough changes", || self.tail.head() >= enough);
        match kill {
            Kill::Nodes => self.kill_nodes(1),
            Kill::Postmaster => self.kill_postmaster(),
            Kill::Backend => self.kill_backend(),
            Kill::All => {
                self.kill_nodes(NODES);
                self.kill_postmaster();
            }
        }
    }

    fn kill_nodes(&mut self, at_least: usize) {
        for (number, node) in self.nodes.iter_mut().enumerate() {
            if number < at_least || self.random.one_in(3) {
                node.kill();
                node.start_again(self.random.draw());
                self.kills += 1;
            }
        }
        // not always the same first
        let last = self.nodes.len();
        self.nodes.rotate_left(usize::try_from(self.random.below(last as u64)).expect("an index"));
    }

    fn kill_postmaster(&mut self) {
        let postgres = self.postgres.take().expect("PostgreSQL");
        assert!(signal(postgres.pid(), "KILL"), "PostgreSQL ended by itself");
        self.runtime.block_on(postgres.died());
        drop(postgres);
        self.postgres = Some(Postgres::start(&self.settings).expect("PostgreSQL starts again"));
        self.kills += 1;
    }

    fn kill_backend(&mut self) {
        let sql = "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()";
        let mut pids: Vec<i32> = Vec::new();
        until("PostgreSQL's answer", || {
            pids = self.runtime.block_on(sqlx::query_scalar(sql).fetch_all(&self.pool)).unwrap_or_default();
            !pids.is_empty()
        });
        self.kills += usize::from(signal(*self.random.pick(&pids), "KILL"));
    }

    /// Waits until nobody writes, everything is sealed and every reader has seen it.
    fn rest(&mut self) -> Cursor {
        self.nodes.iter_mut().for_each(Node::rest);
        until("the writers' end", || self.nodes.iter_mut().all(Node::has_rested));
        until("the last seal", || self.runtime.block_on(db::feed::seal(&self.pool)).is_ok());
        let head = self
            .runtime
            .block_on(async { db::feed::head(&mut *self.pool.acquire().await?).await })
            .expect("the head")
            .at;
        until("the readers", || self.nodes.iter_mut().all(|node| node.has_read(head)));
        until("the tail", || self.tail.head() == head.seq);
        head
    }

    fn acknowledged(&self) -> Vec<Kept> {
        let said = self.nodes.iter().flat_map(|node| &node.said);
        said.flat_map(|said| if let Said::Kept(kept) = said { kept.as_slice() } else { &[] }).cloned().collect()
    }

    fn check_readers(&self, ledger: &Ledger) {
        ledger.check_numbers(&self.tail.numbers());
        let now = self.runtime.block_on(ledger::shown_now(&self.pool)).expect("an answer");
        for node in &self.nodes {
            let batches: Vec<&Batch> = node
                .said
                .iter()
                .filter_map(|said| if let Said::Read(batch) = said { Some(batch) } else { None })
                .collect();
            ledger.check_reader(&batches);
            ledger.check_stops(&batches);
            assert!(!node.reads() || ledger::shown_by(&batches) == now, "a page that followed does not show what is");
        }
    }

    fn check_rows(&self) {
        let strays = self.runtime.block_on(ledger::count_strays(&self.pool)).expect("an answer");
        assert_eq!(strays, 0, "images are not as the feed ends");
        let (told, counted) = self.runtime.block_on(ledger::totals(&self.pool)).expect("an answer");
        assert_eq!(told, counted, "the total is not the count");
    }
}

/// Schema, project, folder and the images that writers meet at. Gives the nodes' orders.
async fn prepare(pool: &Pool, url: &str) -> Orders {
    db::schema::migrate(pool).await.expect("the schema");
    let project = db::projects::default_project(pool).await.expect("a project");
    let folder = db::folders::managed_folder(pool, project, "/nowhere".as_ref(), None).await.expect("a folder");
    let Cursor { epoch, .. } = Feed::open(pool.clone(), ProjectId(project.0)).await.expect("the feed").head();
    let cursor = Some(Cursor { epoch, seq: 0 });
    let orders = Orders {
        url: url.to_owned(),
        project: project.0,
        folder: folder.id.0,
        writers: WRITERS_PER_NODE,
        cursor,
        seed: 0,
    };
    let mut tx = db::begin(pool).await.expect("a transaction");
    node::insert_hot(&mut tx, &orders).await.expect("images");
    tx.commit().await.expect("a commit");
    orders
}
