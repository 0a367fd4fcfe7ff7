//! What can be set, from outside: the command line and the environment. Reads no files.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
};

use clap::{Args, Parser, Subcommand};

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
    Serve(Config),
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

impl Config {
    pub fn data_folder(&self) -> Result<PathBuf, ConfigError> {
        if let Some(data) = &self.data {
            return Ok(data.clone());
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

    fn config(listen: &str) -> Config {
        Config { data: None, listen: listen.parse().ok(), database_url: None, postgres_binaries: None }
    }

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn only_this_machine_is_listened_to() {
        assert!(config("127.0.0.1:3000").listen_on().is_ok());
        assert!(config("[::1]:0").listen_on().is_ok());
        for address in ["0.0.0.0:3000", "192.168.1.2:3000", "[::]:3000"] {
            assert!(matches!(config(address).listen_on(), Err(ConfigError::NotLoopback(_))), "{address}");
        }
        assert_eq!(config("").listen_on().map(|addresses| addresses.len()), Ok(100));
    }
}
