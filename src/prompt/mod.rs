//! The real terminal, `/dev/tty`, behind [`Terminal`].
//!
//! Not stdin, which is the document; not stderr, which the AWS SDKs swallow when they run a credential process. It is opened anew for each
//! question, so a stage that asks nothing never touches it. Our own and not a crate's: rpassword leaves echo off
//! after Ctrl-C in zsh and in bash's `$(…)`.

mod askpass;
mod keys;
mod line;
mod numbered;
mod picker;
mod progress;
mod signals;
mod tty;
mod width;

pub use askpass::{Askpass, Require};
pub use progress::Progress;

use crate::error::{Error, Kind, printable};
use crate::secret::{SecretString, first_line};
use crate::terminal::{Choice, Terminal, Waiting};
use askpass::Failed;
use line::LIMIT;
use std::io::Write as _;
use std::os::fd::{AsFd, OwnedFd};
use tty::{Unanswered, device, is_foreground};
use zeroize::Zeroizing;

/// How questions are asked: what flags and variables say of it.
#[derive(Clone, Debug)]
pub struct Manner {
    /// `--no-input`: no question is ever asked; lines are still shown.
    pub no_input: bool,
    /// Whether the terminal can move its cursor, so that a list may be searched on it: not where `TERM` is unset or `dumb`.
    pub moves_cursor: bool,
    /// Who is asked where no terminal can be.
    pub askpass: Option<Askpass>,
    /// How waits are shown on a terminal's stderr.
    pub progress: Progress,
}

/// The person at `/dev/tty`, or at the window that a program opens in our place.
#[derive(Debug)]
pub struct Tty {
    manner: Manner,
    waiting: progress::Line,
}

/// Who is asked.
enum Asked<'a> {
    Terminal(OwnedFd),
    Program(&'a Askpass),
}

impl Tty {
    /// The terminal of this process.
    pub fn new(manner: Manner) -> Tty {
        Tty { manner, waiting: progress::Line::default() }
    }

    /// Who can be asked now.
    fn asked(&self, question: &str, instead: &str) -> Result<Asked<'_>, Error> {
        let cannot = |why: &str, hint: &str| {
            let message = format!("a question could not be asked ({question}): {why}");
            Error::new(Kind::NoTerminal, message, hint)
        };
        if self.manner.no_input {
            return Err(cannot("--no-input was given", instead));
        }
        let askpass = self.manner.askpass.as_ref().map_or(Ok(None), Askpass::usable)?;
        if let Some(first) = askpass.filter(|askpass| askpass.comes_first()) {
            return Ok(Asked::Program(first));
        }
        match (device(), askpass) {
            (Some(tty), _) if is_foreground(tty.as_fd()) => Ok(Asked::Terminal(tty)),
            (_, Some(askpass)) => Ok(Asked::Program(askpass)),
            (None, None) => Err(cannot("there is no terminal", instead)),
            (Some(_), None) => {
                let hint = format!(
                    "run it in the foreground (eval with command substitution, not source <(...), and no & behind it), or {instead}"
                );
                Err(cannot("this process is in the background of its terminal", &hint))
            }
        }
    }

    /// Asks; `text` is what stands before the cursor, `question` its name in messages.
    fn line(
        &self,
        text: &str,
        question: &str,
        echo: bool,
        instead: &str,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let tty = match self.asked(question, instead)? {
            Asked::Terminal(tty) => tty,
            Asked::Program(askpass) => match askpass.ask(text.trim_end_matches([':', ' '])) {
                Ok(answer) => return Ok(answer),
                Err(Failed::Ended(why)) => return Err(unanswered(why, question, instead)),
                Err(Failed::NoAnswer(why)) => {
                    let why = format!("OKTAPIPE_ASKPASS is {}, and {why}", askpass.name());
                    return Err(not_answered(question, &why, instead));
                }
                Err(Failed::NotRun(error)) => match self.after(askpass) {
                    Some(tty) => tty,
                    None => {
                        let why =
                            format!("OKTAPIPE_ASKPASS is {}, which cannot be run: {error}", askpass.name());
                        return Err(not_answered(question, &why, instead));
                    }
                },
            },
        };
        line::ask(tty.as_fd(), text, echo).map_err(|why| unanswered(why, question, instead))
    }

    /// The terminal, where a program that is only preferred to it could not be run.
    fn after(&self, askpass: &Askpass) -> Option<OwnedFd> {
        device().filter(|tty| askpass.require == Require::Prefer && is_foreground(tty.as_fd()))
    }

    /// Writes a line to the terminal, if there is one.
    fn on_terminal(&self, line: &str) -> bool {
        self.waiting.clear();
        device().is_some_and(|tty| tty::show(tty.as_fd(), line).is_ok())
    }

    /// Has a choice made by its number.
    fn number(&self, question: &str, choices: &[Choice], instead: &str) -> Result<usize, Error> {
        let wanted = format!("Number (1-{}): ", choices.len());
        let mut text = numbered::list(question, choices) + &wanted;
        for _ in 0..numbered::ATTEMPTS {
            let answer = self.line(&text, question, true, instead)?;
            if let Some(index) = numbered::chosen(&answer, choices.len()) {
                return Ok(index);
            }
            text = format!("That is none of the numbers above.\n{wanted}");
        }
        Err(not_answered(question, "none of the choices was taken", instead))
    }
}

