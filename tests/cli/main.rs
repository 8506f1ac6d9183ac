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

mod clients;
mod harness;
mod login;
