//! Runs every check and test, part after part, and counts. A part that fails keeps none of the others from running.

use crate::{
    checkout::{Checkout, Profile},
    database::Database,
    front, fuzz, server, setup,
    setup::Need,
    shell, sqlx,
    tally::Tally,
};
use anyhow::{Context, Result};
use clap::ValueEnum;
use std::{
    io::{self, Write},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub(crate) enum Part {
    /// How the source is laid out
    Fmt,
    /// Lints, for the server, the browser and the other crates
    Clippy,
    /// Whether `.sqlx` fits the queries and the migrations
    Sqlx,
    /// Unit tests and tests on a real database
    Unit,
    /// Spoiled pictures, some seconds for each fuzz target
    Fuzz,
    /// Unit tests inside a browser
    Browser,
    /// Whole journeys in a browser, against the real server
    Journeys,
}

impl Part {
    fn title(self) -> &'static str {
        match self {
            Part::Fmt => "Format",
            Part::Clippy => "Lints",
            Part::Sqlx => "Query facts",
            Part::Unit => "Unit and database tests",
            Part::Fuzz => "Spoiled pictures",
            Part::Browser => "Unit tests in the browser",
            Part::Journeys => "Journeys in the browser",
        }
    }

    fn needs(self) -> &'static [Need] {
        match self {
            Part::Fmt => &[Need::Rustfmt],
            Part::Clippy => &[Need::Clippy, Need::WasmTarget, Need::Nasm],
            Part::Sqlx => &[Need::Postgres, Need::Nasm],
            // With npm comes Node, by which our own tests compress.
            Part::Unit => {
                &[Need::Postgres, Need::WasmOpt, Need::Nasm, Need::Heif, Need::Exiftool, Need::Rsync, Need::Unzip]
            }
            Part::Fuzz => fuzz::NEEDS,
            Part::Browser => &[Need::WasmTarget, Need::Chromium],
            Part::Journeys => {
                &[Need::WasmTarget, Need::Nasm, Need::Postgres, Need::Chromium, Need::Playwright, Need::Tuspy]
            }
        }
    }
}

struct Run<'a> {
    checkout: &'a Checkout,
    /// Started by the first part that wants it.
    database: Option<Database>,
}

pub(crate) fn run(checkout: &Checkout, only: &[Part]) -> Result<ExitCode> {
    let mut run = Run { checkout, database: None };
    let mut results: Vec<(Part, Tally, Duration)> = Vec::new();
    for &part in Part::value_variants().iter().filter(|part| only.is_empty() || only.contains(part)) {
        shell::say(part.title());
        let (started, mut tally) = (Instant::now(), Tally::default());
        if let Err(error) = run.part(part, &mut tally) {
            tally.check(Err(error));
        }
        results.push((part, tally, started.elapsed()));
    }
    drop(run);
    summarise(&results)
}

/// The last line is for machines, and on the output meant for them.
fn summarise(results: &[(Part, Tally, Duration)]) -> Result<ExitCode> {
    let mut total = Tally::default();
    shell::say("Done");
    for (part, tally, time) in results {
        eprintln!("    {:26} {:7.1} s   {tally}", part.title(), time.as_secs_f32());
        total.add(*tally);
    }
    writeln!(io::stdout(), "{total}").context("the summary can't be printed")?;
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Run<'_> {
    fn part(&mut self, part: Part, tally: &mut Tally) -> Result<()> {
        setup::ensure(self.checkout, part.needs())?;
        match part {
            Part::Fmt => tally.check(shell::run(&mut self.cargo("fmt --all --check")).context("Run `cargo fmt --all`")),
            Part::Clippy => self.clippy(tally),
            Part::Sqlx => {
                let checkout = self.checkout;
                tally.check(sqlx::check(checkout, self.database()?));
            }
            Part::Unit => self.unit(tally)?,
            Part::Fuzz => self.fuzz(tally)?,
            Part::Browser => self.browser(tally)?,
            Part::Journeys => self.journeys(tally)?,
        }
        Ok(())
    }

    fn clippy(&self, tally: &mut Tally) {
        let browser_tests = if self.checkout.has_browser_tests() { " --test browser" } else { "" };
        for what in [
            "--package pixelsync --all-targets --features ssr",
            "--package pixelsync-imaging --package pixelsync-postgres --package xtask --all-targets",
            &format!("--package pixelsync --lib{browser_tests} --features hydrate --target wasm32-unknown-unknown"),
        ] {
            tally.check(shell::run(&mut self.cargo(&format!("clippy {what} -- -D warnings"))));
        }
    }

    /// In two runs: together the features of their dependencies would be different from those that either was built with.
    fn unit(&mut self, tally: &mut Tally) -> Result<()> {
        let url = self.database()?.url.clone();
        for what in [
            "--package pixelsync --features ssr",
            "--package pixelsync-imaging --package pixelsync-postgres --package xtask",
        ] {
            let mut command = self.cargo(&format!("test --no-fail-fast {what}"));
            command.env("DATABASE_URL", &url);
            setup::name_postgres(self.checkout, &mut command);
            count(&mut command, tally);
        }
        Ok(())
    }

    fn fuzz(&self, tally: &mut Tally) -> Result<()> {
        let programs = fuzz::build(self.checkout)?;
        for target in fuzz::targets(self.checkout)? {
            tally.check(fuzz::test(self.checkout, &programs, &target));
        }
        Ok(())
    }

    fn browser(&self, tally: &mut Tally) -> Result<()> {
        if !self.checkout.has_browser_tests() {
            shell::say("There are none: tests/browser.rs does not exist");
            return Ok(());
        }
        let what = "--package pixelsync --test browser --features hydrate --target wasm32-unknown-unknown";
        count(self.cargo(&format!("test --no-fail-fast {what}")).env("CHROMEDRIVER", setup::driver()?), tally);
        Ok(())
    }

    fn journeys(&self, tally: &mut Tally) -> Result<()> {
        front::build(self.checkout, Profile::Tested)?;
        let binary = server::build(self.checkout, Profile::Tested)?;
        let folder = self.checkout.root.join("end2end");
        let mut playwright = Command::new(folder.join("node_modules/.bin/playwright"));
        playwright.arg("test").current_dir(&folder).env("PIXELSYNC_BIN", binary).env("CHROMIUM", setup::browser()?);
        playwright.envs(setup::python(self.checkout).map(|python| ("PYTHON", python)));
        // A developer's own database is not for tests to fill.
        playwright.env_remove("DATABASE_URL");
        setup::name_postgres(self.checkout, &mut playwright);
        count(&mut playwright, tally);
        Ok(())
    }

    fn database(&mut self) -> Result<&Database> {
        if self.database.is_none() {
            self.database = Some(Database::start(self.checkout)?);
        }
        self.database.as_ref().context("the temporary PostgreSQL is missing")
    }

    fn cargo(&self, arguments: &str) -> Command {
        let mut cargo = shell::cargo();
        cargo.current_dir(&self.checkout.root).args(arguments.split(' '));
        cargo
    }
}

fn count(command: &mut Command, tally: &mut Tally) {
    let mut counted = Tally::default();
    let done = shell::run_read(command, |line| counted.read(line));
    tally.tests(done, counted);
}
