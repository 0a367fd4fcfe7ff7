//! Other disks that are mounted below a folder: what lies on one that is away is left as it is. Judges no file.

use std::{
    io,
    path::{Path, PathBuf},
};

use super::{Error, keeper::Keeper};
use crate::{
    folder::{filter, mount},
    server::{background::in_background, db::folders},
};

impl Keeper {
    /// Learns which disks are mounted now, and which of those that once were are away.
    pub(super) async fn learn_mounts(&mut self) -> Result<(), Error> {
        let (pool, id, root) = (&self.app.pool, self.folder.id, self.folder.root.clone());
        let known = folders::mounts(pool, id).await?;
        let before = known.clone();
        let (now, away) = match in_background(move || tell_apart(&root, known)).await? {
            Ok(both) => both,
            // a root that is away says so itself
            Err(error) => {
                tracing::debug!(%error, "what is mounted below the folder is not known");
                return Ok(());
            }
        };
        let mut all: Vec<PathBuf> = now.iter().chain(&away).cloned().collect();
        all.sort_unstable();
        if all != before {
            folders::set_mounts(pool, id, &all).await?;
        }
        (self.mounted, self.away) = (now, away);
        Ok(())
    }

    /// Something was mounted or unmounted below the folder since it was looked at.
    pub(super) async fn mounts_changed(&self) -> bool {
        let (root, mounted) = (self.folder.root.clone(), self.mounted.clone());
        in_background(move || mount::below(&root).is_ok_and(|now| now != mounted)).await.unwrap_or(false)
    }

    pub(super) fn is_on_disk_away(&self, path: &Path) -> bool {
        self.away.iter().any(|disk| path.starts_with(disk))
    }

    /// For people.
    pub(super) fn said_of_mounts(&self) -> Option<String> {
        let disks: Vec<String> = self.away.iter().map(|disk| disk.display().to_string()).collect();
        let (verb, it, returns) =
            if disks.len() == 1 { ("is", "it", "it returns") } else { ("are", "them", "they return") };
        (!disks.is_empty()).then(|| {
            format!("{} {verb} not mounted. What lies on {it} is left as it is until {returns}.", disks.join(" and "))
        })
    }
}

/// Those that are mounted, and those that are known and not.
fn tell_apart(root: &Path, known: Vec<PathBuf>) -> io::Result<(Vec<PathBuf>, Vec<PathBuf>)> {
    let now = mount::below(root)?;
    let is_away = |point: &PathBuf| !now.contains(point) && !is_lived_in(&root.join(point));
    let away = known.into_iter().filter(is_away).collect();
    Ok((now, away))
}

/// Something was put where a disk was mounted: then it is a folder like any other from now on.
fn is_lived_in(point: &Path) -> bool {
    let mut entries = point.read_dir().into_iter().flatten().flatten();
    entries.any(|entry| !filter::is_ignored(&entry.file_name()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_disk_is_away_until_something_else_lives_in_its_place() {
        let root = tempfile::tempdir().expect("temporary folder");
        fs::create_dir_all(root.path().join("empty")).expect("folder");
        fs::create_dir_all(root.path().join("lived-in/trip")).expect("folder");
        fs::create_dir_all(root.path().join("sentinel")).expect("folder");
        fs::write(root.path().join("sentinel/.not-mounted"), "").expect("file");
        let known = ["empty", "gone", "lived-in", "sentinel"].map(PathBuf::from).to_vec();
        let (now, away) = tell_apart(root.path(), known).expect("mounts are known");
        assert!(now.is_empty());
        assert_eq!(away, ["empty", "gone", "sentinel"].map(PathBuf::from));
    }
}
