//! How much is worked on at once: as many pictures as there are cores, in as much memory as is given to them.
//!
//! Whoever needs both takes the core first, so that nobody waits in a circle. Files that are taken in have memory of their
//! own: they do not wait for pictures that are decoded.

use std::{fs, sync::Arc};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Error;

/// Of the machine's memory; the rest is the database's, the disk cache's and everybody else's.
const PART_OF_MACHINE: u64 = 2;
/// Enough for the pictures of most cameras, one at a time.
const MEMORY_MIN: u64 = 512 << 20;
/// Of that of pictures, in addition.
const PART_FOR_INTAKE: u64 = 4;
/// Where the machine does not say how much it has.
const MEMORY_UNKNOWN: u64 = 2 << 30;

const MIB: u64 = 1 << 20;

/// Given back when it is dropped.
pub type Turn = OwnedSemaphorePermit;

pub struct Room {
    cores: Arc<Semaphore>,
    cores_all: u32,
    memory: Arc<Semaphore>,
    memory_all: u32,
    intake: Arc<Semaphore>,
    intake_all: u32,
}

impl Room {
    pub fn of_this_machine() -> Room {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        let memory = memory_of_machine().map_or(MEMORY_UNKNOWN, |all| all / PART_OF_MACHINE).max(MEMORY_MIN);
        Room::new(u32::try_from(cores).unwrap_or(u32::MAX), memory)
    }

    fn new(cores_all: u32, memory: u64) -> Room {
        let (memory_all, intake_all) = (mib(memory), mib(memory / PART_FOR_INTAKE));
        Room {
            cores: Arc::new(Semaphore::new(cores_all as usize)),
            cores_all,
            memory: Arc::new(Semaphore::new(memory_all as usize)),
            memory_all,
            intake: Arc::new(Semaphore::new(intake_all as usize)),
            intake_all,
        }
    }

    pub async fn core(&self) -> Result<Turn, Error> {
        self.cores.clone().acquire_owned().await.map_err(|_| Error::Stopped)
    }

    /// Waits for one and takes what else is free.
    pub async fn free_cores(&self) -> Result<Vec<Turn>, Error> {
        let first = self.core().await?;
        let others = std::iter::from_fn(|| self.cores.clone().try_acquire_owned().ok());
        Ok(std::iter::once(first).chain(others).collect())
    }

    /// Waits until nobody else has any.
    pub async fn all_cores(&self) -> Result<Turn, Error> {
        self.cores.clone().acquire_many_owned(self.cores_all).await.map_err(|_| Error::Stopped)
    }

    /// Whoever needs more than there is gets all of it.
    pub async fn memory(&self, bytes: u64) -> Result<Turn, Error> {
        let wanted = mib(bytes).min(self.memory_all);
        self.memory.clone().acquire_many_owned(wanted).await.map_err(|_| Error::Stopped)
    }

    /// For a file that is read and not decoded.
    pub async fn intake(&self, bytes: u64) -> Result<Turn, Error> {
        let wanted = mib(bytes).min(self.intake_all);
        self.intake.clone().acquire_many_owned(wanted).await.map_err(|_| Error::Stopped)
    }

    /// Why work that needs so much is not begun, as a sentence.
    pub fn refuse(&self, bytes: u64) -> Option<String> {
        let gigabytes = |mib: u32| f64::from(mib) / 1024.0;
        (mib(bytes) > self.memory_all).then(|| {
            format!(
                "Decoding it needs about {:.1} GB of memory, and all pictures together may have {:.1} GB here.",
                gigabytes(mib(bytes)),
                gigabytes(self.memory_all)
            )
        })
    }
}

const DATABASE_MIB_MIN: u32 = 128;
const DATABASE_MIB_MAX: u32 = 512;

fn mib(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(MIB)).unwrap_or(u32::MAX)
}

/// What the database's pages may take. The pages that finding reads of a million pictures are some 500 MiB, and little else is left
/// to be kept; what is never read takes none.
pub fn database_mib() -> u32 {
    let eighth = memory_of_machine().map_or(0, |bytes| mib(bytes / 8));
    eighth.clamp(DATABASE_MIB_MIN, DATABASE_MIB_MAX)
}

/// What this process may use at most, in bytes: the machine's memory, or what a container was given of it.
fn memory_of_machine() -> Option<u64> {
    let container = fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    let machine = fs::read_to_string("/proc/meminfo").ok().and_then(|text| {
        let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
        Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
    });
    [container, machine].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_needs_more_than_there_is_is_refused_and_never_waits_for_ever() {
        let room = Room::new(2, 100 * MIB);
        assert_eq!(room.refuse(100 * MIB), None);
        let refusal = room.refuse(2048 * MIB).expect("a refusal");
        assert!(refusal.contains("2.0 GB") && refusal.ends_with('.'), "{refusal}");
        let _all = room.memory(5000 * MIB).await.expect("all of it");
        assert_eq!(room.memory.available_permits(), 0);
        let _file = room.intake(5000 * MIB).await.expect("memory of its own");
    }

    #[tokio::test]
    async fn all_free_cores_are_taken_at_once() {
        let room = Room::new(3, MIB);
        let one = room.core().await.expect("a core");
        assert_eq!(room.free_cores().await.expect("cores").len(), 2);
        drop(one);
        let _all = room.all_cores().await.expect("all cores");
        assert_eq!(room.cores.available_permits(), 0);
    }
}
