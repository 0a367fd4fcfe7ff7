//! Time, memory and likeness of our pictures against sharp's, class by class, in turns. Goals are ratios.
//!
//! Each measurement is a process of its own, so that its memory is its own too; this program starts itself for ours.

#![expect(clippy::print_stdout, reason = "figures are this program's answer")]

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};

use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};
use pixelsync_imaging::{Limits, develop};
use sha2::{Digest, Sha256};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

const TURNS: usize = 3;
const ROUNDS: usize = 5;
/// How much less like the reference than sharp's a preview may be.
const LIKENESS_LOSS_MAX: f64 = 0.002;
/// Of sharp's memory.
const MEMORY_PART_MAX: f64 = 0.5;

/// How many times faster than sharp each class must be; what is not named, as fast.
const GOALS: &[(&str, f64)] = &[
    ("jpeg-24mp", 1.3),
    ("jpeg-24mp-progressive", 1.2),
    ("jpeg-12mp", 2.0),
    ("jpeg-24mp-p3-turned", 2.0),
    ("jpeg-12mp-p3-turned", 2.0),
];

#[derive(Clone, Copy)]
struct Cost {
    processor_ms: f64,
    memory_mb: f64,
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let done = match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["one", file, folder] => one(Path::new(file), Path::new(folder)).map(|()| true),
        wanted => compare(wanted),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            println!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// Ours, in this process.
fn one(file: &Path, folder: &Path) -> Result<()> {
    let work = || -> Result<_> {
        let bytes = fs::read(file)?;
        std::hint::black_box(Sha256::digest(&bytes));
        let developed = develop(&bytes, &Limits::default());
        developed.derived.ok_or_else(|| format!("{}: {:?}", file.display(), developed.verdict).into())
    };
    work()?;
    let before = processor_ms()?;
    let mut made = work()?;
    for _ in 1..ROUNDS {
        made = work()?;
    }
    let each = (processor_ms()? - before) / ROUNDS as f64;
    fs::write(folder.join("ours.jpg"), &made.preview.bytes)?;
    let memory = getrusage(UsageWho::RUSAGE_SELF)?.max_rss() as f64 / 1024.0;
    println!("{each} {memory}");
    Ok(())
}

fn processor_ms() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF)?;
    Ok((usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1000.0)
}

fn compare(wanted: &[&str]) -> Result<bool> {
    let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/imaging");
    let folder = std::env::temp_dir().join("pixelsync-bench-imaging");
    fs::create_dir_all(&folder)?;
    let corpus = folder.join("corpus");
    fs::create_dir_all(&corpus)?;
    output(Command::new("node").arg(scripts.join("corpus.mjs")).arg(&corpus))?;
    let mut files: Vec<PathBuf> = fs::read_dir(&corpus)?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let mut is_reached = true;
    for file in files {
        let class = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if wanted.is_empty() || wanted.contains(&class.as_str()) {
            is_reached &= compare_one(&class, &file, &scripts, &folder)?;
        }
    }
    Ok(is_reached)
}

fn compare_one(class: &str, file: &Path, scripts: &Path, folder: &Path) -> Result<bool> {
    let (mut ours, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        ours.push(cost(Command::new(std::env::current_exe()?).arg("one").args([file, folder]))?);
        peers.push(cost(
            Command::new("node").arg(scripts.join("peer.mjs")).arg(file).arg(ROUNDS.to_string()).arg(folder),
        )?);
    }
    let (ours, peer) = (least(&ours), least(&peers));
    let likeness = output(Command::new("node").arg(scripts.join("likeness.mjs")).args([
        file,
        &folder.join("ours.jpg"),
        &folder.join("peer.jpg"),
    ]))?;
    let likeness: Vec<f64> = likeness.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[our_likeness, peer_likeness] = likeness.as_slice() else { return Err("no likeness".into()) };

    let goal = GOALS.iter().find(|(name, _)| *name == class).map_or(1.0, |(_, goal)| *goal);
    let ratio = peer.processor_ms / ours.processor_ms;
    let part = ours.memory_mb / peer.memory_mb;
    println!(
        "figure {class}_faster {ratio:.2} x goal {goal} peer 1 ({:.0} ms against {:.0})",
        ours.processor_ms, peer.processor_ms
    );
    println!(
        "figure {class}_memory {part:.2} x goal {MEMORY_PART_MAX} peer 1 ({:.0} MB against {:.0})",
        ours.memory_mb, peer.memory_mb
    );
    println!(
        "figure {class}_ssim {our_likeness:.4} - goal {:.4} peer {peer_likeness:.4}",
        peer_likeness - LIKENESS_LOSS_MAX
    );
    Ok(ratio >= goal && part <= MEMORY_PART_MAX && our_likeness >= peer_likeness - LIKENESS_LOSS_MAX)
}

/// Whatever else the machine does only adds.
fn least(costs: &[Cost]) -> Cost {
    let least = |of: fn(&Cost) -> f64| costs.iter().map(of).fold(f64::INFINITY, f64::min);
    Cost { processor_ms: least(|cost| cost.processor_ms), memory_mb: least(|cost| cost.memory_mb) }
}

fn cost(command: &mut Command) -> Result<Cost> {
    let text = output(command)?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let &[processor_ms, memory_mb] = numbers.as_slice() else { return Err(format!("not two numbers: {text}").into()) };
    Ok(Cost { processor_ms, memory_mb })
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if !output.status.success() {
        return Err(format!(
            "{command:?} failed: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
        .into());
    }
    Ok(String::from_utf8(output.stdout)?)
}
