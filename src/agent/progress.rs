//! Shows what goes on: on a terminal a line for each file that is being sent and one for all of them, rewritten; elsewhere
//! what there is to say, line by line. Changes nothing.

use std::{
    io::{self, Write},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio_util::sync::CancellationToken;

use super::{
    board::{Board, Running},
    queue::{Count, Queue, State},
};
use crate::ui::parts::words;

const EVERY: Duration = Duration::from_millis(250);
/// The queue is counted less often: there may be a million files in it.
const COUNT_EVERY: Duration = Duration::from_secs(1);
/// A longer line would not be rewritten but pushed up.
const WIDTH_MAX: usize = 78;
const BAR_SIGNS: u64 = 20;

/// Until it is told to stop; what is said by then is still told.
pub(super) async fn show(
    queue: Arc<Queue>,
    board: Arc<Board>,
    mut out: impl Write + Send + 'static,
    is_terminal: bool,
    stop: CancellationToken,
) -> io::Result<()> {
    let mut screen = Screen::default();
    let mut summary = Summary::new();
    while !stop.is_cancelled() {
        screen.erase(&mut out)?;
        tell(&board, &mut out)?;
        if is_terminal {
            let mut lines: Vec<String> = board.running().iter().map(|running| line(running)).collect();
            lines.push(summary.line(&queue, &board).await);
            screen.draw(&mut out, lines)?;
        }
        tokio::select! {
            () = board.is_said(), if !is_terminal => {}
            () = tokio::time::sleep(EVERY), if is_terminal => {}
            () = stop.cancelled() => {}
        }
    }
    screen.erase(&mut out)?;
    tell(&board, &mut out)?;
    let counts = queue.counts().await.unwrap_or_default();
    writeln!(out, "{}", in_words(&counts))?;
    out.flush()
}

fn tell(board: &Board, out: &mut impl Write) -> io::Result<()> {
    for sentence in board.take_said() {
        writeln!(out, "{sentence}")?;
    }
    out.flush()
}

/// What was drawn last, so that it can be taken back.
#[derive(Default)]
struct Screen {
    lines: usize,
}

impl Screen {
    fn draw(&mut self, out: &mut impl Write, lines: Vec<String>) -> io::Result<()> {
        for line in &lines {
            let line: String = line.chars().take(WIDTH_MAX).collect();
            writeln!(out, "{line}")?;
        }
        self.lines = lines.len();
        out.flush()
    }

    fn erase(&mut self, out: &mut impl Write) -> io::Result<()> {
        if self.lines > 0 {
            write!(out, "\x1b[{}A\r\x1b[J", self.lines)?;
            self.lines = 0;
        }
        Ok(())
    }
}

/// `[=====>    ]  45 %  trip/a.jpg`
fn line(running: &Running) -> String {
    let (sent, bytes) = (running.sent(), running.bytes.max(1));
    let full = sent * BAR_SIGNS / bytes;
    let bar: String = (0..BAR_SIGNS).map(|at| if at < full { '=' } else { ' ' }).collect();
    // the end of a name says more than its beginning
    let room = WIDTH_MAX.saturating_sub(32);
    let name: Vec<char> = running.name.chars().collect();
    let name: String = name.iter().skip(name.len().saturating_sub(room)).collect();
    format!("[{bar}] {:>3} %  {name}", sent * 100 / bytes)
}

struct Summary {
    counted_at: Option<Instant>,
    counted: String,
    before: (Instant, u64),
    bytes_a_second: u64,
}

impl Summary {
    fn new() -> Summary {
        Summary { counted_at: None, counted: String::new(), before: (Instant::now(), 0), bytes_a_second: 0 }
    }

    async fn line(&mut self, queue: &Queue, board: &Board) -> String {
        if self.counted_at.is_none_or(|at| at.elapsed() >= COUNT_EVERY) {
            self.counted_at = Some(Instant::now());
            // what cannot be counted just now is as it was
            if let Ok(counts) = queue.counts().await {
                self.counted = in_words(&counts);
            }
            let (at, gone) = self.before;
            let now = board.gone();
            self.bytes_a_second = (now.saturating_sub(gone) as f64 / at.elapsed().as_secs_f64().max(0.001)) as u64;
            self.before = (Instant::now(), now);
        }
        match self.bytes_a_second {
            0 => self.counted.clone(),
            rate => format!("{}, {} a second", self.counted, words::bytes(rate)),
        }
    }
}

/// `12 done, 3 wait (4.5 MB), 1 failed`.
pub(super) fn in_words(counts: &[Count]) -> String {
    let sum = |wanted: fn(State) -> bool| {
        let counted = counts.iter().filter(|count| wanted(count.state));
        counted.fold((0, 0), |(files, bytes), count| (files + count.files, bytes + count.bytes))
    };
    let (done, _) = sum(|state| state == State::Done);
    let (open, open_bytes) = sum(State::is_open);
    let (failed, _) = sum(|state| state == State::Failed);
    let mut parts = vec![format!("{} done", words::thousands(done))];
    if open > 0 {
        parts.push(format!("{} to go ({})", words::thousands(open), words::bytes(open_bytes)));
    }
    if failed > 0 {
        parts.push(format!("{} failed", words::thousands(failed)));
    }
    parts.join(", ")
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    fn a_line_says_how_far_a_file_is() {
        let running = Running {
            name: "trip/a.jpg".to_owned(),
            bytes: 1_000,
            from: AtomicU64::new(250),
            gone: Arc::new(AtomicU64::new(250)),
        };
        assert_eq!(line(&running), "[==========          ]  50 %  trip/a.jpg");
        running.is_at(2_000);
        assert_eq!(line(&running), "[====================] 100 %  trip/a.jpg");
    }

    #[test]
    fn counts_are_said_where_there_are_any() {
        let count = |state, files, bytes| Count { state, files, bytes };
        assert_eq!(in_words(&[]), "0 done");
        let counts = [
            count(State::Old, 9, 9),
            count(State::Queued, 1_200, 4_000_000),
            count(State::Uploading, 3, 500_000),
            count(State::Done, 12, 1),
            count(State::Failed, 1, 1),
        ];
        assert_eq!(in_words(&counts), "12 done, 1,203 to go (4.5 MB), 1 failed");
    }

    #[test]
    fn what_was_drawn_is_taken_back() {
        let (mut screen, mut out) = (Screen::default(), Vec::new());
        screen.draw(&mut out, vec!["a".to_owned(), "b".repeat(100)]).expect("memory");
        screen.erase(&mut out).expect("memory");
        screen.erase(&mut out).expect("memory");
        let text = String::from_utf8(out).expect("text");
        assert_eq!(text, format!("a\n{}\n\x1b[2A\r\x1b[J", "b".repeat(WIDTH_MAX)));
    }
}
