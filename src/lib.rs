//! oktapipe: Unix pipe stages that turn an Okta login into temporary AWS credentials.
//!
//! The modules stand on floors, and imports point down only (`tests/cli/floors.rs` holds the table):
//! `error`, `secret`, `arn`, `time`, `xml`, `terminal`, `signal`; above them the pure parsers, `document`, `http` and `cli`; then the
//! conversations with the outside (`okta`, `sts`, `prompt`, `store`); `context`, the world as a value; one file a stage
//! in `stage`; what is made of stages in `command`; and `run`, which alone reads the real world and writes the output.

pub mod alias;
pub mod arn;
pub mod assertion;
pub mod browser;
pub mod cli;
pub mod command;
pub mod config;
pub mod context;
pub mod document;
pub mod duration;
pub mod error;
pub mod http;
pub mod iam;
pub mod ini;
pub mod okta;
pub mod org;
pub mod page;
pub mod process;
pub mod prompt;
pub mod run;
pub mod secret;
pub mod shell;
pub mod signal;
pub mod signin;
pub mod stage;
pub mod store;
pub mod sts;
pub mod terminal;
pub mod time;
pub mod transaction;
pub mod xml;
