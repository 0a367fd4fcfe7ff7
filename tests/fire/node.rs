//! A node to be killed: this test binary, run once more, with writers, a feed and a reader of it. Checks nothing.

use std::{
    env,
    fs::File,
    io::{self, BufRead, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use pixelsync::{
    model::{Batch, Cursor, Op, ProjectId},
    server::{
        db::{self, DbError, Pool, Tx},
        feed::{Feed, Next},
    },
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::random::Random;

const ORDERS: &str = "PIXELSYNC_TEST_NODE";
const PAUSE: Duration = Duration::from_millis(20);
/// So few that writers meet at the same rows.
const HOT_IMAGES: u128 = 64;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Orders {
    pub(crate) url: String,
    pub(crate) project: Uuid,
    pub(crate) folder: Uuid,
    pub(crate) writers: usize,
    /// Of the reader, as a page has it when it comes back. None: this node neither seals nor reads.
    pub(crate) cursor: Option<Cursor>,
    pub(crate) seed: u64,
}

/// An acknowledged change of one image.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub(crate) id: Uuid,
    pub(crate) rev: i64,
    /// None when no reader can see the change.
    pub(crate) op: Option<Op>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Said {
    /// One transaction, after its commit was acknowledged.
    Kept(Vec<Kept>),
    /// What the reader got next.
    Read(Batch),
    /// All writers have ended.
    Rested,
    /// Something else than "the database is away".
    Broke(String),
}

/// Seen from the test.
pub(crate) struct Node {
    orders: Orders,
    told: PathBuf,
    child: Child,
    ear: Ear,
    /// Of all its lives.
    pub(crate) said: Vec<Said>,
}

impl Node {
    pub(crate) fn start(orders: Orders, told: &Path) -> Node {
        let told = told.to_owned();
        let (child, ear) = spawn(&orders, &told);
        Node { orders, told, child, ear, said: Vec::new() }
    }

    /// With kill -9.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("kill");
        self.child.wait().expect("its end");
        self.listen();
    }

    pub(crate) fn start_again(&mut self, seed: u64) {
        self.orders.seed = seed;
        self.orders.cursor = self.orders.cursor.and(self.cursor());
        (self.child, self.ear) = spawn(&self.orders, &self.told);
    }

    /// Tells the writers to end.
    pub(crate) fn rest(&mut self) {
        self.child.stdin.as_mut().expect("its orders").write_all(b"rest\n").expect("it hears");
    }

    pub(crate) fn has_rested(&mut self) -> bool {
        self.listen();
        matches!(self.said.iter().rev().find(|said| !matches!(said, Said::Read(_))), Some(Said::Rested))
    }

    pub(crate) fn reads(&self) -> bool {
        self.orders.cursor.is_some()
    }

    pub(crate) fn has_read(&mut self, head: Cursor) -> bool {
        self.listen();
        self.cursor().is_none_or(|cursor| cursor == head)
    }

    /// Where its reader stands, if it has one.
    fn cursor(&self) -> Option<Cursor> {
        let read =
            self.said.iter().rev().find_map(|said| if let Said::Read(batch) = said { Some(batch.to) } else { None });
        read.or(self.orders.cursor)
    }

    fn listen(&mut self) {
        let known = self.said.len();
        self.ear.hear(&mut self.said);
        let broke =
            self.said[known..].iter().find_map(|said| if let Said::Broke(how) = said { Some(how) } else { None });
        if let Some(how) = broke {
            panic!("a node met what it should not: {how}");
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        // it may be dead already
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(orders: &Orders, told: &Path) -> (Child, Ear) {
    let mouth = File::create(told).expect("a file to tell in");
    let child = Command::new(env::current_exe().expect("this program"))
        .args(["--exact", "node", "--nocapture"])
        .env(ORDERS, serde_json::to_string(orders).expect("orders"))
        .env("PIXELSYNC_TEST_TOLD", told)
        .stdin(Stdio::piped())
        // the harness of the child talks, too, and is not for whoever counts results
        .stdout(Stdio::null())
        .spawn()
        .expect("a node");
    drop(mouth);
    (child, Ear { file: File::open(told).expect("what it tells"), torn: Vec::new() })
}

/// Reads what a node has told since the last time.
struct Ear {
    file: File,
    /// A line without its end: more of it comes, or the node was killed while it wrote it.
    torn: Vec<u8>,
}

impl Ear {
    fn hear(&mut self, said: &mut Vec<Said>) {
        self.file.read_to_end(&mut self.torn).expect("what it tells");
        let whole = self.torn.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        let lines: Vec<u8> = self.torn.drain(..whole).collect();
        said.extend(
            lines.lines().map(|line| serde_json::from_str::<Said>(&line.expect("a line")).expect("a whole line")),
        );
    }
}

/// Seen from within: does nothing unless this process was started as a node.
pub(crate) fn live() {
    let (Ok(orders), Some(told)) = (env::var(ORDERS), env::var_os("PIXELSYNC_TEST_TOLD")) else { return };
    let orders: Orders = serde_json::from_str(&orders).expect("orders");
    let mouth = Mouth(Arc::new(Mutex::new(File::options().append(true).open(told).expect("a file to tell in"))));
    let rest = CancellationToken::new();
    hear_orders(rest.clone());
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
    runtime.block_on(work(orders, mouth, rest));
}

/// Ends with the test, however that ends.
fn hear_orders(rest: CancellationToken) {
    thread::spawn(move || {
        for _ in io::stdin().lines().map_while(Result::ok) {
            rest.cancel();
        }
        std::process::exit(0);
    });
}

#[derive(Clone)]
struct Mouth(Arc<Mutex<File>>);

impl Mouth {
    fn say(&self, said: &Said) {
        let mut line = serde_json::to_vec(said).expect("a line");
        line.push(b'\n');
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(&line).expect("room to tell");
    }
}

async fn work(orders: Orders, mouth: Mouth, rest: CancellationToken) {
    let pool = db::pool(&orders.url).expect("a database address");
    let feed = open_feed(&pool, &orders, &mouth).await;
    if let Some(cursor) = orders.cursor {
        tokio::spawn(feed.clone().run(CancellationToken::new()));
        tokio::spawn(read(feed.clone(), cursor, mouth.clone()));
    }
    let mut random = Random(orders.seed);
    let mut writers = JoinSet::new();
    for _ in 0..orders.writers {
        let writer =
            Writer { pool: pool.clone(), orders: orders.clone(), random: Random(random.draw()), undone: false };
        writers.spawn(writer.write(feed.clone(), mouth.clone(), rest.clone()));
    }
    writers.join_all().await;
    mouth.say(&Said::Rested);
    // the sealer and the reader go on until the test has seen enough
    std::future::pending::<()>().await;
}

async fn open_feed(pool: &Pool, orders: &Orders, mouth: &Mouth) -> Feed {
    loop {
        match Feed::open(pool.clone(), ProjectId(orders.project)).await {
            Ok(feed) => return feed,
            Err(error) if error.is_passing() => tokio::time::sleep(PAUSE).await,
            Err(error) => mouth.say(&Said::Broke(format!("{error:?}"))),
        }
    }
}

/// As a live stream does.
async fn read(feed: Feed, mut cursor: Cursor, mouth: Mouth) {
    let mut head = feed.watch();
    loop {
        head.borrow_and_update();
        match feed.after(cursor).await {
            Ok(Some(Next::Batch(batch))) => {
                cursor = batch.to;
                mouth.say(&Said::Read((*batch).clone()));
            }
            Ok(Some(Next::Reset(to))) => mouth.say(&Said::Broke(format!("a reset at {cursor} to {to}"))),
            Ok(None) => drop(head.changed().await),
            Err(error) if error.is_passing() => tokio::time::sleep(PAUSE).await,
            Err(error) => mouth.say(&Said::Broke(format!("{error:?}"))),
        }
    }
}

struct Writer {
    pool: Pool,
    orders: Orders,
    random: Random,
    /// This transaction will be rolled back.
    undone: bool,
}

impl Writer {
    async fn write(mut self, feed: Feed, mouth: Mouth, rest: CancellationToken) {
        while !rest.is_cancelled() {
            match self.transaction().await {
                Ok(kept) => {
                    feed.committed();
                    mouth.say(&Said::Kept(kept));
                }
                Err(error) if db::is_away(&error) || is_deadlock(&error) => tokio::time::sleep(PAUSE).await,
                Err(error) => mouth.say(&Said::Broke(format!("{error:?}"))),
            }
        }
    }

    async fn transaction(&mut self) -> Result<Vec<Kept>, DbError> {
        self.undone = self.random.one_in(20);
        let mut tx = db::begin(&self.pool).await?;
        let mut kept = Vec::new();
        for _ in 0..=self.random.below(4) {
            kept.push(self.change(&mut tx).await?);
        }
        if self.undone {
            tx.rollback().await?;
            return Ok(Vec::new());
        }
        tx.commit().await?;
        Ok(kept)
    }

    async fn change(&mut self, tx: &mut Tx<'_>) -> Result<Kept, DbError> {
        if self.random.one_in(5) {
            return self.insert(tx).await;
        }
        let id = Uuid::from_u128(u128::from(self.random.draw()) % HOT_IMAGES + 1);
        match self.random.below(8) {
            0 => remove_or_restore(tx, id).await,
            1 => touch(tx, id).await,
            state => rename(tx, id, &self.name(), if state < 6 { "ok" } else { "missing" }).await,
        }
    }

    async fn insert(&mut self, tx: &mut Tx<'_>) -> Result<Kept, DbError> {
        let (id, name) = (Uuid::now_v7(), self.name());
        insert(tx, id, &self.orders, &name).await?;
        Ok(Kept { id, rev: 1, op: Some(Op::Insert) })
    }

    /// Never the same twice, so every renaming is one.
    fn name(&mut self) -> String {
        let kind = if self.undone { super::ledger::UNDONE } else { "image" };
        format!("{kind} {:016x}.jpg", self.random.draw())
    }
}

fn is_deadlock(error: &DbError) -> bool {
    matches!(error, DbError::Database(answer) if answer.code().as_deref() == Some("40P01"))
}

/// The images that writers meet at; the test puts them there before any node starts.
pub(crate) async fn insert_hot(tx: &mut Tx<'_>, orders: &Orders) -> Result<(), DbError> {
    for number in 1..=HOT_IMAGES {
        insert(tx, Uuid::from_u128(number), orders, &format!("hot {number}")).await?;
    }
    Ok(())
}

async fn insert(tx: &mut Tx<'_>, id: Uuid, orders: &Orders, name: &str) -> Result<(), DbError> {
    sqlx::query(
        "insert into images (id, project_id, folder_id, path, name, size, mtime_ns, ctime_ns, inode, device)
         values ($1, $2, $3, $4, $5, 1, 0, 0, 0, 0)",
    )
    .bind(id)
    .bind(orders.project)
    .bind(orders.folder)
    .bind(id.to_string().into_bytes())
    .bind(name)
    .execute(&mut **tx)
    .await
    .map(drop)
}

async fn rename(tx: &mut Tx<'_>, id: Uuid, name: &str, state: &str) -> Result<Kept, DbError> {
    let (rev, is_shown): (i64, bool) =
        sqlx::query_as("update images set name = $2, state = $3 where id = $1 returning rev, removed_at is null")
            .bind(id)
            .bind(name)
            .bind(state)
            .fetch_one(&mut **tx)
            .await?;
    Ok(Kept { id, rev, op: is_shown.then_some(Op::Update) })
}

/// No reader sees it.
async fn touch(tx: &mut Tx<'_>, id: Uuid) -> Result<Kept, DbError> {
    let sql = "update images set mtime_ns = mtime_ns + 1 where id = $1 returning rev";
    let rev = sqlx::query_scalar(sql).bind(id).fetch_one(&mut **tx).await?;
    Ok(Kept { id, rev, op: None })
}

async fn remove_or_restore(tx: &mut Tx<'_>, id: Uuid) -> Result<Kept, DbError> {
    let (rev, is_shown): (i64, bool) = sqlx::query_as(
        "update images set removed_at = case when removed_at is null then now() end where id = $1
         returning rev, removed_at is null",
    )
    .bind(id)
    .fetch_one(&mut **tx)
    .await?;
    Ok(Kept { id, rev, op: Some(if is_shown { Op::Insert } else { Op::Delete }) })
}
