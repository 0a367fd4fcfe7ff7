//! A program that holds a database, to be killed: this test binary, run once more. Checks nothing.

use std::env;
use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use pixelsync_postgres::{Postgres, Settings};
use sqlx::{Connection, PgConnection};

use crate::scene::{DEADLINE, Outcome, Scene, wait_for};

const ROLE: &str = "PIXELSYNC_TEST_HOLDER";
const DATA: &str = "PIXELSYNC_TEST_DATA";
const WRITERS: usize = 4;

/// Seen from the test.
pub(crate) struct Holder {
    child: Child,
    lines: Receiver<String>,
    /// Of the server.
    pub(crate) pid: i32,
    pub(crate) url: String,
}

impl Holder {
    /// `role` is what it does once the server is ready: `serve`, `write` or `interrupt`.
    pub(crate) fn start(scene: &Scene, role: &str) -> Outcome<Holder> {
        let mut holder = Holder::spawn(command(&env::current_exe()?, scene, role))?;
        holder.hear_held()?;
        Ok(holder)
    }

    /// Does not wait for the server.
    pub(crate) fn start_unready(scene: &Scene) -> Outcome<Holder> {
        Holder::spawn(command(&env::current_exe()?, scene, "serve"))
    }

    /// As another user, from a copy of the program which that user can reach.
    pub(crate) fn start_as(scene: &Scene, uid: u32, gid: u32) -> Outcome<Holder> {
        let program = scene.folder.path().join("holder");
        fs::copy(env::current_exe()?, &program)?;
        let mut command = command(&program, scene, "serve");
        command.uid(uid).gid(gid);
        let mut holder = Holder::spawn(command)?;
        holder.hear_held()?;
        Ok(holder)
    }

    fn spawn(mut command: Command) -> Outcome<Holder> {
        let mut child = command.spawn()?;
        let said = child.stdout.take().ok_or("no stdout")?;
        let (told, lines) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(said).lines().map_while(Result::ok) {
                // The test may have heard enough.
                let _ = told.send(line);
            }
        });
        Ok(Holder { child, lines, pid: 0, url: String::new() })
    }

    fn hear_held(&mut self) -> Outcome {
        let held = self.hear("HELD ")?;
        let (pid, url) = held.split_once(' ').ok_or("no url")?;
        self.pid = pid.parse()?;
        self.url = url.to_owned();
        Ok(())
    }

    /// The rest of the next line that has `mark` in it; the test harness writes lines, too.
    pub(crate) fn hear(&self, mark: &str) -> Outcome<String> {
        loop {
            let line = self.lines.recv_timeout(DEADLINE)?;
            if let Some((_, rest)) = line.split_once(mark) {
                return Ok(rest.to_owned());
            }
        }
    }

    /// What it still said after `mark`s before it ended.
    pub(crate) fn hear_rest(&self, mark: &str) -> Vec<String> {
        let rest = |line: String| Some(line.split_once(mark)?.1.to_owned());
        self.lines.iter().filter_map(rest).collect()
    }

    pub(crate) fn signal(&self, signal: Signal) -> Outcome {
        Ok(kill(self.process(), signal)?)
    }

    /// Like Ctrl-C in a terminal.
    pub(crate) fn signal_group(&self, signal: Signal) -> Outcome {
        Ok(killpg(self.process(), signal)?)
    }

    /// With kill -9, and no zombie remains.
    pub(crate) fn kill(&mut self) -> Outcome {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    pub(crate) fn wait(&mut self) -> Outcome<ExitStatus> {
        wait_for("the holder's end", || self.child.try_wait().is_ok_and(|end| end.is_some()));
        Ok(self.child.wait()?)
    }

    fn process(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed())
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        // It is dead already unless the test failed.
        let _ = self.kill();
    }
}

fn command(program: &Path, scene: &Scene, role: &str) -> Command {
    let mut command = Command::new(program);
    command
        .args(["--exact", "holder", "--nocapture"])
        .env(ROLE, role)
        .env(DATA, &scene.data)
        // What a user's shell may hold, and the server must not hear of.
        .env("PGDATA", "/nonexistent")
        .env("PGPORT", "1")
        .env("PGSSLMODE", "require")
        .env("LC_ALL", "xx_XX")
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped());
    command
}

/// Seen from within: does nothing unless this process was started as a holder.
pub(crate) fn hold() -> Outcome {
    let (Ok(role), Some(data)) = (env::var(ROLE), env::var_os(DATA)) else {
        return Ok(());
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let postgres = Postgres::start(&Settings::new(data))?;
        match &*role {
            "write" => write(&postgres).await,
            "interrupt" => wait_for_interrupt(postgres).await,
            _ => serve(&postgres),
        }
    })
}

fn say(line: &str) -> Outcome {
    // The harness has begun a line of its own.
    Ok(writeln!(io::stdout(), "\n{line}")?)
}

fn say_held(postgres: &Postgres) -> Outcome {
    say(&format!("HELD {} {}", postgres.pid(), postgres.url().as_str()))
}

/// Until the test goes away, so that a failed one leaves nothing running.
fn serve(postgres: &Postgres) -> Outcome {
    say_held(postgres)?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Says each commit once it is acknowledged.
async fn write(postgres: &Postgres) -> Outcome {
    let url = postgres.url().as_str();
    let mut first = PgConnection::connect(url).await?;
    sqlx::query("create table if not exists kept (n bigserial primary key)").execute(&mut first).await?;
    say_held(postgres)?;
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let mut connection = PgConnection::connect(url).await?;
        writers.spawn(async move {
            // Ends when the server is killed.
            while let Ok(n) = insert(&mut connection).await {
                let _ = say(&format!("KEPT {n}"));
            }
        });
    }
    while writers.join_next().await.is_some() {}
    Ok(())
}

async fn insert(connection: &mut PgConnection) -> Result<i64, sqlx::Error> {
    sqlx::query_scalar("insert into kept default values returning n").fetch_one(connection).await
}

/// A program that finishes its work after Ctrl-C still needs its database.
async fn wait_for_interrupt(postgres: Postgres) -> Outcome {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut connection = PgConnection::connect(postgres.url().as_str()).await?;
    say_held(&postgres)?;
    interrupt.recv().await;
    let n: i64 = sqlx::query_scalar("insert into kept values (1) returning n").fetch_one(&mut connection).await?;
    drop(connection);
    postgres.stop()?;
    say(&format!("STOPPED {n}"))
}
