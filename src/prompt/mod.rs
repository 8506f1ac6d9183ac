//! The real terminal, `/dev/tty`, behind [`Terminal`].
//!
//! Not stdin, which is the document; not stderr, which the AWS SDKs swallow when they run a credential process. It is opened anew for each
//! question, so a stage that asks nothing never touches it. Our own and not a crate's: rpassword leaves echo off
//! after Ctrl-C in zsh and in bash's `$(…)`.

mod line;
mod signals;

use crate::error::{Error, Kind, printable};
use crate::secret::{SecretString, first_line};
use crate::terminal::Terminal;
use line::{LIMIT, Unanswered};
use rustix::fs::{Mode, OFlags, open};
use std::fmt::Write as _;
use std::io::Write as _;
use std::os::fd::{AsFd, OwnedFd};
use zeroize::Zeroizing;

/// How often a number that is none of the choices may be typed before the question counts as not answered.
const CHOICE_ATTEMPTS: usize = 3;

/// The person at `/dev/tty`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tty {
    no_input: bool,
}

impl Tty {
    /// The terminal of this process. With `no_input` (`--no-input`) no question is ever asked; lines are still shown.
    pub fn new(no_input: bool) -> Tty {
        Tty { no_input }
    }

    /// The terminal, if a question may be asked on it now.
    fn for_question(self, question: &str, instead: &str) -> Result<OwnedFd, Error> {
        let cannot = |why: &str, hint: &str| {
            let message = format!("a question could not be asked ({question}): {why}");
            Error::new(Kind::NoTerminal, message, hint)
        };
        if self.no_input {
            return Err(cannot("--no-input was given", instead));
        }
        let tty = device().ok_or_else(|| cannot("there is no terminal", instead))?;
        if line::is_foreground(tty.as_fd()) {
            return Ok(tty);
        }
        let hint = format!(
            "run it in the foreground (eval with command substitution, not source <(...), and no & behind it), or {instead}"
        );
        Err(cannot("this process is in the background of its terminal", &hint))
    }

    /// Asks; `text` is what stands before the cursor, `question` its name in messages.
    fn line(
        self,
        text: &str,
        question: &str,
        echo: bool,
        instead: &str,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        let tty = self.for_question(question, instead)?;
        line::ask(tty.as_fd(), text, echo).map_err(|why| match why {
            Unanswered::ReaderGone => Error::ReaderGone,
            Unanswered::Signal(signal) => Error::Signal(signal),
            Unanswered::Cancelled => not_answered(question, "the input ended", instead),
            Unanswered::TooLong => not_answered(
                question,
                &format!("terminals cut lines of {} bytes or more", LIMIT - 1),
                instead,
            ),
            Unanswered::Broken(errno) => {
                not_answered(question, &format!("the terminal failed: {errno}"), instead)
            }
        })
    }
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

    fn choose(&self, question: &str, choices: &[String], instead: &str) -> Result<usize, Error> {
        let question = printable(question);
        let wanted = format!("Number (1-{}): ", choices.len());
        let mut text = list(&question, choices) + &wanted;
        for _ in 0..CHOICE_ATTEMPTS {
            let answer = self.line(&text, &question, true, instead)?;
            if let Some(index) = chosen(&answer, choices.len()) {
                return Ok(index);
            }
            text = format!("That is none of the numbers above.\n{wanted}");
        }
        Err(not_answered(&question, "none of the choices was taken", instead))
    }

    fn can_ask(&self) -> bool {
        !self.no_input && device().is_some_and(|tty| line::is_foreground(tty.as_fd()))
    }

    fn show(&self, text: &str) {
        let text = text.replace(char::is_control, " ") + "\n";
        let shown = device().is_some_and(|tty| line::show(tty.as_fd(), &text).is_ok());
        if !shown {
            // The last place where a person might look; if that fails too, there is nobody to tell.
            let _ = std::io::stderr().write_all(text.as_bytes());
        }
    }

    fn reader_is_gone(&self) -> bool {
        line::reader_is_gone(std::io::stdout().as_fd())
    }
}

/// `/dev/tty`, or nothing: ENXIO without a controlling terminal (cron, setsid, an IDE), other errors in odd sandboxes.
fn device() -> Option<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK;
    open("/dev/tty", flags, Mode::empty()).ok()
}

fn list(question: &str, choices: &[String]) -> String {
    let width = choices.len().to_string().len();
    let mut text = format!("{question}\n");
    for (index, choice) in choices.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {:>width$}  {}", index + 1, printable(choice));
    }
    text
}

fn chosen(answer: &[u8], count: usize) -> Option<usize> {
    let number: usize = std::str::from_utf8(answer).ok()?.trim().parse().ok()?;
    number.checked_sub(1).filter(|index| *index < count)
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
        let tty = Tty::new(true);
        assert!(!tty.can_ask());
        let error = tty.ask_secret("Password", "give --password-stdin").unwrap_err();
        assert_eq!(error.kind(), Some(Kind::NoTerminal));
        let text = error.to_string();
        assert!(
            text.contains("could not be asked (Password)") && text.ends_with(": give --password-stdin"),
            "{text}"
        );
    }

    #[test]
    fn choices_are_numbered_from_one_and_cannot_move_the_cursor() {
        let choices: Vec<String> = (0..10).map(|n| format!("role{n}\x1b[2J\n")).collect();
        let text = list("Role", &choices);
        assert!(text.starts_with("Role\n   1  role0 [2J\n   2  role1"), "{text:?}");
        assert!(text.ends_with("  10  role9 [2J\n"), "{text:?}");
        assert!(!text.contains('\x1b'));
    }

    #[test]
    fn only_a_number_of_the_list_is_a_choice() {
        for (answer, expected) in [
            ("1", Some(0)),
            (" 3 ", Some(2)),
            ("0", None),
            ("4", None),
            ("", None),
            ("-1", None),
            ("x", None),
        ] {
            assert_eq!(chosen(answer.as_bytes(), 3), expected, "{answer:?}");
        }
    }
}
