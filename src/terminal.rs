//! The person, as the conversations see them.
//!
//! The real one is `prompt::Tty`, on `/dev/tty`; tests hand in one that answers from a list. stdout is never used to talk
//! to a person, and stdin never read from one.

use crate::error::{Error, Kind};
use crate::secret::SecretString;

/// One of several that a person chooses from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// It in one line: what a numbered list shows, what is searched, and what stays on the screen when it was taken.
    pub name: String,
    /// The same in columns, for a list in which it is looked for: account and role, say. Every choice has as many.
    pub columns: Vec<String>,
}

/// A wait that a person sees, until it is dropped.
pub trait Waiting: std::fmt::Debug {
    /// Shows how long it has been; due about once a second.
    fn tick(&self);
}

/// Whom to ask, and whether anybody still waits for our answer.
pub trait Terminal: std::fmt::Debug {
    /// Asks for one line, shown while it is typed.
    ///
    /// # Errors
    /// `no_terminal` when nobody can be asked (`hint` then is what the caller gives as `instead`, for instance
    /// `give --username`); [`Error::ReaderGone`] when stdout's reader left meanwhile; [`Error::Signal`] after Ctrl-C.
    fn ask(&self, question: &str, instead: &str) -> Result<String, Error>;

    /// Asks for one line, not shown.
    ///
    /// # Errors
    /// As [`Terminal::ask`].
    fn ask_secret(&self, question: &str, instead: &str) -> Result<SecretString, Error>;

    /// Lets the person choose one of `choices` (their number is given back, from 0).
    ///
    /// # Errors
    /// As [`Terminal::ask`].
    fn choose(&self, question: &str, choices: &[Choice], instead: &str) -> Result<usize, Error>;

    /// Whether a question could be asked now: a terminal is there and we are in its foreground, or a program was named that asks, and
    /// `--no-input` was not given.
    fn can_ask(&self) -> bool;

    /// Shows the person a line that no question follows (the number of a push challenge): on the terminal if there is
    /// one, else on stderr. Quiet does not silence it.
    fn show(&self, line: &str);

    /// As [`Terminal::show`], on the terminal alone: nothing where there is none.
    fn tell(&self, _: &str) {}

    /// Says on a terminal's stderr that `what` is going on and for how long, in one line that is gone when the guard is dropped. Nothing,
    /// and no guard, where stderr is no terminal or is to be quiet: `note` is shown once then, if there is one.
    fn waiting(&self, what: &str, note: Option<&str>) -> Option<Box<dyn Waiting + '_>>;

    /// Whether stdout's reader is gone, so that nothing one-time should be spent any more: `poll(2)` on descriptor 1
    /// gives POLLERR (Linux) or POLLHUP (macOS) on a pipe whose other end is closed.
    fn reader_is_gone(&self) -> bool;
}

/// A terminal that nobody is at: nothing is asked, nothing shown.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody {
    /// What [`Terminal::reader_is_gone`] says.
    pub reader_is_gone: bool,
}

impl Nobody {
    fn refuse<T>(question: &str, instead: &str) -> Result<T, Error> {
        Err(Error::new(Kind::NoTerminal, format!("nobody is asked now ({question})"), instead))
    }
}

impl Terminal for Nobody {
    fn ask(&self, question: &str, instead: &str) -> Result<String, Error> {
        Nobody::refuse(question, instead)
    }

    fn ask_secret(&self, question: &str, instead: &str) -> Result<SecretString, Error> {
        Nobody::refuse(question, instead)
    }

    fn choose(&self, question: &str, _: &[Choice], instead: &str) -> Result<usize, Error> {
        Nobody::refuse(question, instead)
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn show(&self, _: &str) {}

    fn waiting(&self, _: &str, _: Option<&str>) -> Option<Box<dyn Waiting + '_>> {
        None
    }

    fn reader_is_gone(&self) -> bool {
        self.reader_is_gone
    }
}
