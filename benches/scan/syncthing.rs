//! The peer of the first ingest: Debian's syncthing, which hashes the same tree into a database of its own. Talks to nobody.

use std::{
    fs::{self, File},
    net::{SocketAddr, TcpListener},
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{http::Host, library::POLL, program::end, tree::Tree};

/// Nothing but the scan, at the priority that ours has as well.
const SETTINGS: &[(&str, &str)] = &[
    ("listenAddress", "tcp://127.0.0.1:0"),
    ("globalAnnounceEnabled", "false"),
    ("localAnnounceEnabled", "false"),
    ("relaysEnabled", "false"),
    ("natEnabled", "false"),
    ("crashReportingEnabled", "false"),
    ("urAccepted", "-1"),
    ("startBrowser", "false"),
    ("setLowPriority", "false"),
];
const KEY: &str = "scan-bench";
const FOLDER: &str = "scan";
const START_MAX: Duration = Duration::from_secs(30);
const SCAN_MAX: Duration = Duration::from_hours(3);

struct Peer {
    child: Child,
    host: Host,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Status {
    state: String,
    local_files: u32,
    #[serde(default)]
    error: String,
}

/// In seconds, from the wish to have the folder until it says that it is idle and knows every file.
pub(crate) fn first_scan(tree: &Tree) -> Result<f64> {
    tree.remove_marks()?;
    let home = tempfile::tempdir()?;
    let peer = Peer::start(home.path()).context("syncthing could not be started")?;
    let folder = json!({ "id": FOLDER, "path": tree.path, "type": "sendonly", "fsWatcherEnabled": true });
    let begun = Instant::now();
    let _: Value = peer.host.ask("PUT", &format!("/rest/config/folders/{FOLDER}"), &folder.to_string())?;
    peer.wait_for(tree)?;
    let seconds = begun.elapsed().as_secs_f64();
    drop(peer);
    tree.remove_marks()?;
    Ok(seconds)
}

impl Peer {
    fn start(home: &Path) -> Result<Peer> {
        let mut generate = Command::new("syncthing");
        generate.args(["generate", "--no-default-folder", "--home"]).arg(home);
        let output = generate.output().context("run this by `cargo xtask bench scan`, which installs it")?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        configure(&home.join("config.xml"))?;
        let address = free_address()?;
        let child = Command::new("syncthing")
            .args(["serve", "--no-browser", "--no-restart", "--no-upgrade", "--home"])
            .arg(home)
            .env("STGUIADDRESS", address.to_string())
            .env("STGUIAPIKEY", KEY)
            .stdout(File::create(home.join("log"))?)
            .stderr(Stdio::null())
            .spawn()?;
        let peer = Peer { child, host: Host { address, key: Some(KEY) } };
        let begun = Instant::now();
        while let Err(error) = peer.host.get::<Value>("/rest/system/ping") {
            if begun.elapsed() > START_MAX {
                return Err(error);
            }
            sleep(POLL);
        }
        Ok(peer)
    }

    fn wait_for(&self, tree: &Tree) -> Result<()> {
        let begun = Instant::now();
        loop {
            let status: Status = self.host.get(&format!("/rest/db/status?folder={FOLDER}"))?;
            if status.state == "idle" && status.local_files == tree.files {
                return Ok(());
            }
            if !status.error.is_empty() || begun.elapsed() > SCAN_MAX {
                bail!("syncthing is {} with {} files {}", status.state, status.local_files, status.error);
            }
            sleep(POLL);
        }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn configure(path: &Path) -> Result<()> {
    let mut text = fs::read_to_string(path)?;
    for (name, value) in SETTINGS {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let missing = || format!("this syncthing has no setting {name}");
        let start = text.find(&open).with_context(missing)? + open.len();
        let length = text[start..].find(&close).with_context(missing)?;
        text.replace_range(start..start + length, value);
    }
    Ok(fs::write(path, text)?)
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
