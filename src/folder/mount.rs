//! On what kind of file system a folder lies, which others are mounted below it, and when that may have changed. Looks at no
//! file in it.

use std::{
    collections::BTreeMap,
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::{OnceLock, PoisonError, RwLock},
    thread,
    time::Duration,
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    io::Errno,
};
use tokio::sync::watch;

use super::scan::path_from_bytes;

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
    let kind = kind_of(&mounts().ok()?, &root)?;
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
            // a device that is mounted anew may be another one
            NUMBERS_LAST.write().unwrap_or_else(PoisonError::into_inner).clear();
            tell.send_replace(());
            // several mounts in turn are one change
            thread::sleep(GATHER);
        }
    });
    heard
}

/// File systems that give their files numbers of no meaning, others after each mount; and those of FUSE mostly do.
const NUMBERED_ANEW: &[&str] = &["exfat", "fuse", "fuseblk", "msdos", "vfat"];

static NUMBERS_LAST: RwLock<BTreeMap<u64, bool>> = RwLock::new(BTreeMap::new());

/// Whether a file of this device keeps its inode's number for as long as it exists.
pub fn numbers_last(device: u64) -> bool {
    if let Some(last) = NUMBERS_LAST.read().unwrap_or_else(PoisonError::into_inner).get(&device) {
        return *last;
    }
    let mounts = mounts().unwrap_or_default();
    let kind = mounts.iter().find(|mount| mount.device == device).map(|mount| mount.kind.as_str());
    // of what is not in the list, as the parts of a btrfs are not, nothing else is known
    let last = !kind.is_some_and(is_numbered_anew);
    NUMBERS_LAST.write().unwrap_or_else(PoisonError::into_inner).insert(device, last);
    last
}

fn is_numbered_anew(kind: &str) -> bool {
    NUMBERED_ANEW.contains(&kind) || kind.starts_with("fuse.")
}

/// The places below a folder, as seen from there, at which other file systems are mounted; in order.
pub fn below(root: &Path) -> io::Result<Vec<PathBuf>> {
    let root = root.canonicalize()?;
    Ok(points_below(&mounts()?, &root))
}

fn points_below(mounts: &[Mount], root: &Path) -> Vec<PathBuf> {
    let points = mounts.iter().filter_map(|mount| mount.point.strip_prefix(root).ok());
    let mut points: Vec<PathBuf> =
        points.filter(|point| !point.as_os_str().is_empty()).map(Path::to_path_buf).collect();
    points.sort_unstable();
    points.dedup();
    points
}

struct Mount {
    device: u64,
    point: PathBuf,
    kind: String,
}

fn mounts() -> io::Result<Vec<Mount>> {
    Ok(read_list(&std::fs::read(MOUNTS)?))
}

/// In bytes, because a name need not be text.
fn read_list(list: &[u8]) -> Vec<Mount> {
    let mount = |line: &[u8]| {
        let mut words = line.split(|byte| *byte == b' ');
        let device = device_of(words.nth(2)?)?;
        let point = path_from_bytes(&unescape(words.nth(1)?));
        let kind = words.skip_while(|word| *word != b"-").nth(1)?;
        Some(Mount { device, point, kind: String::from_utf8_lossy(kind).into_owned() })
    };
    list.split(|byte| *byte == b'\n').filter_map(mount).collect()
}

/// `8:1`, as `stat` numbers it.
fn device_of(numbers: &[u8]) -> Option<u64> {
    let (major, minor) = std::str::from_utf8(numbers).ok()?.split_once(':')?;
    Some(rustix::fs::makedev(major.parse().ok()?, minor.parse().ok()?))
}

/// Of the mount nearest above; of several at one place the last one is seen.
fn kind_of(mounts: &[Mount], path: &Path) -> Option<String> {
    let above = mounts.iter().filter(|mount| path.starts_with(&mount.point));
    above.max_by_key(|mount| mount.point.components().count()).map(|mount| mount.kind.clone())
}

/// Blanks and the like are written as three octal digits.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let [first, after @ ..] = rest {
        let digits = after.get(..3).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
            Some(byte) if *first == b'\\' => {
                bytes.push(byte);
                rest = &after[3..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const LISTED: &[u8] = b"\
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
            assert_eq!(kind_of(&read_list(LISTED), Path::new(path)).as_deref(), Some(expect), "{path}");
        }
        assert_eq!(kind_of(&[], Path::new("/")), None);
    }

    #[test]
    fn numbers_of_fat_and_of_programs_mean_nothing() {
        for (kind, expect) in [
            ("vfat", true),
            ("exfat", true),
            ("fuse.mergerfs", true),
            ("fuseblk", true),
            ("ext4", false),
            ("btrfs", false),
            ("nfs4", false),
        ] {
            assert_eq!(is_numbered_anew(kind), expect, "{kind}");
        }
        let root = std::env::temp_dir().metadata().expect("a folder");
        assert!(numbers_last(std::os::unix::fs::MetadataExt::dev(&root)));
        let devices: Vec<u64> = read_list(LISTED).iter().map(|mount| mount.device).collect();
        assert_eq!(devices[0], rustix::fs::makedev(8, 1));
        assert_eq!(devices.len(), 4);
    }

    #[test]
    fn what_is_mounted_below_a_folder_is_known() {
        let check = |root: &str, expect: &[&str]| {
            let expect: Vec<PathBuf> = expect.iter().map(PathBuf::from).collect();
            assert_eq!(points_below(&read_list(LISTED), Path::new(root)), expect, "{root}");
        };
        check("/mnt", &["nas", "nas/local", "two words"]);
        check("/mnt/nas", &["local"]);
        check("/mnt/nas/local", &[]);
        check("/home", &[]);
        let latin = read_list(b"43 22 8:3 / /mnt/\xe9t\xe9 rw - vfat /dev/sdc1 rw\n");
        assert_eq!(points_below(&latin, Path::new("/mnt")), [path_from_bytes(b"\xe9t\xe9")]);
    }

    #[test]
    fn a_folder_of_this_machine_is_not_the_network_s() {
        assert_eq!(network_file_system(&std::env::temp_dir()), None);
    }
}
