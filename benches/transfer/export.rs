//! An archive of many files over a line, beside `cat` of the same files to a line, and beside what npm's archiver makes of them.

use std::{
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::fd::OwnedFd,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Instant,
};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::{
    figure::{Figure, percentile},
    line::Line,
    memory::{Memory, Process},
    peer::Peer,
    program::{Program, data_folder},
    wait::wait,
};

const FILE_BYTES: usize = 300_000;
const ROUNDS: usize = 5;
/// Of the rate of `cat`.
const CAT_PART: f64 = 0.9;
/// More than before the first byte was sent.
const MEMORY_GOAL_MB: f64 = 48.0;

pub(crate) fn measure(files: u32, tell: &mut dyn FnMut(Figure)) -> Result<()> {
    let data = data_folder()?;
    let program = Program::start(data.path(), None, &[])?;
    let paths = fill(&program.pictures, files)?;
    let mut line = Line::to(program.address)?;
    wait(|| Ok(found(&mut line)? == u64::from(files)))?;
    let begun = Instant::now();
    let export = prepared(&mut line)?;
    tell(Figure::told("export_prepared", begun.elapsed().as_secs_f64(), "s"));
    let list = data.path().join("list");
    fs::write(&list, paths.iter().map(|path| format!("{}\n", path.display())).collect::<String>())?;
    let peer = Peer::start("archive.mjs", &[list.as_os_str()])?;
    let process = Process(program.child.id());
    process.forget_peak()?;
    let before = process.resident_mb(Memory::Now)?;
    let (mut cats, mut own, mut others) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        cats.push(cat(&paths)?);
        own.push(fetch(program.address, &export)?);
        others.push(fetch(peer.address, "/zip")?);
    }
    let grown = process.resident_mb(Memory::Peak)? - before;
    let (cat, own, other) = (percentile(&mut cats, 0.5), percentile(&mut own, 0.5), percentile(&mut others, 0.5));
    let mb = f64::from(files) * FILE_BYTES as f64 / 1e6;
    tell(Figure::told("export", mb / own, "MB_per_s").beside(mb / cat));
    tell(Figure::below("export_time_to_cat", own / cat, "x", 1.0 / CAT_PART).beside(1.0));
    tell(Figure::told("archiver", mb / other, "MB_per_s"));
    tell(Figure::below("export_time_to_archiver", own / other, "x", 1.0).beside(1.0));
    tell(Figure::below("export_memory", grown, "MB", MEMORY_GOAL_MB));
    Ok(())
}

fn fill(pictures: &Path, files: u32) -> Result<Vec<PathBuf>> {
    let mut bytes = vec![0x5a; FILE_BYTES];
    let mut paths = Vec::new();
    for number in 0..files {
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        let path = pictures.join(format!("{number:05}.jpg"));
        fs::write(&path, &bytes)?;
        paths.push(path);
    }
    Ok(paths)
}

/// How many pictures the gallery has.
pub(crate) fn found(line: &mut Line) -> Result<u64> {
    let found: Value = serde_json::from_slice(&line.ask("GET", "/api/v1/images?limit=1", "", b"")?.body)?;
    found["total"].as_u64().context("no number of pictures")
}

/// The archive's address.
pub(crate) fn prepared(line: &mut Line) -> Result<String> {
    let draft = json!({ "of": { "search": "" }, "names": "plain" }).to_string();
    let begun = line.ask("POST", "/api/v1/exports", "Content-Type: application/json\r\n", draft.as_bytes())?;
    ensure!(begun.status == 201, "{}", String::from_utf8_lossy(&begun.body));
    let export: Value = serde_json::from_slice(&begun.body)?;
    let (id, url) = (export["id"].as_str().context("no id")?, export["url"].as_str().context("no address")?);
    let path = format!("/api/v1/exports/{id}");
    wait(|| {
        let export: Value = serde_json::from_slice(&line.ask("GET", &path, "", b"")?.body)?;
        Ok(export["state"] == "ready")
    })?;
    Ok(url.to_owned())
}

/// In seconds, as all of these.
fn cat(paths: &[PathBuf]) -> Result<f64> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let begun = Instant::now();
    let sending = thread::spawn({
        let paths = paths.to_vec();
        move || -> Result<()> {
            let (stream, _) = listener.accept()?;
            let status = Command::new("cat").args(&paths).stdout(Stdio::from(OwnedFd::from(stream))).status()?;
            ensure!(status.success(), "cat failed");
            Ok(())
        }
    });
    let read = drain(&mut TcpStream::connect(address)?)?;
    sending.join().map_err(|_| anyhow::anyhow!("cat broke"))??;
    ensure!(read == (paths.len() * FILE_BYTES) as u64, "cat sent {read} bytes");
    Ok(begun.elapsed().as_secs_f64())
}

fn fetch(address: SocketAddr, path: &str) -> Result<f64> {
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address)?;
    stream.write_all(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").as_bytes())?;
    let read = drain(&mut stream)?;
    ensure!(read > FILE_BYTES as u64, "only {read} bytes came");
    Ok(begun.elapsed().as_secs_f64())
}

fn drain(stream: &mut TcpStream) -> Result<u64> {
    let (mut buffer, mut all) = (vec![0; 1 << 20], 0);
    loop {
        match stream.read(&mut buffer)? {
            0 => return Ok(all),
            read => all += read as u64,
        }
    }
}
