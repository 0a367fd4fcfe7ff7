//! `pixelsync agent status` and `retry`: what stands in the queue, beside an agent that may be at work. Asks no server.

use std::{io::Write, path::Path};

use serde_json::{Value, json};

use super::{
    Problem, is_running,
    queue::{Count, Named, Queue, QueueError, Reached, State, now_ms},
};
use crate::ui::parts::words::{bytes, count, thousands};

/// More are counted and not named.
const NAMED_MAX: u32 = 20;

/// Everything that is told of a queue.
struct Told {
    is_running: bool,
    line: Reached,
    counts: Vec<Count>,
    uploading: Vec<Named>,
    failed: Vec<Named>,
}

pub async fn status(state: &Path, as_json: bool, out: &mut dyn Write) -> Result<(), Problem> {
    let told = read(state).await?;
    if as_json {
        writeln!(out, "{:#}", in_json(&told))?;
    } else {
        write(&told, now_ms(), out)?;
    }
    Ok(())
}

/// Of all files that failed. An agent that is at work takes them up by itself.
pub async fn retry(state: &Path, out: &mut dyn Write) -> Result<(), Problem> {
    let broken = |error| Problem::Queue(state.to_path_buf(), error);
    is_there(state)?;
    let queue = Queue::open(state).await.map_err(broken)?;
    let files = queue.retry_failed().await.map_err(broken)?;
    queue.close().await.map_err(broken)?;
    let number = u32::try_from(files).unwrap_or(u32::MAX);
    let when = if is_running(state) { "now" } else { "when the agent is started" };
    writeln!(out, "{} will be tried again {when}.", count(number, "file", "files"))?;
    Ok(())
}

fn is_there(state: &Path) -> Result<(), Problem> {
    if state.is_file() { Ok(()) } else { Err(Problem::NoQueue(state.to_path_buf())) }
}

async fn read(state: &Path) -> Result<Told, Problem> {
    is_there(state)?;
    read_queue(state).await.map_err(|error| match error {
        QueueError::Empty => Problem::NoQueue(state.to_path_buf()),
        error => Problem::Queue(state.to_path_buf(), error),
    })
}

async fn read_queue(state: &Path) -> Result<Told, QueueError> {
    let queue = Queue::read(state).await?;
    let told = Told {
        is_running: is_running(state),
        line: queue.line().await?,
        counts: queue.counts().await?,
        uploading: queue.named(State::Uploading, NAMED_MAX).await?,
        failed: queue.named(State::Failed, NAMED_MAX).await?,
    };
    queue.close().await?;
    Ok(told)
}

fn in_json(told: &Told) -> Value {
    let counts = told.counts.iter().map(|count| {
        let of_state = json!({ "files": count.files, "bytes": count.bytes });
        (count.state.name().to_owned(), of_state)
    });
    let named = |files: &[Named]| -> Vec<Value> {
        let named = files.iter().map(|file| {
            json!({ "path": file.path.to_string_lossy(), "bytes": file.size, "sent": file.sent, "said": file.said })
        });
        named.collect()
    };
    json!({
        "running": told.is_running,
        "server": told.line.server,
        "reached_ms": told.line.at_ms,
        "lost": told.line.lost,
        "states": Value::Object(counts.collect()),
        "uploading": named(&told.uploading),
        "failed": named(&told.failed),
    })
}

fn write(told: &Told, now_ms: i64, out: &mut dyn Write) -> Result<(), Problem> {
    let is_running = if told.is_running { "is running" } else { "is not running" };
    writeln!(out, "The agent for {} {is_running}.", told.line.server)?;
    let reached = match told.line.at_ms {
        None => "The server has not been reached yet".to_owned(),
        Some(at) => format!("The server was reached {}", ago(now_ms - at)),
    };
    let lost = told.line.lost.as_ref().map(|why| format!(", and is not now ({why})")).unwrap_or_default();
    writeln!(out, "{reached}{lost}.")?;
    for Count { state, files, bytes: size } in &told.counts {
        writeln!(out, "{:>10}  {}, {}", thousands(*files), meaning(*state), bytes(*size))?;
    }
    for file in &told.uploading {
        writeln!(out, "{}: {} of {}", file.path.display(), bytes(file.sent), bytes(file.size))?;
    }
    for file in &told.failed {
        writeln!(out, "{}: {}", file.path.display(), file.said.as_deref().unwrap_or_default())?;
    }
    Ok(())
}

fn meaning(state: State) -> &'static str {
    match state {
        State::Old => "left, because they lay there before",
        State::Queued => "queued",
        State::Hashing => "hashing",
        State::Hashed => "hashed, waiting to be sent",
        State::Uploading => "uploading",
        State::Verified => "verified",
        State::Done => "done",
        State::Changing => "being written",
        State::Failed => "failed",
    }
}

fn ago(ms: i64) -> String {
    let seconds = u32::try_from(ms / 1_000).unwrap_or(0);
    match seconds {
        0..=59 => "less than a minute ago".to_owned(),
        60..=3_599 => format!("{} ago", count(seconds / 60, "minute", "minutes")),
        3_600..=86_399 => format!("{} ago", count(seconds / 3_600, "hour", "hours")),
        _ => format!("{} ago", count(seconds / 86_400, "day", "days")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_queue_is_told_in_sentences() {
        let told = Told {
            is_running: true,
            line: Reached { server: "http://there/".to_owned(), at_ms: Some(0), lost: Some("no route".to_owned()) },
            counts: vec![Count { state: State::Done, files: 1_200, bytes: 3_000_000 }],
            uploading: vec![Named { path: "/p/a.tif".into(), size: 2_000_000, sent: 1_000_000, said: None }],
            failed: vec![Named { path: "/p/b.tif".into(), size: 1, sent: 0, said: Some("Too large.".to_owned()) }],
        };
        let mut out = Vec::new();
        write(&told, 180_000, &mut out).expect("memory");
        let expect = "The agent for http://there/ is running.\n\
                      The server was reached 3 minutes ago, and is not now (no route).\n     \
                      1,200  done, 3.0 MB\n\
                      /p/a.tif: 1.0 MB of 2.0 MB\n\
                      /p/b.tif: Too large.\n";
        assert_eq!(String::from_utf8(out).expect("text"), expect);
    }

    #[test]
    fn times_are_said_roughly() {
        for (ms, expect) in [
            (-5, "less than a minute ago"),
            (59_999, "less than a minute ago"),
            (60_000, "1 minute ago"),
            (7_200_000, "2 hours ago"),
            (200_000_000, "2 days ago"),
        ] {
            assert_eq!(ago(ms), expect);
        }
    }
}
