//! As much HTTP/1.1 as a question to our own server takes: one connection each. Knows no address of it.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use serde_json::Value;

/// On the same machine it takes no time, or nobody is there.
const CONNECT_MAX: Duration = Duration::from_secs(5);
const SILENCE_MAX: Duration = Duration::from_secs(60);
const READ_AHEAD: usize = 256 << 10;
/// More is no answer of ours.
const HEAD_BYTES_MAX: u64 = 64 << 10;
const BODY_BYTES_MAX: u64 = 256 << 20;

pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: Vec<u8>,
}

/// Waits as long as the server takes: it may have a million files to look at.
pub(super) fn ask(address: SocketAddr, method: &str, path: &str, body: Option<&Value>) -> io::Result<Answer> {
    let mut stream = TcpStream::connect_timeout(&address, CONNECT_MAX)?;
    let body = body.map(Value::to_string);
    let mut question =
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nAccept: application/json\r\nConnection: close\r\n");
    if body.is_some() {
        question += "Content-Type: application/json\r\n";
    }
    let body = body.unwrap_or_default();
    question += &format!("Content-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(question.as_bytes())?;
    read(&mut BufReader::new(stream))
}

/// What lies there, from one of its bytes on, as it comes. Whoever sends nothing for a while has gone.
pub(super) fn fetch(address: SocketAddr, path: &str, from: u64) -> io::Result<Box<dyn Read>> {
    let mut stream = TcpStream::connect_timeout(&address, CONNECT_MAX)?;
    stream.set_read_timeout(Some(SILENCE_MAX))?;
    let question =
        format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nRange: bytes={from}-\r\n\r\n");
    stream.write_all(question.as_bytes())?;
    let mut stream = BufReader::with_capacity(READ_AHEAD, stream);
    match Head::read(&mut stream)? {
        Head { status: 206, length: Some(length), .. } => Ok(Box::new(stream.take(length))),
        // it has expired, or somebody has deleted it
        Head { status: 404, .. } => Err(io::ErrorKind::NotFound.into()),
        Head { status, .. } => Err(io::Error::other(format!("it answered {status}"))),
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}

struct Head {
    status: u16,
    length: Option<u64>,
    is_chunked: bool,
}

impl Head {
    fn read(stream: &mut impl BufRead) -> io::Result<Head> {
        let mut head = stream.take(HEAD_BYTES_MAX);
        let first = line(&mut head)?;
        let status = first.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.ok_or_else(|| broken("no HTTP"))?;
        let (mut length, mut is_chunked) = (None, false);
        loop {
            let line = line(&mut head)?;
            let Some((name, value)) = line.split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "content-length" => length = value.trim().parse().ok(),
                "transfer-encoding" => is_chunked = value.trim().eq_ignore_ascii_case("chunked"),
                _ => {}
            }
        }
        Ok(Head { status, length, is_chunked })
    }
}

fn read(stream: &mut impl BufRead) -> io::Result<Answer> {
    let Head { status, length, is_chunked } = Head::read(stream)?;
    let mut body = Vec::new();
    if is_chunked {
        read_chunks(stream, &mut body)?;
    } else {
        // what has no length has no body: ours always says one
        read_piece(stream, length.unwrap_or(0), &mut body)?;
    }
    Ok(Answer { status, body })
}

fn line(stream: &mut impl BufRead) -> io::Result<String> {
    let mut line = String::new();
    stream.read_line(&mut line)?;
    line.strip_suffix("\r\n").map(str::to_owned).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
}

fn read_piece(stream: &mut impl Read, length: u64, body: &mut Vec<u8>) -> io::Result<()> {
    if length.saturating_add(body.len() as u64) > BODY_BYTES_MAX {
        return Err(broken("too much"));
    }
    let read = stream.take(length).read_to_end(body)?;
    if read as u64 == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

/// The last one, which is empty, says that nothing was cut off.
fn read_chunks(stream: &mut impl BufRead, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let head = line(&mut stream.by_ref().take(HEAD_BYTES_MAX))?;
        let length = u64::from_str_radix(head.trim(), 16).map_err(|_| broken("no length of a chunk"))?;
        if length == 0 {
            return Ok(());
        }
        read_piece(stream, length, body)?;
        line(&mut stream.by_ref().take(HEAD_BYTES_MAX))?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(answer: &str, expect: Option<(u16, &str)>) {
        let read = read(&mut answer.as_bytes()).ok();
        let read = read.map(|answer| (answer.status, String::from_utf8(answer.body).expect("text")));
        assert_eq!(read.as_ref().map(|(status, body)| (*status, body.as_str())), expect, "{answer}");
    }

    #[test]
    fn whole_answers_are_read_and_halves_are_none() {
        check("HTTP/1.1 204 No Content\r\n\r\n", Some((204, "")));
        check("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", Some((200, "{}")));
        check("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}", None);
        check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", Some((200, "{}")));
        check("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n", None);
        check("HTTP/1.1 200 OK\r\ncontent-le", None);
        check("SSH-2.0-OpenSSH\r\n", None);
        check("", None);
    }
}
