//! File systems that come and go and fill up, where this machine lets us.

use std::{
    fs::File,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
};

/// Unmounted with the value.
pub(crate) struct Mount {
    at: PathBuf,
}

impl Mount {
    /// In memory; of so many MiB. Says why it is refused.
    pub(crate) fn memory(at: &Path, mib: u32) -> Result<Mount, String> {
        let size = format!("size={mib}m,mode=755");
        Mount::made_by(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(at), at)
    }

    /// What lies in one folder under the name of another.
    pub(crate) fn again(of: &Path, at: &Path) -> Result<Mount, String> {
        Mount::made_by(Command::new("mount").arg("--bind").args([of, at]), at)
    }

    /// The same, where nobody may write anything.
    pub(crate) fn read_only(of: &Path, at: &Path) -> Result<Mount, String> {
        let mount = Mount::again(of, at)?;
        run(Command::new("mount").args(["-o", "remount,bind,ro"]).arg(at))?;
        Ok(mount)
    }

    /// What was drawn in a file.
    pub(crate) fn image(image: &Path, at: &Path) -> Result<Mount, String> {
        Mount::made_by(Command::new("mount").args(["-o", "loop"]).args([image, at]), at)
    }

    fn made_by(command: &mut Command, at: &Path) -> Result<Mount, String> {
        run(command)?;
        Ok(Mount { at: at.to_owned() })
    }
}

/// An empty file system of so many MiB, in a file.
pub(crate) fn draw(image: &Path, mib: u64) -> Result<(), String> {
    let drawn = File::create(image).and_then(|file| file.set_len(mib << 20));
    drawn.map_err(|error| error.to_string())?;
    run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(image))
}

/// To the last byte, and again when somebody let go of some.
pub(crate) fn fill(ballast: &Path) {
    let mut file = File::options().create(true).append(true).open(ballast).expect("the ballast");
    for size in [1 << 20, 4096, 1] {
        while file.write_all(&vec![1; size]).is_ok() {}
    }
}

/// Said past the harness, which would keep it to itself.
pub(crate) fn skipped(what: &str, why: &str) {
    writeln!(io::stderr(), "skipped: {what}: {why}").expect("stderr");
}

fn run(command: &mut Command) -> Result<(), String> {
    let done = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if done.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&done.stderr).trim().to_owned()) }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // lazily, for a server that failed its test may still be there; what stays mounted shows as a folder in /tmp
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status();
    }
}
