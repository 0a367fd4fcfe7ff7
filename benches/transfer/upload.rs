//! Uploads by tus, from the first byte to the last acknowledgement: ours and the tus project's own server on the same disk. Ours
//! fsyncs, reads back, hashes and writes a record before it acknowledges; the peer does none of that.

use std::{net::SocketAddr, time::Instant};

use anyhow::{Context, Result, ensure};
use pixelsync::model::base64;
use sha2::{Digest, Sha256};

use crate::{
    figure::{Figure, percentile},
    line::{Line, share},
    peer::Peer,
    program::{Program, data_folder},
};

const FILES: u64 = 24;
const FILE_BYTES: usize = 24 << 20;
/// As many as a page sends at once.
const LINES: usize = 3;
const ROUNDS: u64 = 7;

pub(crate) fn measure(tell: &mut dyn FnMut(Figure)) -> Result<()> {
    let (ours, theirs) = (data_folder()?, data_folder()?);
    let program = Program::start(ours.path(), None, &[])?;
    let peer = Peer::start("tus-server.mjs", &[theirs.path().as_os_str()])?;
    let (mut own, mut others) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let files: Vec<File> = (0..FILES).map(|file| File::of(bytes(round * FILES + file))).collect();
        // in turn, so that whatever the machine does besides is done to both
        others.push(send(peer.address, "/files", &files)?);
        own.push(send(program.address, "/uploads", &files)?);
    }
    let mb = (FILES as f64) * (FILE_BYTES as f64) / 1e6;
    let (own, others) = (percentile(&mut own, 0.5), percentile(&mut others, 0.5));
    tell(Figure::told("upload", mb / own, "MB_per_s").beside(mb / others));
    tell(Figure::below("upload_time_to_tus_server", own / others, "x", 1.0).beside(1.0));
    Ok(())
}

/// With its SHA-256, which our page and our agent announce with every file.
pub(crate) struct File {
    pub(crate) bytes: Vec<u8>,
    sha256: String,
}

impl File {
    pub(crate) fn of(bytes: Vec<u8>) -> File {
        let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        File { bytes, sha256 }
    }
}

/// In seconds.
fn send(address: SocketAddr, path: &str, files: &[File]) -> Result<f64> {
    // what was written before is nobody's burden
    rustix::fs::sync();
    let begun = Instant::now();
    share(LINES, address, files, |line, file| upload(line, path, file).map(drop))?;
    Ok(begun.elapsed().as_secs_f64())
}

/// Its address.
pub(crate) fn upload(line: &mut Line, path: &str, File { bytes: file, sha256 }: &File) -> Result<String> {
    let metadata = format!("filename YS5qcGc=,sha256 {}", base64::encode(sha256.as_bytes()));
    let begin = format!("Tus-Resumable: 1.0.0\r\nUpload-Length: {}\r\nUpload-Metadata: {metadata}\r\n", file.len());
    let begun = line.ask("POST", path, &begin, b"")?;
    ensure!(begun.status == 201, "{} {}", begun.status, String::from_utf8_lossy(&begun.body));
    let address = begun.header("location").context("no address")?.to_owned();
    let below = address.find(path).map_or(address.as_str(), |at| &address[at..]);
    let piece = "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n";
    let done = line.ask("PATCH", below, piece, file)?;
    ensure!(done.status == 204, "{} {}", done.status, String::from_utf8_lossy(&done.body));
    Ok(done.header("pixelsync-image").unwrap_or_default().to_owned())
}

/// As dense as a photograph, another for each number.
fn bytes(number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(FILE_BYTES);
    while bytes.len() < FILE_BYTES {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend(state.to_le_bytes());
    }
    bytes
}
