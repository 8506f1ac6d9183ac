//! What people type that is no stage: what a stage stands for and prints, completions, the sandbox, the demo.

pub mod complete;
pub mod completions;
#[cfg(feature = "sandbox")]
pub mod demo;
pub mod explain;
#[cfg(feature = "sandbox")]
pub mod sandbox;
pub mod schema;
