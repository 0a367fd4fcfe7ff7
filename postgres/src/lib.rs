//! A private PostgreSQL below a data folder, run as a child process. Contains no SQL.
//!
//! It listens on a socket only, asks for a password, and ends when this program ends, however that
//! happens. All of its files are in `<data>/postgres`:
//!
//! ```text
//! cluster/     the database; the only folder besides socket/ that PostgreSQL's user owns
//! socket/      where it listens (in /tmp if this path is too long for a socket)
//! password     made at the first start
//! lock         held while a program uses the folder
//! server.log   what the server says, emptied when it is too long
//! ```
//!
//! The server may die under a living program: [`Postgres::died`] tells. Then drop the handle, which
//! lets go of the folder, and [`Postgres::start`] again: the URL stays the same, so a connection
//! pool finds its way back by itself.

mod account;
mod binaries;
mod cluster;
mod error;
mod lock;
mod orphan;
mod password;
mod process;
mod server;
mod socket;
mod url;

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub use error::Error;
pub use url::ConnectionUrl;

use account::Account;
use binaries::Binaries;
use cluster::Cluster;
use orphan::Leftover;
use process::Process;
use socket::Socket;

/// The environment variable by which users choose [`Settings::binaries`]; errors name it.
pub const BINARIES_SETTING: &str = "PIXELSYNC_POSTGRES_BINARIES";
pub const MAX_CONNECTIONS: u16 = 60;
pub const SHARED_BUFFERS_MB: u32 = 128;

/// Whether [`Postgres::start`] finds PostgreSQL's programs without being told where.
pub fn is_installed() -> bool {
    binaries::is_installed()
}

const USER: &str = "pixelsync";
const DATABASE: &str = "postgres";
/// Only a part of the socket's name; no port is opened.
const PORT: u16 = 5432;

#[derive(Clone, Debug)]
pub struct Settings {
    /// The program's data folder; it is created if need be.
    pub data: PathBuf,
    /// The folder of `initdb` and `postgres`; without it the usual places are searched.
    pub binaries: Option<PathBuf>,
    pub max_connections: u16,
    /// How much of the database's pages it keeps at hand; only what is read takes memory.
    pub shared_buffers_mb: u32,
}

impl Settings {
    pub fn new(data: impl Into<PathBuf>) -> Settings {
        Settings {
            data: data.into(),
            binaries: None,
            max_connections: MAX_CONNECTIONS,
            shared_buffers_mb: SHARED_BUFFERS_MB,
        }
    }
}

/// A running server. Dropping it stops the server, too; [`Postgres::stop`] also says if that failed.
#[derive(Debug)]
pub struct Postgres {
    // Dropped in this order: the server must be gone before its socket and the lock are.
    process: Process,
    _socket: Socket,
    _lock: File,
    url: ConnectionUrl,
    description: String,
}

impl Postgres {
    /// Blocks until the server answers: seconds the first time, about half a second afterwards,
    /// longer after a crash.
    pub fn start(settings: &Settings) -> Result<Postgres, Error> {
        let (data, home) = folders(&settings.data)?;
        let lock = lock::acquire(&home.join("lock"), &data)?;
        let cluster = Cluster::below(&home);
        let account = Account::choose(&data, cluster.folder())?;
        account.check_reach(&home)?;
        cluster.remove_leftovers()?;

        let made_by = cluster.major()?;
        let chosen = settings.binaries.as_deref();
        let binaries = Binaries::find(chosen, made_by, cluster.folder(), account)?;
        let from = binaries.folder.display();
        let mut description = format!("PostgreSQL {} from {from}", binaries.major);
        let password = password::keep(&home.join("password"), made_by.is_none())?;
        if made_by.is_none() {
            cluster.create(&binaries, account, &password)?;
            description += ", made a new cluster";
        }
        description += match orphan::clear(&cluster)? {
            Leftover::Nothing => "",
            Leftover::StalePid => ", removed a stale postmaster.pid",
            Leftover::Orphan => ", stopped an orphan",
        };
        let socket = Socket::prepare(&home, account)?;
        socket.remove_leftovers()?;
        let command = || {
            let mut command = binaries.command("postgres", account);
            command.args(server::arguments(cluster.folder(), socket.folder(), settings));
            command
        };
        let log = server::Log::at(home.join("server.log"));
        let (process, retried) = server::run(command, &cluster, &log)?;
        if retried {
            description += ", retried";
        }
        Ok(Postgres {
            url: ConnectionUrl::new(socket.folder(), &password),
            process,
            _socket: socket,
            _lock: lock,
            description,
        })
    }

    /// For a superuser, `sqlx` and `psql` take it. It is the same at each start on this folder.
    pub fn url(&self) -> &ConnectionUrl {
        &self.url
    }

    pub fn pid(&self) -> i32 {
        self.process.pid()
    }

    /// Which server runs and what had to be done to start it, for the log.
    pub fn describe(&self) -> &str {
        &self.description
    }

    /// Resolves when the server has ended, with how; after [`Postgres::stop`] as well.
    pub fn died(&self) -> impl Future<Output = String> + Send + 'static {
        self.process.died()
    }

    /// Blocks until open transactions are rolled back and the server has ended.
    pub fn stop(self) -> Result<(), Error> {
        self.process.stop()
    }
}

/// The data folder and the one of ours below it, with all links resolved.
fn folders(data: &Path) -> Result<(PathBuf, PathBuf), Error> {
    fs::create_dir_all(data).map_err(Error::io("create", data))?;
    let data = data.canonicalize().map_err(Error::io("find", data))?;
    let home = data.join("postgres");
    match fs::create_dir(&home) {
        // The server's user has to pass through it, whatever our umask says, but not to list it.
        Ok(()) => fs::set_permissions(&home, Permissions::from_mode(0o711)).map_err(Error::io("protect", &home))?,
        Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
        Err(e) => return Err(Error::io("create", &home)(e)),
    }
    let home = home.canonicalize().map_err(Error::io("find", &home))?;
    Ok((data, home))
}
