//! The person, where not all that is said reaches them, and where it matters whether they were asked.

use crate::error::Error;
use crate::secret::SecretString;
use crate::terminal::{Choice, Nobody, Terminal, Waiting};
use std::cell::Cell;

/// A person at a terminal or a window, and nobody at our stderr: an SDK shows that as the failure of its credential process.
#[derive(Debug)]
pub(crate) struct Unheard<'t>(pub(crate) &'t dyn Terminal);

impl Terminal for Unheard<'_> {
    fn ask(&self, question: &str, instead: &str) -> Result<String, Error> {
        self.0.ask(question, instead)
    }

    fn ask_secret(&self, question: &str, instead: &str) -> Result<SecretString, Error> {
        self.0.ask_secret(question, instead)
    }

    fn choose(&self, question: &str, choices: &[Choice], instead: &str) -> Result<usize, Error> {
        self.0.choose(question, choices, instead)
    }

    fn can_ask(&self) -> bool {
        self.0.can_ask()
    }

    fn show(&self, line: &str) {
        self.0.tell(line);
    }

    fn tell(&self, line: &str) {
        self.0.tell(line);
    }

    fn waiting(&self, _: &str, note: Option<&str>) -> Option<Box<dyn Waiting + '_>> {
        note.iter().for_each(|note| self.0.tell(note));
        None
    }

    fn reader_is_gone(&self) -> bool {
        self.0.reader_is_gone()
    }
}

/// A person's terminal, until a command has it: from then on it is neither asked nor shown anything, and whether the command's reader left is not ours.
#[derive(Debug)]
pub(crate) struct Lent<'t> {
    now: Cell<&'t dyn Terminal>,
}

impl<'t> Lent<'t> {
    pub(crate) fn new(terminal: &'t dyn Terminal) -> Lent<'t> {
        Lent { now: Cell::new(terminal) }
    }

    /// The command has it now.
    pub(crate) fn lend(&self) {
        self.now.set(&Nobody { reader_is_gone: false });
    }
}

impl Terminal for Lent<'_> {
    fn ask(&self, question: &str, instead: &str) -> Result<String, Error> {
        self.now.get().ask(question, instead)
    }

    fn ask_secret(&self, question: &str, instead: &str) -> Result<SecretString, Error> {
        self.now.get().ask_secret(question, instead)
    }

    fn choose(&self, question: &str, choices: &[Choice], instead: &str) -> Result<usize, Error> {
        self.now.get().choose(question, choices, instead)
    }

    fn can_ask(&self) -> bool {
        self.now.get().can_ask()
    }

    fn show(&self, line: &str) {
        self.now.get().show(line);
    }

    fn tell(&self, line: &str) {
        self.now.get().tell(line);
    }

    fn waiting(&self, what: &str, note: Option<&str>) -> Option<Box<dyn Waiting + '_>> {
        self.now.get().waiting(what, note)
    }

    fn reader_is_gone(&self) -> bool {
        self.now.get().reader_is_gone()
    }
}

/// The person, and whether they have chosen: what was picked once is not what the same flags mean the next time.
#[derive(Debug)]
pub(super) struct Watched<'t> {
    pub(super) terminal: &'t dyn Terminal,
    pub(super) has_chosen: Cell<bool>,
}

impl Terminal for Watched<'_> {
    fn ask(&self, question: &str, instead: &str) -> Result<String, Error> {
        self.terminal.ask(question, instead)
    }

    fn ask_secret(&self, question: &str, instead: &str) -> Result<SecretString, Error> {
        self.terminal.ask_secret(question, instead)
    }

    fn choose(&self, question: &str, choices: &[Choice], instead: &str) -> Result<usize, Error> {
        self.has_chosen.set(true);
        self.terminal.choose(question, choices, instead)
    }

    fn can_ask(&self) -> bool {
        self.terminal.can_ask()
    }

    fn show(&self, line: &str) {
        self.terminal.show(line);
    }

    fn waiting(&self, what: &str, note: Option<&str>) -> Option<Box<dyn Waiting + '_>> {
        self.terminal.waiting(what, note)
    }

    fn reader_is_gone(&self) -> bool {
        self.terminal.reader_is_gone()
    }
}
