//! One line to a server, and what goes over it by HTTP/1.1. Knows no server.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    thread,
};

use anyhow::{Context, Result, ensure};

pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) struct Line(BufReader<TcpStream>);

impl Line {
    pub(crate) fn to(address: SocketAddr) -> Result<Line> {
        Ok(Line(BufReader::new(TcpStream::connect(address)?)))
    }

    /// The body is as long as the server says it is.
    pub(crate) fn ask(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Result<Answer> {
        let head =
            format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
        let stream = self.0.get_mut();
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)?;
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).context("no HTTP")?;
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer { status, headers, body: Vec::new() };
        let is_chunked = answer.header("transfer-encoding").is_some();
        if is_chunked {
            self.chunks(&mut answer.body)?;
        } else if method != "HEAD" {
            let length = answer.header("content-length").map_or(Ok(0), str::parse)?;
            answer.body.resize(length, 0);
            self.0.read_exact(&mut answer.body)?;
        }
        Ok(answer)
    }

    fn chunks(&mut self, body: &mut Vec<u8>) -> Result<()> {
        loop {
            let length = usize::from_str_radix(self.line()?.trim(), 16)?;
            let begin = body.len();
            body.resize(begin + length, 0);
            self.0.read_exact(&mut body[begin..])?;
            self.line()?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        ensure!(self.0.read_line(&mut line)? > 0, "the server closed the line");
        Ok(line.trim_end().to_owned())
    }
}

/// Each of several lines takes the next of all until none is left.
pub(crate) fn share<T: Sync>(
    lines: usize,
    address: SocketAddr,
    all: &[T],
    send: impl Fn(&mut Line, &T) -> Result<()> + Sync,
) -> Result<()> {
    let next = std::sync::atomic::AtomicUsize::new(0);
    thread::scope(|scope| {
        let senders: Vec<_> = (0..lines)
            .map(|_| {
                scope.spawn(|| -> Result<()> {
                    let mut line = Line::to(address)?;
                    while let Some(one) = all.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                        send(&mut line, one)?;
                    }
                    Ok(())
                })
            })
            .collect();
        senders.into_iter().try_for_each(|sender| sender.join().map_err(|_| anyhow::anyhow!("a sender broke"))?)
    })
}
