//! What people type that is no stage: completions, the sandbox, the demo.

pub mod completions;
#[cfg(feature = "sandbox")]
pub mod demo;
#[cfg(feature = "sandbox")]
pub mod sandbox;
