//! Questions to a program on this machine, each on a connection of its own. Knows none of the answers.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
};

use anyhow::{Context, Result, bail};
use serde::de::DeserializeOwned;

pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    /// By which it knows us, where it asks for that.
    pub(crate) key: Option<&'static str>,
}

impl Host {
    pub(crate) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.ask("GET", path, "")
    }

    /// With JSON, or nothing. An answer without a body is null.
    pub(crate) fn ask<T: DeserializeOwned>(&self, method: &str, path: &str, body: &str) -> Result<T> {
        let answer = self.exchange(method, path, body).with_context(|| format!("{method} {path}"))?;
        let answer = if answer.is_empty() { b"null".as_slice() } else { &answer };
        serde_json::from_slice(answer).with_context(|| {
            format!("the answer to {method} {path} is not understood: {}", String::from_utf8_lossy(answer))
        })
    }

    fn exchange(&self, method: &str, path: &str, body: &str) -> Result<Vec<u8>> {
        let key = self.key.map_or(String::new(), |key| format!("X-API-Key: {key}\r\n"));
        let kind = if body.is_empty() { "" } else { "Content-Type: application/json\r\n" };
        let (host, length) = (self.address, body.len());
        let mut line = TcpStream::connect(self.address)?;
        // in HTTP/1.0 an answer ends with its connection
        line.write_all(
            format!(
                "{method} {path} HTTP/1.0\r\nHost: {host}\r\nAccept: application/json\r\n{key}{kind}\
                 Content-Length: {length}\r\n\r\n{body}"
            )
            .as_bytes(),
        )?;
        let mut answer = Vec::new();
        line.read_to_end(&mut answer)?;
        let head =
            answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").context("the answer has no end of its head")?;
        if answer.get(8..10) != Some(b" 2") {
            bail!("{}", String::from_utf8_lossy(&answer));
        }
        Ok(answer.split_off(head + 4))
    }
}
