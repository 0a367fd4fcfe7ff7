//! Takes the compiled module apart: what the first view runs, and what may come later because only a `wasm_split` function
//! reaches it. Makes neither smaller.

use anyhow::{Context, Result, anyhow};
use std::{
    fs,
    path::{Path, PathBuf},
};
use wasm_split_cli_support::{Options, transform};

/// How the module names the loader that [`join`] puts into the program.
const LOADER: &str = "./split.js";

pub(crate) struct Parts {
    pub(crate) first: PathBuf,
    pub(crate) later: Vec<PathBuf>,
    /// The JavaScript that loads the later ones, which asks for them under their names in `later`.
    pub(crate) loader: String,
}

/// Works with the relocations that `build.rs` has the linker keep, so before wasm-bindgen, which drops them.
pub(crate) fn split(module: &Path, folder: &Path) -> Result<Parts> {
    let bytes = fs::read(module).with_context(|| format!("{} can't be read", module.display()))?;
    fs::create_dir_all(folder).with_context(|| format!("{} can't be created", folder.display()))?;
    let first = folder.join("first.wasm");
    let mut options = Options::new(&bytes);
    options.output_dir = folder;
    options.main_out_path = &first;
    options.link_name = LOADER;
    let split = transform(options).map_err(|error| anyhow!("{error:#}"))?;
    let loader = folder.join(LOADER);
    let loader = fs::read_to_string(&loader).with_context(|| format!("{} can't be read", loader.display()))?;
    Ok(Parts { first, later: split.split_modules, loader })
}

/// One file of two that import each other: their addresses carry what they hold, which two such files cannot know.
pub(crate) fn join(program: &str, loader: &str) -> Result<String> {
    let import = program.lines().find(|line| line.starts_with("import ") && line.contains(LOADER));
    let import = import.context("wasm-bindgen's JavaScript does not import the loader")?;
    let name = import.split(' ').nth(3).context("wasm-bindgen imports the loader in another way")?;
    let loads: Vec<_> =
        loader.lines().filter_map(|line| line.strip_prefix("export const ")?.split(' ').next()).collect();
    // what it imports is in the same file now
    let loader: String =
        loader.lines().filter(|line| !line.starts_with("import ")).map(|line| format!("{line}\n")).collect();
    // what does not come is told to whoever asked for it, who says so where it is needed
    let loader = loader.replace("export const ", "const ").replace("console.error(e);", "");
    Ok(program.replace(import, &format!("{loader}const {name} = {{ {} }};", loads.join(", "))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_becomes_part_of_the_program() {
        let program = "import * as import1 from \"./split.js\"\n\nlet wasm;\nuse(import1);\n";
        let loader =
            "import { initSync } from \"./main.js\";\n\nexport const load_a = make(() => {\nconsole.error(e);\n});\n";
        let joined = join(program, loader).expect("both are as they come");
        let whole = "\nconst load_a = make(() => {\n\n});\nconst import1 = { load_a };\n\nlet wasm;\nuse(import1);\n";
        assert_eq!(joined, whole);
        assert!(join("let wasm;\n", loader).is_err());
    }
}
