//! What operations are called, what they found and how long they take, in words. Draws nothing.

use crate::{
    model::{Folder, Operation, SyncKind, SyncStatus, SyncSummary},
    ui::parts::words::{count, thousands},
};

/// Before that, a rate says nothing.
const PACE_FROM_MS: i64 = 2_000;

pub fn kind(kind: SyncKind) -> &'static str {
    match kind {
        SyncKind::Startup => "Scan at the start",
        SyncKind::Realtime => "Changes that were heard",
        SyncKind::Reconciliation => "Scan by the clock",
        SyncKind::Manual => "Scan by hand",
        SyncKind::Verify => "Verification",
    }
}

pub fn status(status: SyncStatus) -> &'static str {
    match status {
        SyncStatus::Running => "Running",
        SyncStatus::Completed => "Done",
        SyncStatus::Failed => "Failed",
        SyncStatus::Cancelled => "Cancelled",
    }
}

/// What was found, naming only what there is.
pub fn found(summary: &SyncSummary) -> String {
    let parts: Vec<String> = [
        (summary.added, "new"),
        (summary.updated, "changed"),
        (summary.moved, "moved"),
        (summary.missing, "missing"),
        (summary.healed, "healed"),
        (summary.corrupted, "damaged"),
        (summary.unreadable, "unreadable"),
    ]
    .into_iter()
    .filter(|(number, _)| *number > 0)
    .map(|(number, what)| thousands(number) + " " + what)
    .collect();
    parts.join(", ")
}

/// The same as a sentence, when it is over.
pub fn describe(summary: &SyncSummary) -> String {
    let (looked, found) = (count(summary.scanned, "file", "files"), found(summary));
    let what = if found.is_empty() { "nothing has changed" } else { &found };
    format!("Looked at {looked}: {what}.")
}

/// Of what did not come to its end, only what it found.
pub fn outcome(operation: &Operation) -> String {
    let found = found(&operation.found);
    match operation.status {
        SyncStatus::Completed => describe(&operation.found),
        _ if found.is_empty() => found,
        _ => "Found until then: ".to_owned() + &found + ".",
    }
}

/// `1,204 of 5,000 files`.
pub fn progress(operation: &Operation) -> String {
    let scanned = operation.found.scanned;
    match operation.expected {
        Some(expected) => thousands(scanned) + " of " + &count(expected.max(scanned), "file", "files"),
        None => count(scanned, "file", "files"),
    }
}

/// How fast it goes and how long it will take; empty until that can be said.
pub fn pace(operation: &Operation, now_ms: i64) -> String {
    let (took_ms, scanned) = (now_ms - operation.started_ms, i64::from(operation.found.scanned));
    if took_ms < PACE_FROM_MS || scanned == 0 {
        return String::new();
    }
    let each_second = scanned * 1_000 / took_ms;
    let rate = match each_second {
        0 => count((scanned * 60_000 / took_ms) as u32, "file", "files") + " a minute",
        _ => count(each_second as u32, "file", "files") + " a second",
    };
    match operation.expected.map(|expected| i64::from(expected) - scanned) {
        Some(left) if left > 0 => rate + ", about " + &duration((left * took_ms / scanned).max(1_000)) + " left",
        _ => rate,
    }
}

/// `3 min 20 s`.
pub fn duration(ms: i64) -> String {
    let seconds = ms / 1_000;
    let two = |large: i64, large_unit: &str, small: i64, small_unit: &str| match small {
        0 => format!("{large} {large_unit}"),
        _ => format!("{large} {large_unit} {small} {small_unit}"),
    };
    match seconds {
        ..=0 => "under a second".to_owned(),
        1..60 => two(seconds, "s", 0, ""),
        60..3_600 => two(seconds / 60, "min", seconds % 60, "s"),
        _ => two(seconds / 3_600, "h", seconds / 60 % 60, "min"),
    }
}

/// `1,204 files, 3 missing`.
pub fn held(folder: &Folder) -> String {
    let present = count(folder.present, "file", "files");
    if folder.missing == 0 { present } else { present + ", " + &thousands(folder.missing) + " missing" }
}

pub fn types(folder: &Folder) -> String {
    if folder.types.is_empty() { "All types".to_owned() } else { folder.types.join(", ").to_ascii_uppercase() }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::model::FolderId;

    fn operation(scanned: u32, expected: Option<u32>) -> Operation {
        Operation {
            id: 1,
            folder: FolderId(Uuid::nil()),
            kind: SyncKind::Manual,
            status: SyncStatus::Running,
            found: SyncSummary { scanned, ..Default::default() },
            expected,
            error: None,
            started_ms: 0,
            ended_ms: None,
        }
    }

    #[test]
    fn a_scan_is_told_in_one_sentence() {
        let check = |summary: SyncSummary, expect: &str| assert_eq!(describe(&summary), expect);
        check(SyncSummary { scanned: 1, ..Default::default() }, "Looked at 1 file: nothing has changed.");
        let found = SyncSummary { scanned: 1_204, added: 3, missing: 1, ..Default::default() };
        check(found, "Looked at 1,204 files: 3 new, 1 missing.");
    }

    #[test]
    fn progress_never_passes_its_end() {
        let check = |scanned, expected, expect: &str| assert_eq!(progress(&operation(scanned, expected)), expect);
        check(1, None, "1 file");
        check(1_204, Some(5_000), "1,204 of 5,000 files");
        check(7, Some(5), "7 of 7 files");
    }

    #[test]
    fn pace_is_said_when_it_is_known() {
        let check =
            |scanned, expected, now_ms, expect: &str| assert_eq!(pace(&operation(scanned, expected), now_ms), expect);
        check(1_000, Some(5_000), 1_999, "");
        check(0, Some(5_000), 9_000, "");
        check(5_000, Some(45_000), 5_000, "1,000 files a second, about 40 s left");
        check(5_000, None, 5_000, "1,000 files a second");
        check(5_000, Some(4_000), 5_000, "1,000 files a second");
        check(2, Some(4), 60_000, "2 files a minute, about 1 min left");
        check(1_000_000, Some(1_000_001), 1_000_000, "1,000 files a second, about 1 s left");
    }

    #[test]
    fn durations_name_their_two_largest_units() {
        let check = |ms, expect: &str| assert_eq!(duration(ms), expect);
        check(-5, "under a second");
        check(999, "under a second");
        check(59_999, "59 s");
        check(60_000, "1 min");
        check(200_000, "3 min 20 s");
        check(7_500_000, "2 h 5 min");
    }
}
