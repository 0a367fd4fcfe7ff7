//! Archives that take every part of the format: one of more files than two bytes can count, one of more bytes than four can. Each is
//! fetched by a browser, and by curl that is killed in the middle, and read by three programs that unpack.

use std::{
    fs::{self, File},
    io::Write,
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{
    export::{found, prepared},
    figure::Figure,
    line::Line,
    memory::{Memory, Process},
    program::{Program, data_folder},
    wait::wait,
};

const MANY: u32 = 70_000;
const SMALL_BYTES: usize = 1_000;
const LARGE: u32 = 5;
const LARGE_BYTES: u64 = 900_000_000;
/// More than before the first byte was sent.
const MEMORY_GOAL_MB: f64 = 48.0;

pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<()> {
    let many = |pictures: &Path| {
        let mut bytes = vec![0x5a; SMALL_BYTES];
        for number in 0..MANY {
            bytes[..4].copy_from_slice(&number.to_be_bytes());
            fs::write(pictures.join(format!("{number:05}.jpg")), &bytes)?;
        }
        Ok(())
    };
    prove(MANY, ["archive_of_many", "archive_of_many_memory"], many, tell)?;
    let large = |pictures: &Path| {
        for number in 0..LARGE {
            let mut file = File::create(pictures.join(format!("{number}.jpg")))?;
            file.write_all(&number.to_be_bytes())?;
            // the rest takes no room on the disk
            file.set_len(LARGE_BYTES)?;
        }
        Ok(())
    };
    prove(LARGE, ["archive_of_much", "archive_of_much_memory"], large, tell)
}

fn prove(
    files: u32,
    [size, memory]: [&'static str; 2],
    fill: impl FnOnce(&Path) -> Result<()>,
    tell: &mut dyn FnMut(Figure),
) -> Result<()> {
    let (data, desk) = (data_folder()?, tempfile::tempdir()?);
    let program = Program::start(data.path(), None, &[])?;
    fill(&program.pictures)?;
    let mut line = Line::to(program.address)?;
    wait(|| Ok(found(&mut line)? == u64::from(files)))?;
    let export = prepared(&mut line)?;
    let process = Process(program.child.id());
    process.forget_peak()?;
    let before = process.resident_mb(Memory::Now)?;
    let archive = desk.path().join("archive.zip");
    let url = format!("http://{}{export}", program.address);

    curl_killed_in_the_middle(&url, &archive, bytes_of(program.address, &export)?)?;
    let sum = sha256(Command::new("cat").arg(&archive))?;
    ensure!(
        sha256(Command::new("curl").args(["-sS", "--fail", &url]))? == sum,
        "what curl went on with is another archive"
    );
    let saved = desk.path().join("saved.zip");
    run(Command::new("node").arg("benches/transfer/download.mjs").args([&url, saved.to_str().context("a path")?]))?;
    ensure!(sha256(Command::new("cat").arg(&saved))? == sum, "what the browser saved is another archive");
    fs::remove_file(&saved)?;
    tell(Figure::below(memory, process.resident_mb(Memory::Peak)? - before, "MB", MEMORY_GOAL_MB));

    run(Command::new("unzip").arg("-tqq").arg(&archive))?;
    run(Command::new("7z").args(["t", "-bd"]).arg(&archive))?;
    run(Command::new("python3").args(["-m", "zipfile", "-t"]).arg(&archive))?;
    let names = output(Command::new("unzip").arg("-Z1").arg(&archive))?;
    // and the list of hashes
    ensure!(names.lines().count() == files as usize + 1, "unzip lists {} names", names.lines().count());
    let unpacked = desk.path().join("unpacked");
    run(Command::new("unzip").arg("-qq").arg(&archive).arg("-d").arg(&unpacked))?;
    run(Command::new("sha256sum").args(["--check", "--strict", "--quiet", "SHA256SUMS.txt"]).current_dir(&unpacked))?;
    tell(Figure::told(size, fs::metadata(&archive)?.len() as f64 / 1e6, "MB"));
    Ok(())
}

fn bytes_of(address: SocketAddr, export: &str) -> Result<u64> {
    let head = Line::to(address)?.ask("HEAD", export, "", b"")?;
    Ok(head.header("content-length").context("no length")?.parse()?)
}

fn curl_killed_in_the_middle(url: &str, to: &Path, bytes: u64) -> Result<()> {
    // slowly, so that there is a middle
    let rate = (bytes / 3).to_string();
    let mut first =
        Command::new("curl").args(["-sS", "--fail", "--limit-rate", &rate, "-o"]).arg(to).arg(url).spawn()?;
    wait(|| Ok(to.metadata().is_ok_and(|meta| meta.len() > bytes / 4)))?;
    first.kill()?;
    first.wait()?;
    let came = to.metadata()?.len();
    ensure!(came < bytes, "curl was not killed in the middle");
    run(Command::new("curl").args(["-sS", "--fail", "-C", "-", "-o"]).arg(to).arg(url))?;
    ensure!(to.metadata()?.len() == bytes, "{} of {bytes} bytes came", to.metadata()?.len());
    Ok(())
}

fn run(command: &mut Command) -> Result<()> {
    output(command).map(drop)
}

fn output(command: &mut Command) -> Result<String> {
    let done = command.output().with_context(|| format!("{} is not installed", command.get_program().display()))?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "{} complained: {said}{complaint}", command.get_program().display());
    Ok(said)
}

fn sha256(command: &mut Command) -> Result<String> {
    let mut source = command.stdout(Stdio::piped()).spawn()?;
    let out = source.stdout.take().context("no output")?;
    let sum = output(Command::new("sha256sum").stdin(Stdio::from(out)))?;
    ensure!(source.wait()?.success(), "{} failed", command.get_program().display());
    Ok(sum)
}
