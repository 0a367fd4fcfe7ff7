//! The peers, which are programs for Node beside this one. Measures nothing.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, SocketAddr},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};

pub(crate) struct Peer {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Peer {
    /// Once it says where it listens.
    pub(crate) fn start(script: &str, arguments: &[&OsStr]) -> Result<Peer> {
        let script = Path::new("benches/transfer").join(script);
        let mut child = Command::new("node")
            .arg(&script)
            .args(arguments)
            .stdout(Stdio::piped())
            .spawn()
            .context("run this by `cargo xtask bench transfer`, which installs Node")?;
        let mut said = String::new();
        BufReader::new(child.stdout.take().context("no output")?).read_line(&mut said)?;
        let said: serde_json::Value =
            serde_json::from_str(&said).with_context(|| format!("{} did not start", script.display()))?;
        let port = said["port"].as_u64().and_then(|port| u16::try_from(port).ok()).context("no port")?;
        Ok(Peer { child, address: SocketAddr::from((Ipv4Addr::LOCALHOST, port)) })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // it keeps nothing that would have to be ended in order
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
