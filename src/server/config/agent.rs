//! What an agent is told: whom it sends which folders, and how.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::{ConfigError, data_folder, units::rate};

#[derive(Clone, Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct AgentCommand {
    #[command(flatten)]
    pub settings: AgentSettings,
    #[command(subcommand)]
    pub act: Option<AgentAct>,
}

#[derive(Clone, Debug, Subcommand)]
pub enum AgentAct {
    /// Says how far an agent is, whether or not it runs
    Status {
        #[command(flatten)]
        state: AgentState,
        /// The same as JSON
        #[arg(long)]
        json: bool,
    },
    /// Tries everything again that failed
    Retry(AgentState),
}

#[derive(Clone, Debug, Args)]
pub struct AgentState {
    /// Where the agent keeps its queue; by default agent.sqlite in the usual data folder
    #[arg(long, env = "PIXELSYNC_AGENT_STATE", value_name = "FILE")]
    state: Option<PathBuf>,
}

impl AgentState {
    pub fn file(&self) -> Result<PathBuf, ConfigError> {
        match &self.state {
            Some(file) => Ok(file.clone()),
            None => Ok(data_folder(None)?.join("agent.sqlite")),
        }
    }
}

#[derive(Clone, Debug, Args)]
pub struct AgentSettings {
    /// The server, as its gallery is opened: http://HOST:PORT or https://HOST
    #[arg(long, env = "PIXELSYNC_SERVER", value_name = "URL", required = true)]
    pub server: Option<String>,

    /// For which project the files are
    #[arg(long, env = "PIXELSYNC_PROJECT", value_name = "NAME")]
    pub project: Option<String>,

    /// Which folders are sent
    #[arg(value_name = "DIR", required = true)]
    pub folders: Vec<PathBuf>,

    /// mirror-new: all that lies there, and all that comes. only-new: only what comes after the first start. Neither ever
    /// deletes anything.
    #[arg(long, env = "PIXELSYNC_AGENT_MODE", value_name = "MODE", value_enum, default_value_t = AgentMode::MirrorNew)]
    pub mode: AgentMode,

    /// How many bytes a second are sent at most, such as 500KB, 2MB or 1.5MB
    #[arg(long, env = "PIXELSYNC_AGENT_LIMIT", value_name = "SIZE", value_parser = rate)]
    pub limit: Option<u64>,

    /// Ends when all that lies there is sent
    #[arg(long)]
    pub once: bool,

    #[command(flatten)]
    pub state: AgentState,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AgentMode {
    MirrorNew,
    OnlyNew,
}
