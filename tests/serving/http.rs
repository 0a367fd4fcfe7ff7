//! As much HTTP/1.1 as the tests speak. One connection a question.

use std::{
    io::{self, Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

/// The server itself gives up on a database after three seconds.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut fields = self.head.lines().filter_map(|line| line.split_once(':'));
        fields.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// Sends the question and leaves the answer to be read.
pub(crate) fn open(address: SocketAddr, path: &str, accept: &str) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept: {accept}\r\nConnection: close\r\n\r\n")?;
    Ok(stream)
}

pub(crate) fn get(address: SocketAddr, path: &str, accept: &str) -> io::Result<Answer> {
    let mut bytes = Vec::new();
    open(address, path, accept)?.read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let broken = || io::Error::new(io::ErrorKind::InvalidData, format!("no answer: {text}"));
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(broken)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(broken)?;
    let mut answer = Answer { status, head: head.to_owned(), body: String::new() };
    let is_chunked = answer.header("transfer-encoding") == Some("chunked");
    answer.body = if is_chunked { joined(body).ok_or_else(broken)? } else { body.to_owned() };
    Ok(answer)
}

/// None when the last chunk, which is empty, did not come: the answer was cut off.
fn joined(mut chunks: &str) -> Option<String> {
    let mut whole = String::new();
    loop {
        let (length, rest) = chunks.split_once("\r\n")?;
        let length = usize::from_str_radix(length.trim(), 16).ok()?;
        if length == 0 {
            return Some(whole);
        }
        whole.push_str(rest.get(..length)?);
        chunks = rest.get(length + 2..)?;
    }
}
