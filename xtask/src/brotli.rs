//! Compresses bytes once and as far as brotli can. Node does it, which the release build needs anyway: a Rust crate would be
//! compiled without optimisation, as all of this tool is, and take many times as long.

use anyhow::{Context, Result, bail};
use std::{
    io::Write,
    process::{Command, Stdio},
};

/// Node's own settings are the strongest there are: quality 11, a window of 4 MB.
const SCRIPT: &str = "process.stdout.write(require('zlib').brotliCompressSync(require('fs').readFileSync(0)))";

pub(crate) fn compress(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut node = Command::new("node")
        .args(["-e", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context("Node.js can't be started; install it, it compresses what the browser loads")?;
    // It reads everything before it writes, so neither side waits for the other. Taken, so that it is closed at the end.
    let mut input = node.stdin.take().context("Node.js has no input")?;
    input.write_all(bytes).context("Node.js does not read what it should compress")?;
    drop(input);
    let output = node.wait_with_output().context("The end of Node.js can't be awaited")?;
    if !output.status.success() {
        bail!("Node.js failed to compress ({})", output.status);
    }
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetition_goes_away() {
        let compressed = compress(&b"again and ".repeat(20_000)).expect("Node.js is there");
        assert!((1..200).contains(&compressed.len()));
    }
}
