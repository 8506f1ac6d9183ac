//! The binary from outside, in a clean room, against the sandbox. Depth is in the unit tests beside the code.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::disallowed_methods,
    missing_docs,
    unreachable_pub,
    reason = "a test that meets the unexpected shall say so and end"
)]

mod aliases;
mod askpass;
mod assume;
mod assume_role;
mod authn;
mod aws;
mod aws_files;
mod cache;
mod calling_forms;
mod captured;
mod clients;
mod completions;
mod configure;
mod console;
mod credential_process;
mod dialects;
mod doctor;
mod ends;
mod escapes;
mod examples;
mod exec;
mod explain;
mod export;
mod factor;
mod factors;
mod faults;
mod floors;
mod functions;
mod functions_other;
mod harness;
mod import;
mod input;
mod keyring;
mod kinds;
mod login;
mod login_matrix;
mod man;
mod many;
mod memory;
mod picker;
mod pipe;
mod profiles;
mod promises;
mod prompt;
mod prompt_matrix;
mod push;
mod rules;
mod saml_fetch;
mod saml_roles;
mod schema;
mod sdks;
mod secrets;
mod serve;
mod single_flight;
mod statuses;
mod swap;
mod to_profile;
mod touched;
mod transport;
mod usage;
mod vectors;
