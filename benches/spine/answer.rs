//! Answers of the program on a connection that stays open, timed. Does not read what they say.

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Instant,
};

use anyhow::{Result, bail};

use crate::program::Program;

impl Program {
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
