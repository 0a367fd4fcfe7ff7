//! What can be set, from outside: the command line and the environment. Reads no files.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{ArgAction, ArgGroup, Args, Parser, Subcommand, ValueEnum, builder::PossibleValuesParser, value_parser};

use super::{ingest, uploads::Limits};
use crate::model::folder::FILE_TYPES;

/// Your picture folders, live in every browser.
///
/// PixelSync watches folders, keeps a PostgreSQL catalogue true to the disk, and pushes every change to every open tab.
#[derive(Debug, Parser)]
#[command(name = "pixelsync", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Starts the server and prints the address of the gallery
    Serve(Box<Config>),
    /// Lists the folders of the running server, or changes one
    Folders {
        #[command(flatten)]
        asking: Asking,
        #[command(subcommand)]
        act: Option<FolderAct>,
    },
    /// Compares folders with the catalogue, waits, and says what was found
    Scan(OneOrAll),
    /// Reads every file again and compares it with what it was, which finds damage that nothing else shows
    Verify(OneOrAll),
    /// Says how the running server is
    Status(Asking),
    /// Sends what lies in folders of this machine, and what comes into them, to a server. Changes nothing in them
    Agent(Box<AgentCommand>),
}

/// Which server is asked, and how it is told.
#[derive(Clone, Debug, Args)]
pub struct Asking {
    /// The data folder of the server, as it was started with
    #[arg(long, global = true, env = "PIXELSYNC_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// What the server answers, as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

impl Asking {
    pub fn data_folder(&self) -> Result<PathBuf, ConfigError> {
        data_folder(self.data.as_deref())
    }
}

#[derive(Clone, Debug, Args)]
pub struct OneOrAll {
    #[command(flatten)]
    pub asking: Asking,
    /// Its name, path or id; without it all folders
    pub folder: Option<String>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum FolderAct {
    /// Shows all folders; so it is without a word, too
    List,
    /// Takes a folder in where it lies. Nothing in it is ever changed
    Add {
        path: PathBuf,
        /// What it is called; by default the last part of its path
        #[arg(long)]
        name: Option<String>,
        /// Look at it every few minutes instead of listening, whatever it lies on
        #[arg(long)]
        by_the_clock: bool,
        /// Only files of these types; by default all
        #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(FILE_TYPES))]
        types: Vec<String>,
    },
    /// Leaves a folder alone until it is resumed
    Pause {
        /// Its name, path or id
        folder: String,
    },
    /// Looks at a paused folder again
    Resume {
        /// Its name, path or id
        folder: String,
    },
    /// Takes a folder out of the catalogue. Its files are not touched
    #[command(group(ArgGroup::new("records").required(true).args(["keep", "forget"])))]
    Remove {
        /// Its name, path or id
        folder: String,
        /// Keep what is known of its pictures for the day when it is added again
        #[arg(long)]
        keep: bool,
        /// Forget what is known of its pictures
        #[arg(long)]
        forget: bool,
    },
}

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct AgentCommand {
    #[command(flatten)]
    pub settings: AgentSettings,
    #[command(subcommand)]
    pub act: Option<AgentAct>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum AgentAct {
    /// Says how far an agent is, whether or not it runs
    Status {
        #[command(flatten)]
        state: AgentState,
        /// The same as JSON
        #[arg(long)]
        json: bool,
    },
    /// Tries everything again that failed
    Retry(AgentState),
}

#[derive(Clone, Debug, Args)]
pub struct AgentState {
    /// Where the agent keeps its queue; by default agent.sqlite in the usual data folder
    #[arg(long, env = "PIXELSYNC_AGENT_STATE", value_name = "FILE")]
    state: Option<PathBuf>,
}

impl AgentState {
    pub fn file(&self) -> Result<PathBuf, ConfigError> {
        match &self.state {
            Some(file) => Ok(file.clone()),
            None => Ok(data_folder(None)?.join("agent.sqlite")),
        }
    }
}

#[derive(Clone, Debug, Args)]
pub struct AgentSettings {
    /// The server, as its gallery is opened: http://HOST:PORT or https://HOST
    #[arg(long, env = "PIXELSYNC_SERVER", value_name = "URL", required = true)]
    pub server: Option<String>,

    /// For which project the files are
    #[arg(long, env = "PIXELSYNC_PROJECT", value_name = "NAME")]
    pub project: Option<String>,

    /// Which folders are sent
    #[arg(value_name = "DIR", required = true)]
    pub folders: Vec<PathBuf>,

    /// mirror-new: all that lies there, and all that comes. only-new: only what comes after the first start. Neither ever
    /// deletes anything.
    #[arg(long, env = "PIXELSYNC_AGENT_MODE", value_name = "MODE", value_enum, default_value_t = AgentMode::MirrorNew)]
    pub mode: AgentMode,

    /// How many bytes a second are sent at most, such as 500KB, 2MB or 1.5MB
    #[arg(long, env = "PIXELSYNC_AGENT_LIMIT", value_name = "SIZE", value_parser = rate)]
    pub limit: Option<u64>,

    /// Ends when all that lies there is sent
    #[arg(long)]
    pub once: bool,

    #[command(flatten)]
    pub state: AgentState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AgentMode {
    MirrorNew,
    OnlyNew,
}

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

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = SECOND.saturating_mul(60);
const HOUR: Duration = MINUTE.saturating_mul(60);
const DAY: Duration = HOUR.saturating_mul(24);

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

/// Longer than anything is run, and short enough to be added to any moment.
const TIME_MAX: Duration = DAY.saturating_mul(3650);
/// What is done more often leaves no time to do it.
const TIME_MIN: Duration = Duration::from_millis(10);

/// `500ms`, `30s`, `5m`, `24h`, `30d`; 0 needs no unit.
fn time(text: &str) -> Result<Duration, String> {
    let not_understood = || "a number with ms, s, m, h or d behind it, such as 500ms or 24h".to_owned();
    let end_of_number = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end_of_number);
    let number: u32 = number.parse().map_err(|_| not_understood())?;
    let unit = match unit {
        "ms" => Duration::from_millis(1),
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "" if number == 0 => SECOND,
        _ => return Err(not_understood()),
    };
    unit.checked_mul(number).filter(|time| *time <= TIME_MAX).ok_or_else(|| "ten years at most".to_owned())
}

/// `500KiB`, `200MiB`, `1GiB`; 0 needs no unit.
fn size(text: &str) -> Result<u64, String> {
    let not_understood = || "a number with KiB, MiB or GiB behind it, such as 200MiB".to_owned();
    let end_of_number = text.find(|sign: char| !sign.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(end_of_number);
    let number: u64 = number.parse().map_err(|_| not_understood())?;
    let unit: u64 = match unit {
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "" if number == 0 => 1,
        _ => return Err(not_understood()),
    };
    unit.checked_mul(number).ok_or_else(|| "less than that".to_owned())
}

/// Larger files are not taken in from anywhere.
fn upload_size(text: &str) -> Result<u64, String> {
    match size(text)? {
        0 => Err("1KiB at least".to_owned()),
        size if size > ingest::FILE_BYTES_MAX => Err("1GiB at most: no picture is larger".to_owned()),
        size => Ok(size),
    }
}

/// Of bytes a second. `800000`, `500KB`, `2MB`, `1.5GB`: thousands, as disks and lines are sold by. Not nothing.
fn rate(text: &str) -> Result<u64, String> {
    let not_understood = || "a number with KB, MB or GB behind it, such as 500KB or 2MB".to_owned();
    let end_of_number = text.find(|sign: char| !(sign.is_ascii_digit() || sign == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end_of_number);
    let number: f64 = number.parse().map_err(|_| not_understood())?;
    let unit = match unit.to_ascii_uppercase().as_str() {
        "" | "B" => 1.0,
        "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "KIB" => 1024.0,
        "MIB" => 1024.0 * 1024.0,
        "GIB" => 1024.0 * 1024.0 * 1024.0,
        _ => return Err(not_understood()),
    };
    let bytes = number * unit;
    if bytes >= 1.0 { Ok(bytes as u64) } else { Err("1 byte at least".to_owned()) }
}

/// One that is not nothing.
fn some_time(text: &str) -> Result<Duration, String> {
    let time = time(text)?;
    if time < TIME_MIN { Err("10ms at least".to_owned()) } else { Ok(time) }
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
    use clap::CommandFactory;

    use super::*;

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
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
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
    fn times_have_units() {
        for (text, expect) in [
            ("500ms", Some(Duration::from_millis(500))),
            ("30s", Some(30 * SECOND)),
            ("5m", Some(5 * MINUTE)),
            ("24h", Some(DAY)),
            ("30d", Some(30 * DAY)),
            ("0", Some(Duration::ZERO)),
            ("3650d", Some(TIME_MAX)),
            ("3651d", None),
            ("99999999999s", None),
            ("30", None),
            ("s", None),
            ("", None),
            ("1.5h", None),
            ("-1s", None),
            ("5 m", None),
            ("5µs", None),
        ] {
            assert_eq!(time(text).ok(), expect, "{text}");
        }
        assert!(some_time("0").is_err());
    }

    #[test]
    fn sizes_have_units() {
        for (text, expect) in [
            ("500KiB", Some(500 << 10)),
            ("200MiB", Some(200 << 20)),
            ("1GiB", Some(1 << 30)),
            ("0", Some(0)),
            ("5", None),
            ("5MB", None),
            ("", None),
            ("99999999999GiB", None),
        ] {
            assert_eq!(size(text).ok(), expect, "{text}");
        }
        assert!(upload_size("0").is_err());
        assert!(upload_size("2GiB").is_err());
    }

    #[test]
    fn rates_have_units() {
        for (text, expect) in [
            ("500KB", Some(500_000)),
            ("2MB", Some(2_000_000)),
            ("1.5mb", Some(1_500_000)),
            ("1GB", Some(1_000_000_000)),
            ("800", Some(800)),
            ("0", None),
            ("0.1B", None),
            ("MB", None),
            ("2 MB", None),
            ("2MiB", Some(2 << 20)),
            ("-1KB", None),
            ("1.2.3KB", None),
            ("", None),
        ] {
            assert_eq!(rate(text).ok(), expect, "{text}");
        }
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

    fn is_understood(words: &str) -> bool {
        Cli::try_parse_from(words.split_whitespace()).is_ok()
    }

    #[test]
    fn commands_are_understood() {
        for words in [
            "pixelsync folders",
            "pixelsync folders --json",
            "pixelsync folders list --data /d --json",
            "pixelsync folders --data /d add /p --name n --by-the-clock --types jpeg,raw",
            "pixelsync folders remove n --keep",
            "pixelsync scan",
            "pixelsync scan n --json",
            "pixelsync verify n --data /d",
            "pixelsync status --json",
            "pixelsync agent --server http://localhost:3000 /a /b",
            "pixelsync agent --server https://h --project p --mode only-new --limit 2MB --once --state /s /a",
            "pixelsync agent status --json",
            "pixelsync agent status --state /s",
            "pixelsync agent retry",
        ] {
            assert!(is_understood(words), "{words}");
        }
        for words in [
            "pixelsync folders remove n",
            "pixelsync folders remove n --keep --forget",
            "pixelsync folders add /p --types word",
            "pixelsync serve --batch 501",
            "pixelsync serve --debounce 0",
            "pixelsync agent /a",
            "pixelsync agent --server http://localhost:3000",
            "pixelsync agent --server http://localhost:3000 --limit fast /a",
            "pixelsync agent --server http://localhost:3000 --mode mirror /a",
        ] {
            assert!(!is_understood(words), "{words}");
        }
    }
}
