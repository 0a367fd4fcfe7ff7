//! How long the program takes to be there.

use std::time::Instant;

use anyhow::Result;

use crate::{
    figure::{Figure, percentile},
    program::{Program, data_folder},
};

const STARTS: usize = 5;
const START_GOAL_MS: f64 = 1_500.0;

/// From the start of the process, with a database that exists, to its first answer.
pub(crate) fn measure() -> Result<Vec<Figure>> {
    let data = data_folder()?;
    drop(Program::start(data.path(), None, &[])?);
    let mut times = Vec::new();
    for _ in 0..STARTS {
        let begun = Instant::now();
        let program = Program::start(data.path(), None, &[])?;
        program.get(&mut program.connect()?, "/health")?;
        times.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(vec![Figure::below("start_to_first_answer", percentile(&mut times, 0.5), "ms", START_GOAL_MS)])
}
