//! The runner of browser unit tests, at the version Cargo.lock pins. Tests are one module, of which nothing comes later: what leads
//! there is closed first.

use std::{
    env,
    ffi::OsString,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use walrus::{ImportKind, Module};

/// Where a function that is to be split off is imported from until it is.
const LATER: &str = "__wasm_split_placeholder__";

fn main() -> Result<()> {
    let arguments: Result<Vec<OsString>> = env::args_os().map(closed).collect();
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments?)
}

fn closed(argument: OsString) -> Result<OsString> {
    let path = Path::new(&argument);
    if path.extension().is_some_and(|kind| kind == "wasm") {
        close(path).map(PathBuf::into_os_string)
    } else {
        Ok(argument)
    }
}

/// A module beside it that imports nothing that only the splitter knows.
fn close(path: &Path) -> Result<PathBuf> {
    let mut module = Module::from_file(path).with_context(|| format!("{} is no module", path.display()))?;
    let later = module.imports.iter().filter(|import| import.module == LATER).filter_map(|import| match import.kind {
        ImportKind::Function(id) => Some(id),
        _ => None,
    });
    for id in later.collect::<Vec<_>>() {
        // it traps, should it be called after all
        module.replace_imported_func(id, |(body, _)| {
            body.unreachable();
        })?;
    }
    let closed = path.with_extension("whole.wasm");
    module.emit_wasm_file(&closed).with_context(|| format!("{} can't be written", closed.display()))?;
    Ok(closed)
}
