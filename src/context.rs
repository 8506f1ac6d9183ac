//! The world as values: environment, stdin, clock, terminal and network, made once by `run` and handed to a stage.

mod environment;
mod profiles;
mod source;

pub use environment::Environment;
pub use profiles::Profiles;
pub use source::Source;

use crate::cli::Common;
use crate::config::Profile;
use crate::document::Carry;
use crate::error::{Error, Kind};
use crate::http::{DEFAULT_TIMEOUT, Http};
use crate::terminal::Terminal;
use crate::time::Clock;
use std::cell::RefCell;
use std::fmt;
use std::io::{self, Read};
use std::time::Duration;
use zeroize::Zeroizing;

/// Room for a document with an assertion of some ten roles, in bytes.
const ROOM: usize = 16 << 10;

/// What a stage may use.
pub struct Context<'w> {
    /// The flags that every command takes.
    pub common: &'w Common,
    /// The environment variables.
    pub environment: &'w Environment,
    /// The profiles of the person's file; see [`Context::profile`].
    pub profiles: &'w Profiles,
    /// The clock.
    pub clock: &'w dyn Clock,
    /// The person.
    pub terminal: &'w dyn Terminal,
    /// The network.
    pub http: &'w Http,
    /// Whether stdin is a terminal: then no document is waited for.
    pub stdin_is_terminal: bool,
    /// Whether stdout is a terminal: then secrets are masked, and a child may draw on it.
    pub stdout_is_terminal: bool,
    /// Stdin itself; read through [`Context::stdin`].
    pub input: RefCell<Box<dyn Read + 'w>>,
    /// Where warnings go; nowhere with `--quiet`.
    pub warn: &'w dyn Fn(&str),
}

impl Context<'_> {
    /// All of stdin, of which there may be `limit` bytes. All of it is wiped in the end, what was copied on the way too.
    ///
    /// # Errors
    /// `wrong_document` when it is longer, `io` when it cannot be read.
    pub fn stdin(&self, limit: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
        let bytes = whole(&mut *self.input.borrow_mut(), limit + 1).map_err(|error| {
            Error::new(
                Kind::Io,
                format!("stdin cannot be read: {error}"),
                "check what stands before this stage",
            )
        })?;
        if bytes.len() > limit {
            return Err(Error::new(
                Kind::WrongDocument,
                format!("stdin holds more than {} MiB", limit >> 20),
                "no document of a sign-in is that long: check what stands before this stage",
            ));
        }
        Ok(bytes)
    }

    /// Stdin up to its first newline, byte by byte, so that what follows stays for whoever reads next.
    ///
    /// # Errors
    /// As [`Context::stdin`].
    pub fn stdin_line(&self) -> Result<Vec<u8>, Error> {
        source::line(&mut *self.input.borrow_mut(), "stdin")
    }

    /// The profile that counts for a document: what it says is weaker than all else. If a flag or a variable names it, the document carries the
    /// name on. Its `ca-file` and `timeout` hold for every request of this process from now on, unless a flag gives others.
    ///
    /// # Errors
    /// As [`Profiles::select`].
    pub fn profile(&self, carry: &mut Carry) -> Result<Profile, Error> {
        let profile = self.profiles.select(carry.setting("profile"))?;
        if let Some((name, _)) = self.profiles.named() {
            carry.set("profile", name);
        }
        let timeout = profile.number("timeout").filter(|_| self.common.timeout.is_none());
        let ca_file = profile.text("ca-file").filter(|_| self.common.ca_file.is_none());
        self.http.settle(
            timeout.map(Duration::from_secs),
            ca_file.map(|file| ("ca-file".to_owned(), file.into())),
        );
        Ok(profile)
    }

    /// How long a service may take: `--timeout`, else as long as anybody would wait.
    pub fn timeout(&self) -> Duration {
        self.common.timeout.map_or(DEFAULT_TIMEOUT, Duration::from_secs)
    }

    /// A setting: the flag, else the first of the variables that is set, else what the document carries, else what the profile says of `key`.
    pub fn setting(
        &self,
        key: &str,
        flag: Option<&str>,
        variables: &[&str],
        carried: Option<&str>,
        profile: &Profile,
    ) -> Option<String> {
        let variable = || variables.iter().find_map(|name| self.environment.text(name));
        let flag = flag.filter(|text| !text.trim().is_empty());
        flag.or_else(variable).or(carried).or_else(|| profile.text(key)).map(str::to_owned)
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("common", &self.common)
            .field("environment", &self.environment)
            .finish_non_exhaustive()
    }
}

/// All that comes, up to `most` bytes.
fn whole(reader: &mut impl Read, most: usize) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(ROOM));
    loop {
        let room = bytes.capacity().min(most) - bytes.len();
        let read = reader.by_ref().take(room as u64).read_to_end(&mut bytes)?;
        if read < room || bytes.len() == most {
            return Ok(bytes);
        }
        // A vector that grows by itself leaves what it held behind, and nobody wipes that.
        let mut larger = Zeroizing::new(Vec::with_capacity(2 * bytes.capacity()));
        larger.extend_from_slice(&bytes);
        bytes = larger;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_its_room_comes_whole_up_to_the_limit() {
        let text: Vec<u8> = (0..5 * ROOM).map(|n| (n % 251) as u8).collect();
        for length in [0, 1, ROOM - 1, ROOM, ROOM + 1, 2 * ROOM - 40, 2 * ROOM, 4 * ROOM, 5 * ROOM] {
            for most in [1, ROOM, length.max(1), length + 1, 5 * ROOM] {
                // Two readers, so that a read ends in the middle.
                let (first, second) = text[..length].split_at(length / 3);
                let bytes = whole(&mut first.chain(second), most).unwrap();
                assert_eq!(*bytes, text[..length.min(most)], "{length} of at most {most}");
            }
        }
    }
}
