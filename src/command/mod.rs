//! What people type that is no stage: what a stage stands for and prints, functions and completions of shells, the manual, the sandbox,
//! the demo.

pub mod complete;
pub mod completions;
pub mod configure;
pub mod credential_process;
#[cfg(feature = "sandbox")]
pub mod demo;
pub mod doctor;
pub mod exec;
pub mod explain;
pub mod import;
pub mod init;
pub mod login;
pub mod logout;
pub mod man;
pub mod roles;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod schema;
pub mod serve;
pub mod whoami;

use crate::error::{Error, Kind};
use tokio::runtime::{Builder, Runtime};

/// A failure of a command that is made of stages: the stage that failed, if it was one, under whose name it is told.
#[derive(Debug)]
pub struct Failed {
    /// The stage; else it is the command itself.
    pub stage: Option<&'static str>,
    /// What failed.
    pub error: Error,
}

impl Failed {
    fn at(stage: &'static str, error: Error) -> Failed {
        Failed { stage: Some(stage), error }
    }
}

impl From<Error> for Failed {
    fn from(error: Error) -> Failed {
        Failed { stage: None, error }
    }
}

/// Runs what uses the network.
///
/// # Errors
/// Those of the future; `internal` where no runtime can be made.
pub fn online<T, E: From<Error>>(future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    runtime()?.block_on(future)
}

/// The runtime is made here only, and only for commands that use the network: the AWS SDK wants one.
///
/// # Errors
/// `internal` where it cannot be made.
pub fn runtime() -> Result<Runtime, Error> {
    Builder::new_current_thread().enable_all().build().map_err(|error| {
        Error::new(
            Kind::Internal,
            format!("the runtime cannot start: {error}"),
            "check the limits of processes and files",
        )
    })
}
