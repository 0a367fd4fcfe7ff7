//! The released program with a data folder of its own. Measures nothing.

use std::{
    fs,
    io::{BufRead, BufReader},
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) pictures: PathBuf,
}

/// PostgreSQL's user, who is not root, has to pass through it.
pub(crate) fn data_folder() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;
    Ok(folder)
}

impl Program {
    /// Without a database it runs its own.
    pub(crate) fn start(data: &Path, database: Option<&str>, arguments: &[&str]) -> Result<Program> {
        let binary = std::env::var_os("PIXELSYNC_BIN").context("run this by `cargo xtask bench`")?;
        let mut command = Command::new(binary);
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(data).args(arguments);
        command.env_remove("DATABASE_URL");
        if let Some(url) = database {
            command.env("DATABASE_URL", url);
        }
        let mut child = command.env("PIXELSYNC_LOG", "warn").stdout(Stdio::piped()).spawn()?;
        let mut address = None;
        let mut output = BufReader::new(child.stdout.take().context("no output")?);
        let mut line = String::new();
        while output.read_line(&mut line)? > 0 {
            let said = |name: &str| line.trim().strip_prefix(name).map(|rest| rest.trim().to_owned());
            if let Some(url) = said("Gallery") {
                address = url.trim_start_matches("http://").trim_end_matches('/').parse().ok();
            }
            if let (Some(address), Some(pictures)) = (address, said("Pictures")) {
                return Ok(Program { child, address, pictures: pictures.into() });
            }
            line.clear();
        }
        bail!("the program ended before it was there")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// An interrupt lets it stop what it started itself.
pub(crate) fn end(child: &mut Child) {
    let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    let _ = child.wait();
}
