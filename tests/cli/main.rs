//! The binary from outside, in a clean room, against the sandbox. Depth is in the unit tests beside the code.

mod harness;
mod login;