fn line_of(text: &str) -> String {
    text.replace(char::is_control, " ") + "\n"
}

impl Terminal for Tty {
    fn ask(&self, question: &str, instead: &str) -> Result<String, Error> {
        let question = printable(question);
        let bytes = self.line(&format!("{question}: "), &question, true, instead)?;
        match std::str::from_utf8(&bytes) {
            Ok(text) => Ok(text.strip_suffix('\r').unwrap_or(text).to_owned()),
            Err(_) => Err(not_utf8(&question, instead)),
        }
    }

    fn ask_secret(&self, question: &str, instead: &str) -> Result<SecretString, Error> {
        let question = printable(question);
        let bytes = self.line(&format!("{question}: "), &question, false, instead)?;
        first_line(bytes.to_vec()).ok_or_else(|| not_utf8(&question, instead))
    }

    fn choose(&self, question: &str, choices: &[Choice], instead: &str) -> Result<usize, Error> {
        let question = printable(question);
        match self.asked(&question, instead)? {
            Asked::Terminal(tty) if self.manner.moves_cursor && picker::has_room(tty.as_fd()) => {
                picker::pick(tty.as_fd(), &question, choices)
                    .map_err(|why| unanswered(why, &question, instead))
            }
            _ => self.number(&question, choices, instead),
        }
    }

    fn can_ask(&self) -> bool {
        let program =
            || self.manner.askpass.as_ref().is_some_and(|askpass| askpass.require != Require::Never);
        !self.manner.no_input && (device().is_some_and(|tty| is_foreground(tty.as_fd())) || program())
    }

    fn show(&self, text: &str) {
        let text = line_of(text);
        if !self.on_terminal(&text) {
            // The last place where a person might look; if that fails too, there is nobody to tell.
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }

    fn tell(&self, text: &str) {
        self.on_terminal(&line_of(text));
    }

    fn waiting(&self, what: &str, note: Option<&str>) -> Option<Box<dyn Waiting + '_>> {
        let waiting = progress::begin(self.manner.progress, &self.waiting, what);
        if let (None, Some(note)) = (&waiting, note) {
            self.show(note);
        }
        waiting
    }

    fn reader_is_gone(&self) -> bool {
        tty::reader_is_gone(std::io::stdout().as_fd())
    }
}

fn unanswered(why: Unanswered, question: &str, instead: &str) -> Error {
    match why {
        Unanswered::ReaderGone => Error::ReaderGone,
        Unanswered::Signal(signal) => Error::Signal(signal),
        Unanswered::InputEnded => not_answered(question, "the input ended", instead),
        Unanswered::Cancelled => not_answered(question, "it was cancelled", instead),
        Unanswered::TooLong => {
            not_answered(question, &format!("terminals cut lines of {} bytes or more", LIMIT - 1), instead)
        }
        Unanswered::Broken(errno) => {
            not_answered(question, &format!("the terminal failed: {errno}"), instead)
        }
    }
}

fn not_answered(question: &str, why: &str, instead: &str) -> Error {
    Error::new(Kind::NoTerminal, format!("the question was not answered ({question}): {why}"), instead)
}

fn not_utf8(question: &str, instead: &str) -> Error {
    not_answered(question, "the answer is not UTF-8", instead)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_input_nothing_is_asked_and_the_hint_is_the_callers() {
        let program = Askpass { program: "echo".into(), require: Require::Force };
        let tty = Tty::new(Manner {
            no_input: true,
            moves_cursor: true,
            askpass: Some(program),
            progress: Progress::Off,
        });
        assert!(!tty.can_ask());
        let error = tty.ask_secret("Password", "give --password-stdin").unwrap_err();
        assert_eq!(error.kind(), Some(Kind::NoTerminal));
        let text = error.to_string();
        assert!(
            text.contains("could not be asked (Password)") && text.ends_with(": give --password-stdin"),
            "{text}"
        );
    }
}
