//! What can be set, from outside: the command line and the environment. Reads no files.

mod agent;
mod command;
mod units;

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{ArgAction, Args, value_parser};

use self::units::{DAY, MINUTE, size, some_time, time, upload_size};
pub use self::{
    agent::{AgentAct, AgentCommand, AgentMode, AgentSettings, AgentState},
    command::{Asking, Cli, Command, ExportCommand, FolderAct, OneOrAll},
};
use super::uploads::Limits;

#[derive(Clone, Debug, Args)]
pub struct Config {
    /// The folder in which everything lives: `pictures` (drop files there), `derivatives` (can be thrown away) and the
    /// embedded database. Made if it is not there.
    ///
    /// By default ~/.local/share/pixelsync, on macOS ~/Library/Application Support/PixelSync, for root /var/lib/pixelsync.
    #[arg(long, env = "PIXELSYNC_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Where to listen. Without it 127.0.0.1:3000, or the next free port. Only addresses of this machine: there are no
    /// accounts yet, so nobody else may reach it.
    #[arg(long, env = "PIXELSYNC_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,

    /// Your own PostgreSQL (14 or newer), as postgres://USER:PASSWORD@HOST/DATABASE. Without it PixelSync runs a private
    /// one below the data folder.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,

    /// The folder of PostgreSQL's own programs (`initdb`, `postgres`) for the private database, if it is not in one of
    /// the usual places.
    #[arg(long, env = pixelsync_postgres::BINARIES_SETTING, value_name = "DIR")]
    pub postgres_binaries: Option<PathBuf>,

    #[command(flatten)]
    looking: LookingSettings,

    #[command(flatten)]
    uploads: UploadSettings,
}

#[derive(Clone, Debug, Args)]
struct UploadSettings {
    /// The largest file that may be uploaded. Like all sizes: 500KiB, 200MiB, 1GiB.
    #[arg(long, env = "PIXELSYNC_UPLOAD_MAX", value_name = "SIZE", default_value = "1GiB", value_parser = upload_size)]
    upload_max: u64,

    /// So much of the disk is left free by uploads.
    #[arg(long, env = "PIXELSYNC_KEEP_FREE", value_name = "SIZE", default_value = "512MiB", value_parser = size)]
    keep_free: u64,

    /// How long an upload that broke off may be gone on with.
    #[arg(long, env = "PIXELSYNC_UPLOAD_EXPIRY", value_name = "TIME", default_value = "24h", value_parser = some_time)]
    upload_expiry: Duration,
}

#[derive(Clone, Debug, Args)]
struct LookingSettings {
    /// Below which folders people may add folders of theirs; can be given several times, or with ':' between them.
    /// Without it none can be added.
    #[arg(long = "allow-root", env = "PIXELSYNC_ALLOW_ROOTS", value_name = "DIR", value_delimiter = ':')]
    allow_roots: Vec<PathBuf>,

    /// How long a file rests before it is read, unless its writer closed it. Like all times: 500ms, 30s, 5m, 24h, 30d.
    #[arg(long, env = "PIXELSYNC_DEBOUNCE", value_name = "TIME", default_value = "500ms", value_parser = some_time)]
    debounce: Duration,

    /// How often everything is compared with the catalogue, whatever was heard.
    #[arg(long, env = "PIXELSYNC_RECONCILE_EVERY", value_name = "TIME", default_value = "24h", value_parser = some_time)]
    reconcile_every: Duration,

    /// The same where nothing is heard, as on network file systems.
    #[arg(long, env = "PIXELSYNC_RESCAN_EVERY", value_name = "TIME", default_value = "5m", value_parser = some_time)]
    rescan_every: Duration,

    /// How often every file is read again to find damage, when nothing else is to be done. 0: never.
    #[arg(long, env = "PIXELSYNC_VERIFY_EVERY", value_name = "TIME", default_value = "30d", value_parser = time)]
    verify_every: Duration,

    /// How many files are written to the catalogue at once, up to ten times as many where they come faster.
    #[arg(long, env = "PIXELSYNC_BATCH", value_name = "FILES", default_value_t = 100, value_parser = value_parser!(u16).range(1..=500))]
    batch: u16,

    /// How many files are read at once.
    #[arg(long, env = "PIXELSYNC_CONCURRENCY", value_name = "FILES", default_value_t = 4, value_parser = value_parser!(u16).range(1..=64))]
    concurrency: u16,

    /// Whether a file is read again when any fact of it changed. false: one whose size and time are as recorded is not
    /// read again, although other facts changed.
    #[arg(long, env = "PIXELSYNC_HASHES", value_name = "true|false", default_value_t = true, action = ArgAction::Set, hide_possible_values = true)]
    hashes: bool,
}

/// How folders are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Looking {
    pub debounce: Duration,
    pub reconcile_every: Duration,
    /// Where nothing is heard.
    pub rescan_every: Duration,
    /// None: never.
    pub verify_every: Option<Duration>,
    /// Files in one transaction, up to ten times as many where they come faster.
    pub batch: usize,
    /// Files that are read at once.
    pub concurrency: usize,
    /// Whether a file is read again when anything changed beside its size and time.
    pub hashes: bool,
    /// Only below these may folders be added.
    pub allow_roots: Vec<PathBuf>,
}

