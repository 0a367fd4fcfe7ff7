//! The words of the command line.

use std::path::PathBuf;

use clap::{ArgGroup, Args, Parser, Subcommand, builder::PossibleValuesParser, value_parser};

use super::{AgentCommand, Config, ConfigError, data_folder};
use crate::model::{
    export::{What, edge_first, quality_first},
    folder::FILE_TYPES,
};

/// Your picture folders, live in every browser.
///
/// PixelSync watches folders, keeps a PostgreSQL catalogue true to the disk, and pushes every change to every open tab.
#[derive(Debug, Parser)]
#[command(name = "pixelsync", version, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Starts the server and prints the address of the gallery
    Serve(Box<Config>),
    /// Lists the folders of the running server, or changes one
    Folders {
        #[command(flatten)]
        asking: Asking,
        #[command(subcommand)]
        act: Option<FolderAct>,
    },
    /// Compares folders with the catalogue, waits, and says what was found
    Scan(OneOrAll),
    /// Reads every file again and compares it with what it was, which finds damage that nothing else shows
    Verify(OneOrAll),
    /// Says how the running server is
    Status(Asking),
    /// Writes pictures of the running server into a folder, each compared with its hash
    Export(Box<ExportCommand>),
    /// Sends what lies in folders of this machine, and what comes into them, to a server. Changes nothing in them
    Agent(Box<AgentCommand>),
}

/// Which server is asked, and how it is told.
#[derive(Clone, Debug, Args)]
pub struct Asking {
    /// The data folder of the server, as it was started with
    #[arg(long, global = true, env = "PIXELSYNC_DATA", value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// What the server answers, as JSON
    #[arg(long, global = true)]
    pub json: bool,
}

impl Asking {
    pub fn data_folder(&self) -> Result<PathBuf, ConfigError> {
        data_folder(self.data.as_deref())
    }
}

#[derive(Clone, Debug, Args)]
pub struct OneOrAll {
    #[command(flatten)]
    pub asking: Asking,
    /// Its name, path or id; without it all folders
    pub folder: Option<String>,
}

#[derive(Clone, Debug, Args)]
pub struct ExportCommand {
    #[command(flatten)]
    pub asking: Asking,

    /// Where to: a new folder or an empty one. What broke off goes on when the same is called again
    #[arg(value_name = "DIR")]
    pub folder: PathBuf,

    /// What the gallery's address says of what is found, such as 'q=harbour&rating=4'; by default everything
    #[arg(long, value_name = "QUERY", default_value = "")]
    pub search: String,

    /// Only what lies in this folder, by its name, path or id; can be given several times
    #[arg(long = "of", value_name = "FOLDER")]
    pub of: Vec<String>,

    /// originals as they are, previews of 1600 pixels, or jpeg in a size of your own
    #[arg(long = "as", value_name = "WHAT", value_parser = what, default_value = "originals")]
    pub what: What,

    /// The long edge of a JPEG, in pixels
    #[arg(long, value_name = "PIXELS", default_value_t = edge_first())]
    pub edge: u32,

    /// How fine a JPEG is
    #[arg(long, value_name = "1-100", default_value_t = quality_first(), value_parser = value_parser!(u8).range(1..=100))]
    pub quality: u8,

    /// Beside each picture an XMP file with its rating, label, title, caption and tags
    #[arg(long)]
    pub sidecars: bool,
}

fn what(text: &str) -> Result<What, String> {
    let all = [What::Originals, What::Previews, What::Jpeg];
    all.into_iter().find(|what| what.name() == text).ok_or_else(|| "originals, previews or jpeg".to_owned())
}

#[derive(Clone, Debug, Subcommand)]
pub enum FolderAct {
    /// Shows all folders; so it is without a word, too
    List,
    /// Takes a folder in where it lies. Nothing in it is ever changed
    Add {
        path: PathBuf,
        /// What it is called; by default the last part of its path
        #[arg(long)]
        name: Option<String>,
        /// Look at it every few minutes instead of listening, whatever it lies on
        #[arg(long)]
        by_the_clock: bool,
        /// Only files of these types; by default all
        #[arg(long, value_delimiter = ',', value_parser = PossibleValuesParser::new(FILE_TYPES))]
        types: Vec<String>,
    },
    /// Leaves a folder alone until it is resumed
    Pause {
        /// Its name, path or id
        folder: String,
    },
    /// Looks at a paused folder again
    Resume {
        /// Its name, path or id
        folder: String,
    },
    /// Takes a folder out of the catalogue. Its files are not touched
    #[command(group(ArgGroup::new("records").required(true).args(["keep", "forget"])))]
    Remove {
        /// Its name, path or id
        folder: String,
        /// Keep what is known of its pictures for the day when it is added again
        #[arg(long)]
        keep: bool,
        /// Forget what is known of its pictures
        #[arg(long)]
        forget: bool,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    fn is_understood(words: &str) -> bool {
        Cli::try_parse_from(words.split_whitespace()).is_ok()
    }

    #[test]
    fn commands_are_understood() {
        for words in [
            "pixelsync folders",
            "pixelsync folders --json",
            "pixelsync folders list --data /d --json",
            "pixelsync folders --data /d add /p --name n --by-the-clock --types jpeg,raw",
            "pixelsync folders remove n --keep",
            "pixelsync scan",
            "pixelsync scan n --json",
            "pixelsync verify n --data /d",
            "pixelsync status --json",
            "pixelsync export /p",
            "pixelsync export --data /d --json --search q=a&rating=4 --of n --as jpeg --edge 800 --quality 70 --sidecars /p",
            "pixelsync agent --server http://localhost:3000 /a /b",
            "pixelsync agent --server https://h --project p --mode only-new --limit 2MB --once --state /s /a",
            "pixelsync agent status --json",
            "pixelsync agent status --state /s",
            "pixelsync agent retry",
        ] {
            assert!(is_understood(words), "{words}");
        }
        for words in [
            "pixelsync folders remove n",
            "pixelsync folders remove n --keep --forget",
            "pixelsync folders add /p --types word",
            "pixelsync serve --batch 501",
            "pixelsync serve --debounce 0",
            "pixelsync export",
            "pixelsync export --as tiff /p",
            "pixelsync agent /a",
            "pixelsync agent --server http://localhost:3000",
            "pixelsync agent --server http://localhost:3000 --limit fast /a",
            "pixelsync agent --server http://localhost:3000 --mode mirror /a",
        ] {
            assert!(!is_understood(words), "{words}");
        }
    }
}
