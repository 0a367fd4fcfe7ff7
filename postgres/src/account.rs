//! The user PostgreSQL runs as, and what that user may reach. Starts no process.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use nix::fcntl::OFlag;
use nix::unistd::{User, getegid, geteuid};

use crate::Error;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
    /// We are root and become this user; otherwise it is who we already are.
    switched: bool,
}

impl Account {
    /// PostgreSQL refuses to run as root. An existing cluster's owner comes first: a user
    /// `postgres` that appears later must not lock us out of a cluster made by `nobody`.
    pub(crate) fn choose(data: &Path, cluster: &Path) -> Result<Account, Error> {
        if !geteuid().is_root() {
            return Ok(Account { uid: geteuid().as_raw(), gid: getegid().as_raw(), switched: false });
        }
        let owner = [cluster, data]
            .into_iter()
            .filter_map(|folder| fs::metadata(folder).ok())
            .map(|found| (found.uid(), found.gid()))
            .find(|(uid, _)| *uid != 0);
        let named = || {
            ["postgres", "nobody"]
                .into_iter()
                .find_map(|name| User::from_name(name).ok().flatten())
                .map(|user| (user.uid.as_raw(), user.gid.as_raw()))
        };
        let (uid, gid) = owner.or_else(named).ok_or(Error::NoAccount)?;
        Ok(Account { uid, gid, switched: true })
    }

    /// Runs `command` as this user. The standard library drops root's other groups along with it.
    pub(crate) fn run(self, command: &mut Command) {
        if self.switched {
            command.uid(self.uid).gid(self.gid);
        }
    }

    /// Fails with the first folder on the way to `path` that this user may not enter, because
    /// PostgreSQL itself would only report that its own folder does not exist.
    pub(crate) fn check_reach(self, path: &Path) -> Result<(), Error> {
        if !self.switched {
            return Ok(());
        }
        let mut way: Vec<&Path> = path.ancestors().collect();
        way.reverse();
        for folder in way {
            let found = fs::metadata(folder).map_err(Error::io("look at", folder))?;
            if !may_enter((self.uid, self.gid), (found.uid(), found.gid()), found.mode()) {
                return Err(Error::CannotEnter { uid: self.uid, folder: folder.to_owned() });
            }
        }
        Ok(())
    }

    /// A folder only this user may enter, new or from an earlier start.
    pub(crate) fn own_folder(self, path: &Path) -> Result<(), Error> {
        match DirBuilder::new().mode(0o700).create(path) {
            Err(e) if e.kind() != io::ErrorKind::AlreadyExists => {
                return Err(Error::io("create", path)(e));
            }
            _ => {}
        }
        // Asked through one handle, so that nobody can put a link in its place in between.
        let not_ours = || Error::NotOurs { folder: path.to_owned() };
        let folder = OpenOptions::new()
            .read(true)
            .custom_flags((OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW).bits())
            .open(path)
            .map_err(|_| not_ours())?;
        let owner = folder.metadata().map_err(Error::io("look at", path))?.uid();
        if owner != self.uid && owner != geteuid().as_raw() {
            return Err(not_ours());
        }
        self.own_file(&folder).map_err(Error::io("hand over", path))?;
        folder.set_permissions(Permissions::from_mode(0o700)).map_err(Error::io("protect", path))
    }

    pub(crate) fn own_file(self, file: &File) -> io::Result<()> {
        if self.switched {
            fchown(file, Some(self.uid), Some(self.gid))?;
        }
        Ok(())
    }
}

/// The kernel's rule for one folder: the first class that fits decides, even if it refuses.
fn may_enter(who: (u32, u32), owner: (u32, u32), mode: u32) -> bool {
    let bit = if who.0 == owner.0 {
        0o100
    } else if who.1 == owner.1 {
        0o010
    } else {
        0o001
    };
    mode & bit != 0
}

#[cfg(test)]
mod tests {
    use super::may_enter;

    #[track_caller]
    fn check(who: (u32, u32), owner: (u32, u32), mode: u32, expect: bool) {
        assert_eq!(may_enter(who, owner, mode), expect, "{who:?} {owner:?} {mode:o}");
    }

    #[test]
    fn the_first_class_that_fits_decides() {
        check((101, 104), (0, 0), 0o700, false);
        check((101, 104), (0, 0), 0o711, true);
        check((101, 104), (0, 104), 0o710, true);
        check((101, 104), (0, 104), 0o701, false);
        check((101, 104), (101, 0), 0o700, true);
        check((101, 104), (101, 104), 0o071, false);
    }
}
