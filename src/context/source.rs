//! Where a password or a code comes from, other than a person: a file descriptor, a command, a variable. Never an argument:
//! `/proc/PID/cmdline` is everybody's to read.

use super::Context;
use crate::error::{Error, Kind};
use crate::secret::{self, child};
use secrecy::{ExposeSecret, SecretString};
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::process::Stdio;

/// The longest first line that is taken as a secret, in bytes.
const LINE_LIMIT: usize = 64 << 10;

/// The flags and variables that may hold a secret, strongest first.
#[derive(Debug)]
pub struct Source<'a> {
    /// What it is, for messages: `password` or `passcode`.
    pub what: &'static str,
    /// `--…-stdin`
    pub stdin: bool,
    /// `--…-fd N`
    pub fd: Option<u32>,
    /// `--…-command COMMAND`
    pub command: Option<&'a str>,
    /// The variables.
    pub variables: &'a [&'a str],
}

impl Source<'_> {
    /// The secret, or `None` if no flag and no variable names one.
    ///
    /// # Errors
    /// `config` for a descriptor or command that gives nothing, and for bytes that are not UTF-8; `usage` for descriptor 1 or 2.
    pub fn read(&self, context: &Context<'_>) -> Result<Option<SecretString>, Error> {
        let (bytes, from) = if self.stdin || self.fd == Some(0) {
            (context.stdin_line()?, "stdin".to_owned())
        } else if let Some(fd) = self.fd {
            (self.descriptor(fd)?, format!("file descriptor {fd}"))
        } else if let Some(command) = self.command {
            (self.output(command)?, format!("the {} command", self.what))
        } else {
            return Ok(self.variables.iter().find_map(|name| context.environment.secret(name)));
        };
        match secret::first_line(bytes) {
            Some(line) if !line.expose_secret().is_empty() => Ok(Some(line)),
            Some(_) => Err(self.fault(format!("{from} gave no {}", self.what))),
            None => Err(self.fault(format!("the {} from {from} is not UTF-8", self.what))),
        }
    }

    /// Descriptors are opened by name, since taking over a number is not safe Rust. Linux and macOS have /dev/fd.
    fn descriptor(&self, fd: u32) -> Result<Vec<u8>, Error> {
        if matches!(fd, 1 | 2) {
            let message = format!("file descriptor {fd} is our output, not the {}", self.what);
            return Err(Error::new(Kind::Usage, message, "take 3 or above, as in 3< <(pass show okta)"));
        }
        let mut file = File::open(format!("/dev/fd/{fd}"))
            .map_err(|error| self.fault(format!("file descriptor {fd} cannot be read: {error}")))?;
        line(&mut file, &format!("file descriptor {fd}"))
    }

    fn output(&self, command: &str) -> Result<Vec<u8>, Error> {
        let mut shell = child("sh");
        shell.arg("-c").arg(command).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut running = shell
            .spawn()
            .map_err(|error| self.fault(format!("the {} command cannot run: {error}", self.what)))?;
        let bytes = running
            .stdout
            .take()
            .map(|mut stdout| line(&mut stdout, "the command"))
            .transpose()?
            .unwrap_or_default();
        let status = running
            .wait()
            .map_err(|error| self.fault(format!("the {} command was lost: {error}", self.what)))?;
        // A command that is cut off after its first line may die of SIGPIPE; the line is what counts then.
        if !status.success() && (status.code().is_some() || bytes.is_empty()) {
            return Err(self.fault(format!("the {} command ended with {status}", self.what)));
        }
        Ok(bytes)
    }

    fn fault(&self, message: String) -> Error {
        Error::new(Kind::Config, message, format!("give the {} another way; see the manual", self.what))
    }
}

/// Reads to the first newline, one byte at a time: what follows belongs to somebody else.
pub(super) fn line(input: &mut dyn Read, from: &str) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::with_capacity(256);
    let mut byte = [0];
    while bytes.len() < LINE_LIMIT {
        match input.read(&mut byte) {
            Ok(0) => return Ok(bytes),
            Ok(_) if byte == *b"\n" => return Ok(bytes),
            Ok(_) => bytes.extend_from_slice(&byte),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                return Err(Error::new(
                    Kind::Io,
                    format!("{from} cannot be read: {error}"),
                    "check where it comes from",
                ));
            }
        }
    }
    Err(Error::new(
        Kind::Config,
        format!("the first line of {from} is longer than 64 KiB"),
        "that is no secret",
    ))
}
