//! On what kind of file system a folder lies, and when that may have changed. Looks at no file in it.

use std::{fs::File, path::Path, sync::OnceLock, thread, time::Duration};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
};
use tokio::sync::watch;

const GATHER: Duration = Duration::from_millis(50);
const MOUNTS: &str = "/proc/self/mountinfo";

/// Where other machines write: of what they do nothing is heard here.
const NETWORK: &[&str] = &[
    "9p",
    "afs",
    "ceph",
    "cifs",
    "davfs",
    "glusterfs",
    "lustre",
    "ncpfs",
    "nfs",
    "nfs4",
    "prl_fs",
    "smb3",
    "smbfs",
    "vboxsf",
    "virtiofs",
];
/// Of file systems that a program makes, those that reach out.
const NETWORK_PROGRAMS: &[&str] =
    &["sshfs", "rclone", "s3fs", "glusterfs", "davfs2", "curlftpfs", "cephfs", "gvfsd-fuse"];

/// The name of the network file system that a folder lies on. None where it lies on a disk of this machine, or where
/// nobody says what it lies on.
pub fn network_file_system(root: &Path) -> Option<String> {
    let root = root.canonicalize().ok()?;
    let kind = kind_of(&std::fs::read_to_string(MOUNTS).ok()?, &root)?;
    let is_network = NETWORK.contains(&kind.as_str())
        || kind.strip_prefix("fuse.").is_some_and(|program| NETWORK_PROGRAMS.contains(&program));
    is_network.then_some(kind)
}

/// Hears of what is mounted and unmounted on this machine, where the system tells.
pub struct Mounts(watch::Receiver<()>);

impl Mounts {
    pub fn watch() -> Mounts {
        static HEARD: OnceLock<watch::Receiver<()>> = OnceLock::new();
        Mounts(HEARD.get_or_init(hear).clone())
    }

    /// Resolves when there was a change since the last time.
    pub async fn changed(&mut self) {
        if self.0.changed().await.is_err() {
            // nobody tells
            std::future::pending().await
        }
    }
}

/// Linux lets whoever has the list open wait for it to change.
fn hear() -> watch::Receiver<()> {
    let (tell, heard) = watch::channel(());
    thread::spawn(move || {
        let Ok(list) = File::open(MOUNTS) else { return };
        while let Ok(_) | Err(Errno::INTR) = poll(&mut [PollFd::new(&list, PollFlags::PRI)], None) {
            tell.send_replace(());
            // several mounts in turn are one change
            thread::sleep(GATHER);
        }
    });
    heard
}

/// Of the mount nearest above; of several at one place the last one is seen.
fn kind_of(mounts: &str, path: &Path) -> Option<String> {
    let mount = |line: &str| {
        let (place, rest) = line.split_once(" - ")?;
        let point = unescape(place.split(' ').nth(4)?);
        let depth = path.starts_with(&point).then(|| Path::new(&point).components().count())?;
        Some((depth, rest.split(' ').next()?.to_owned()))
    };
    mounts.lines().filter_map(mount).max_by_key(|(depth, _)| *depth).map(|(_, kind)| kind)
}

/// Blanks and the like are written as octal numbers.
fn unescape(text: &str) -> String {
    [("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")]
        .iter()
        .fold(text.to_owned(), |text, (written, meant)| text.replace(written, meant))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &str = "\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /mnt/nas rw shared:9 - nfs4 nas:/pictures rw,vers=4.2
41 22 0:36 / /mnt/two\\040words rw - fuse.sshfs me@there:/ rw
42 40 8:2 / /mnt/nas/local rw master:3 propagate_from:2 - xfs /dev/sdb rw
";

    #[test]
    fn the_nearest_mount_says_what_it_is() {
        for (path, expect) in [
            ("/home/me", "ext4"),
            ("/mnt/nas", "nfs4"),
            ("/mnt/nas/trip", "nfs4"),
            ("/mnt/nasty", "ext4"),
            ("/mnt/nas/local/a", "xfs"),
            ("/mnt/two words/a", "fuse.sshfs"),
        ] {
            assert_eq!(kind_of(LISTED, Path::new(path)).as_deref(), Some(expect), "{path}");
        }
        assert_eq!(kind_of("", Path::new("/")), None);
    }

    #[test]
    fn a_folder_of_this_machine_is_not_the_network_s() {
        assert_eq!(network_file_system(&std::env::temp_dir()), None);
    }
}