impl Default for Looking {
    fn default() -> Looking {
        Looking {
            debounce: Duration::from_millis(500),
            reconcile_every: DAY,
            rescan_every: 5 * MINUTE,
            verify_every: Some(30 * DAY),
            batch: 100,
            concurrency: 4,
            hashes: true,
            allow_roots: Vec::new(),
        }
    }
}

pub const PORT_FIRST: u16 = 3000;
/// How many ports after the first are tried.
pub const PORTS_TRIED: u16 = 100;

#[derive(Debug, thiserror::Error, PartialEq)]
pub enum ConfigError {
    #[error(
        "{0} can be reached from other machines, and there are no accounts yet: anyone could see and change the pictures. \
         Listen on 127.0.0.1 or [::1], and use a tunnel (ssh -L 3000:localhost:3000) from elsewhere."
    )]
    NotLoopback(SocketAddr),
    #[error("There is no home folder to put the data into. Say where: --data DIR")]
    NoHome,
}

/// The one that was named, or the usual one.
fn data_folder(named: Option<&Path>) -> Result<PathBuf, ConfigError> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let home = std::env::var_os("HOME").map(PathBuf::from).filter(|home| home.is_absolute());
    if cfg!(target_os = "macos") {
        return home.map(|home| home.join("Library/Application Support/PixelSync")).ok_or(ConfigError::NoHome);
    }
    // PostgreSQL refuses to run as root, and the user it runs as instead cannot enter root's home
    if home.as_deref() == Some("/root".as_ref()) {
        return Ok("/var/lib/pixelsync".into());
    }
    let shared = std::env::var_os("XDG_DATA_HOME").map(PathBuf::from).filter(|folder| folder.is_absolute());
    shared
        .or_else(|| home.map(|home| home.join(".local/share")))
        .map(|folder| folder.join("pixelsync"))
        .ok_or(ConfigError::NoHome)
}

impl Config {
    pub fn data_folder(&self) -> Result<PathBuf, ConfigError> {
        data_folder(self.data.as_deref())
    }

    pub fn looking(&self) -> Looking {
        let set = &self.looking;
        Looking {
            debounce: set.debounce,
            reconcile_every: set.reconcile_every,
            rescan_every: set.rescan_every,
            verify_every: Some(set.verify_every).filter(|every| !every.is_zero()),
            batch: set.batch.into(),
            concurrency: set.concurrency.into(),
            hashes: set.hashes,
            // an environment that sets nothing may still have the name
            allow_roots: set.allow_roots.iter().filter(|root| !root.as_os_str().is_empty()).cloned().collect(),
        }
    }

    pub fn limits(&self) -> Limits {
        let UploadSettings { upload_max, keep_free, upload_expiry } = self.uploads;
        Limits { file_bytes_max: upload_max, keep_free_bytes: keep_free, expire_after: upload_expiry }
    }

    /// The addresses to try, in order.
    pub fn listen_on(&self) -> Result<Vec<SocketAddr>, ConfigError> {
        match self.listen {
            Some(address) if !address.ip().is_loopback() => Err(ConfigError::NotLoopback(address)),
            Some(address) => Ok(vec![address]),
            None => {
                let here = IpAddr::V4(Ipv4Addr::LOCALHOST);
                Ok((PORT_FIRST..PORT_FIRST + PORTS_TRIED).map(|port| SocketAddr::new(here, port)).collect())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{
        units::{HOUR, SECOND},
        *,
    };

    fn config(words: &[&str]) -> Config {
        match Cli::try_parse_from(["pixelsync", "serve"].iter().chain(words)).expect("settings").command {
            Command::Serve(config) => *config,
            other => panic!("{other:?}"),
        }
    }

    fn listen_on(address: &str) -> Result<Vec<SocketAddr>, ConfigError> {
        config(&["--listen", address]).listen_on()
    }

    #[test]
    fn only_this_machine_is_listened_to() {
        assert!(listen_on("127.0.0.1:3000").is_ok());
        assert!(listen_on("[::1]:0").is_ok());
        for address in ["0.0.0.0:3000", "192.168.1.2:3000", "[::]:3000"] {
            assert!(matches!(listen_on(address), Err(ConfigError::NotLoopback(_))), "{address}");
        }
        assert_eq!(config(&[]).listen_on().map(|addresses| addresses.len()), Ok(100));
    }

    #[test]
    fn what_is_not_said_is_as_usual() {
        assert_eq!(config(&[]).looking(), Looking::default());
        assert_eq!(config(&[]).limits(), Limits::default());
    }

    #[test]
    fn folders_are_looked_at_as_is_said() {
        let said = "--allow-root /a --allow-root /b:/c --debounce 1s --reconcile-every 1h --rescan-every 10s \
                    --verify-every 0 --batch 500 --concurrency 1 --hashes false";
        let words: Vec<&str> = said.split_whitespace().collect();
        let expect = Looking {
            debounce: SECOND,
            reconcile_every: HOUR,
            rescan_every: 10 * SECOND,
            verify_every: None,
            batch: 500,
            concurrency: 1,
            hashes: false,
            allow_roots: ["/a", "/b", "/c"].map(PathBuf::from).to_vec(),
        };
        assert_eq!(config(&words).looking(), expect);
    }
}
