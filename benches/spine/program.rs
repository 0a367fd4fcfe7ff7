//! The released program with a data folder of its own, and how long it takes to be there.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::figure::{Figure, percentile};

const STARTS: usize = 5;
const START_GOAL_MS: f64 = 1_500.0;

pub(crate) struct Program {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) pictures: PathBuf,
}

/// PostgreSQL's user, who is not root, has to pass through it.
pub(crate) fn data_folder() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

impl Program {
    pub(crate) fn start(data: &Path, database: Option<&str>) -> Result<Program> {
        let binary = std::env::var_os("PIXELSYNC_BIN").context("run this by `cargo xtask bench spine`")?;
        let mut command = Command::new(binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).env_remove("DATABASE_URL");
        if let Some(url) = database {
            command.env("DATABASE_URL", url);
        }
        let mut child = command.env("PIXELSYNC_LOG", "warn").stdout(Stdio::piped()).spawn()?;
        let mut address = None;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        while output.read_line(&mut line)? > 0 {
            let said = |name: &str| line.trim().strip_prefix(name).map(|rest| rest.trim().to_owned());
            if let Some(url) = said("Gallery") {
                address = url.trim_start_matches("http://").trim_end_matches('/').parse().ok();
            }
            if let (Some(address), Some(pictures)) = (address, said("Pictures")) {
                return Ok(Program { child, address, pictures: pictures.into() });
            }
            line.clear();
        }
        bail!("the program ended before it was there")
    }

    /// The time of one answer, to its last byte.
    pub(crate) fn get(&self, line: &mut TcpStream, path: &str) -> Result<(f64, usize)> {
        let begun = Instant::now();
        line.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n").as_bytes())?;
        let mut answer = Vec::with_capacity(256 << 10);
        let mut part = [0; 64 << 10];
        while !is_whole(&answer) {
            let length = line.read(&mut part)?;
            if length == 0 {
                bail!("the connection ended in the middle of an answer");
            }
            answer.extend_from_slice(&part[..length]);
        }
        if !answer.starts_with(b"HTTP/1.1 200") {
            bail!("{}", String::from_utf8_lossy(&answer[..answer.len().min(300)]));
        }
        Ok((begun.elapsed().as_secs_f64() * 1000.0, answer.len()))
    }

    pub(crate) fn connect(&self) -> Result<TcpStream> {
        let line = TcpStream::connect(self.address)?;
        line.set_nodelay(true)?;
        Ok(line)
    }
}

/// By its length, or by the last of its chunks.
fn is_whole(answer: &[u8]) -> bool {
    let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { return false };
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    match head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok()) {
        Some(length) => answer.len() >= end + 4 + length,
        None => answer.ends_with(b"0\r\n\r\n"),
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // an interrupt lets it stop its database; what it cannot stop dies with it
        let _ = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// From the start of the process, with a database that exists, to its first answer.
pub(crate) fn start() -> Result<Vec<Figure>> {
    let data = data_folder()?;
    drop(Program::start(data.path(), None)?);
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let program = Program::start(data.path(), None)?;
        program.get(&mut program.connect()?, "/health")?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(vec![Figure::below("start_to_first_answer", percentile(&mut times, 0.5), "ms", START_GOAL_MS)])
}
