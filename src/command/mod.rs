//! What people type that is no stage: what a stage stands for and prints, functions and completions of shells, the manual, the sandbox,
//! the demo.

pub mod complete;
pub mod completions;
pub mod configure;
#[cfg(feature = "sandbox")]
pub mod demo;
pub mod doctor;
pub mod explain;
pub mod import;
pub mod init;
pub mod man;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod schema;
