//! Counts what passed and what failed, from what test programs print. Runs none of them.

use anyhow::Result;

use crate::shell;

#[derive(Default, Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tally {
    pub(crate) passed: u32,
    pub(crate) failed: u32,
}

impl Tally {
    /// Counts one check which passes or fails as a whole.
    pub(crate) fn check(&mut self, result: Result<()>) {
        match result {
            Ok(()) => self.passed += 1,
            Err(error) => {
                shell::complain(&error);
                self.failed += 1;
            }
        }
    }

    /// Counts what a program printed about its tests. One that failed without naming a failed test, because it did not
    /// compile or was killed, counts as one failed.
    pub(crate) fn tests(&mut self, result: Result<()>, counted: Tally) {
        self.add(counted);
        if let Err(error) = result {
            shell::complain(&error);
            self.failed += u32::from(counted.failed == 0);
        }
    }

    pub(crate) fn add(&mut self, other: Tally) {
        self.passed += other.passed;
        self.failed += other.failed;
    }

    /// Adds what a line says: a summary of Rust's test programs or one of Playwright's, which has a line for each outcome.
    pub(crate) fn read(&mut self, line: &str) {
        let line = without_colour(line);
        if let Some((_, counts)) = line.split_once("test result: ") {
            self.passed += number_before(counts, " passed");
            self.failed += number_before(counts, " failed");
            return;
        }
        let (outcome, _) = line.trim().split_once(" (").unwrap_or((line.trim(), ""));
        match outcome.split_once(' ').map(|(number, outcome)| (number.parse::<u32>(), outcome)) {
            Some((Ok(number), "passed" | "flaky")) => self.passed += number,
            Some((Ok(number), "failed" | "did not run" | "interrupted")) => self.failed += number,
            _ => {}
        }
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)
    }
}

fn number_before(text: &str, word: &str) -> u32 {
    let before = text.split(word).next().filter(|before| before.len() < text.len());
    before.and_then(|before| before.rsplit(' ').next()).and_then(|number| number.parse().ok()).unwrap_or(0)
}

fn without_colour(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or("").to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').map_or("", |(_, after)| after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_count() {
        for (line, passed, failed) in [
            ("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.02s", 12, 0),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured", 3, 2),
            ("test result: \u{1b}[32mok\u{1b}[0m. 4 passed; 0 failed; 0 ignored", 4, 0),
            ("  7 passed (12.3s)", 7, 0),
            ("  1 failed", 0, 1),
            ("\u{1b}[31m  2 failed\u{1b}[39m", 0, 2),
            ("  1 flaky", 1, 0),
            ("  3 did not run", 0, 3),
            ("  2 skipped", 0, 0),
            ("test tally::lines ... ok", 0, 0),
            ("running 3 tests", 0, 0),
            ("all passed", 0, 0),
            ("", 0, 0),
        ] {
            let mut tally = Tally::default();
            tally.read(line);
            assert_eq!(tally, Tally { passed, failed }, "{line}");
        }
    }

    #[test]
    fn failing_without_a_failed_test_counts_once() {
        let mut tally = Tally::default();
        tally.tests(Err(anyhow::anyhow!("killed")), Tally { passed: 3, failed: 0 });
        tally.tests(Err(anyhow::anyhow!("two failed")), Tally { passed: 1, failed: 2 });
        tally.check(Ok(()));
        assert_eq!(tally.to_string(), "5 passed, 3 failed");
    }
}
