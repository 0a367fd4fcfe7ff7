//! What Lighthouse says of the pages, on a phone with a slow line and on a desk: points that are lost of a hundred.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Stage,
    figure::{Figure, percentile},
};

const LOST_GOAL: f64 = 5.0;
/// The middle one counts: a machine is not equally fast at any time.
const ROUNDS: usize = 3;

#[derive(Clone, Copy)]
enum Screen {
    Phone,
    Desk,
}

#[derive(Deserialize)]
struct Report {
    categories: Categories,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Categories {
    performance: Category,
    accessibility: Category,
    best_practices: Category,
}

#[derive(Deserialize)]
struct Category {
    /// Of one.
    score: f64,
}

pub(crate) fn measure(stage: &Stage) -> Result<Vec<Figure>> {
    let newest: Value = stage.host.get("/api/v1/images?state=ok&limit=1")?;
    let id = newest["images"][0]["id"].as_str().context("there is no picture")?.to_owned();
    let mut figures = Vec::new();
    let (mut accessibility, mut practices) = (0.0, 0.0);
    for (name, path, screen) in [
        ("lighthouse_lost_gallery_phone", String::new(), Screen::Phone),
        ("lighthouse_lost_gallery_desk", String::new(), Screen::Desk),
        ("lighthouse_lost_picture_phone", format!("pictures/{id}"), Screen::Phone),
        ("lighthouse_lost_picture_desk", format!("pictures/{id}"), Screen::Desk),
        ("lighthouse_lost_folders_phone", "folders".to_owned(), Screen::Phone),
        ("lighthouse_lost_folders_desk", "folders".to_owned(), Screen::Desk),
    ] {
        let mut performance = Vec::new();
        for _ in 0..ROUNDS {
            let seen = look(&format!("http://{}/{path}", stage.host.address), screen)?;
            performance.push(lost(&seen.performance));
            accessibility = f64::max(accessibility, lost(&seen.accessibility));
            practices = f64::max(practices, lost(&seen.best_practices));
        }
        figures.push(Figure::below(name, percentile(&mut performance, 0.5), "points", LOST_GOAL));
    }
    figures.push(Figure::below("lighthouse_lost_accessibility", accessibility, "points", LOST_GOAL));
    figures.push(Figure::below("lighthouse_lost_practices", practices, "points", LOST_GOAL));
    Ok(figures)
}

fn lost(category: &Category) -> f64 {
    (1.0 - category.score) * 100.0
}

fn look(address: &str, screen: Screen) -> Result<Categories> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/grid/node_modules/lighthouse/cli/index.js");
    let mut command = Command::new("node");
    command.arg(program).arg(address).args([
        "--only-categories=performance,accessibility,best-practices",
        "--chrome-flags=--headless --no-sandbox --disable-gpu",
        "--output=json",
        "--quiet",
    ]);
    if matches!(screen, Screen::Desk) {
        command.arg("--preset=desktop");
    }
    let chromium = std::env::var_os("CHROMIUM").context("run this by `cargo xtask bench grid`")?;
    let output = command.env("CHROME_PATH", chromium).stderr(Stdio::inherit()).output();
    let output = output.context("node could not be started")?;
    ensure!(output.status.success(), "Lighthouse failed at {address}");
    let report: Report = serde_json::from_slice(&output.stdout).context("Lighthouse's answer is not understood")?;
    Ok(report.categories)
}
