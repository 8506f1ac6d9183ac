//! A program that asks in our place, where there is no terminal to ask on: `OKTAPIPE_ASKPASS`, after ssh's `SSH_ASKPASS`.
//!
//! ssh's rules: it is a program's name or path and no shell code; it is run with the question as its one argument; the first line of its
//! stdout is the answer; a status other than 0 is a no. Source: ssh(1), ENVIRONMENT, and what gnome-ssh-askpass, ksshaskpass and
//! x11-ssh-askpass do.

use super::signals::{Caught, Turn, Watch, turns};
use super::tty::{Awake, Unanswered, wait, watched};
use crate::error::{Error, Kind, printable};
use crate::secret::child;
use rustix::io::{Errno, read};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsString;
use std::os::fd::{AsFd, BorrowedFd};
use std::process::{Child, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The longest answer, newline included: that of a terminal.
const LIMIT: usize = super::line::LIMIT;
/// How often is looked whether the program has ended, once it has answered.
const LOOK: Duration = Duration::from_millis(10);
/// How long the program may take to put its windows away when a signal ends us.
const GRACE: Duration = Duration::from_millis(300);

/// `OKTAPIPE_ASKPASS_REQUIRE`, in ssh's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Require {
    /// Unset: the program is asked where no terminal can be.
    Fallback,
    /// `prefer`: before the terminal, which is asked if the program cannot be run.
    Prefer,
    /// `force`: in place of the terminal.
    Force,
    /// `never`
    Never,
    /// Anything else: told when a question comes up.
    Unusable(String),
}

impl Require {
    /// The variable's value.
    pub fn parse(value: Option<&str>) -> Require {
        match value {
            None => Require::Fallback,
            Some("prefer") => Require::Prefer,
            Some("force") => Require::Force,
            Some("never") => Require::Never,
            Some(other) => Require::Unusable(printable(other)),
        }
    }
}

/// The program, and when it is asked.
#[derive(Clone, Debug)]
pub struct Askpass {
    /// A path, or a name that is looked up in PATH.
    pub program: OsString,
    /// When it is asked.
    pub require: Require,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failed {
    /// The program could not be started.
    NotRun(std::io::Error),
    /// It was started, and gave no answer.
    NoAnswer(String),
    /// A signal, or a reader that left.
    Ended(Unanswered),
}

impl Askpass {
    /// `OKTAPIPE_ASKPASS`, if it is to be used at all.
    ///
    /// # Errors
    /// `config` for an `OKTAPIPE_ASKPASS_REQUIRE` that is none of ssh's words.
    pub(super) fn usable(&self) -> Result<Option<&Askpass>, Error> {
        match &self.require {
            Require::Never => Ok(None),
            Require::Unusable(value) => Err(Error::new(
                Kind::Config,
                format!("OKTAPIPE_ASKPASS_REQUIRE has the unusable value '{value}'"),
                "set it to prefer, force or never, or unset it",
            )),
            _ => Ok(Some(self)),
        }
    }

    /// Whether it is asked although a terminal is there.
    pub(super) fn comes_first(&self) -> bool {
        matches!(self.require, Require::Prefer | Require::Force)
    }

    /// The program's name, for messages.
    pub(super) fn name(&self) -> String {
        printable(&self.program.to_string_lossy())
    }

    /// Runs the program with `question`, for as long as the person needs: the first line of what it prints, without its newline.
    pub(super) fn ask(&self, question: &str) -> Result<Zeroizing<Vec<u8>>, Failed> {
        let mut command = child(&self.program);
        command.arg(question).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut asking = Asking { child: command.spawn().map_err(Failed::NotRun)? };
        let Some(answers) = asking.child.stdout.take() else {
            return Err(Failed::NoAnswer("it has no output".to_owned()));
        };
        let stdout = std::io::stdout();
        let reader = watched(&stdout);
        let mut line = Zeroizing::new(Vec::with_capacity(LIMIT + CHUNK));
        let ended = turns(&[], |watch| {
            let mut hearing = Hearing::Line;
            loop {
                match watch.caught() {
                    Some(Caught::End(signal)) => return Ok(Turn::Over(Err(Unanswered::Signal(signal)))),
                    Some(Caught::Stop) => return Ok(Turn::Stop),
                    Some(Caught::Resize) | None => {}
                }
                if hearing != Hearing::Line
                    && let Some(status) = asking.ended()?
                {
                    return Ok(Turn::Over(Ok(status)));
                }
                match heard(answers.as_fd(), watch, reader, hearing, &mut line)? {
                    Some(next) => hearing = next,
                    None => return Ok(Turn::Over(Err(Unanswered::ReaderGone))),
                }
            }
        });
        let status = ended.map_err(Failed::Ended)?;
        if !status.success() {
            return Err(Failed::NoAnswer(format!("it ended with {status}")));
        }
        if line.len() >= LIMIT {
            return Err(Failed::NoAnswer(format!("its answer has {LIMIT} bytes or more")));
        }
        let end = line.iter().position(|byte| *byte == b'\n').unwrap_or(line.len());
        line.truncate(end);
        Ok(line)
    }
}

const CHUNK: usize = 512;

/// How far the answer has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hearing {
    /// Its line is not whole yet.
    Line,
    /// It is. What follows is read and dropped: a program that nobody hears would wait, or die of SIGPIPE and seem to say no.
    Rest,
    /// The output has ended. That is not waited for: what the program has started in the background may hold it open.
    Nothing,
}

/// Waits for more of the answer, or, when its line is whole, for a moment. None when our stdout's reader is gone.
fn heard(
    answers: BorrowedFd<'_>,
    watch: &Watch,
    reader: Option<BorrowedFd<'_>>,
    hearing: Hearing,
    line: &mut Zeroizing<Vec<u8>>,
) -> Result<Option<Hearing>, Errno> {
    // Nothing is ever written to what wakes us but by signals, so it stands in where nothing is to be read.
    let input = if hearing == Hearing::Nothing { watch.wakes() } else { answers };
    let patience = (hearing != Hearing::Line).then_some(LOOK);
    match wait(input, watch.wakes(), reader, patience)? {
        Awake::ReaderGone => return Ok(None),
        Awake::Input if hearing != Hearing::Nothing => {}
        _ => return Ok(Some(hearing)),
    }
    let mut chunk = Zeroizing::new([0_u8; CHUNK]);
    let count = match read(answers, &mut *chunk) {
        Ok(0) => return Ok(Some(Hearing::Nothing)),
        Ok(count) => count,
        Err(Errno::INTR) => return Ok(Some(hearing)),
        Err(errno) => return Err(errno),
    };
    if hearing == Hearing::Rest {
        return Ok(Some(hearing));
    }
    let chunk = chunk.get(..count).unwrap_or_default();
    line.extend_from_slice(chunk);
    let whole = chunk.contains(&b'\n') || line.len() >= LIMIT;
    Ok(Some(if whole { Hearing::Rest } else { Hearing::Line }))
}

/// The program while it runs. It does not outlive the question.
#[derive(Debug)]
struct Asking {
    child: Child,
}

impl Asking {
    fn ended(&mut self) -> Result<Option<ExitStatus>, Errno> {
        self.child.try_wait().map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if matches!(self.ended(), Ok(Some(_))) {
            return;
        }
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let start = Instant::now();
        while start.elapsed() < GRACE {
            if matches!(self.ended(), Ok(Some(_)) | Err(_)) {
                return;
            }
            std::thread::sleep(LOOK);
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(script: &str) -> Result<String, Failed> {
        use std::os::unix::fs::PermissionsExt;
        let folder =
            std::env::temp_dir().join(format!("oktapipe-askpass-{}-{:p}", std::process::id(), script));
        std::fs::create_dir_all(&folder).unwrap();
        let program = folder.join("with a blank; and $more");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let askpass = Askpass { program: program.into(), require: Require::Fallback };
        let answer = askpass.ask("Which $(one)?");
        std::fs::remove_dir_all(folder).unwrap();
        answer.map(|line| String::from_utf8(line.to_vec()).unwrap())
    }

    #[test]
    fn the_first_line_of_its_output_is_the_answer() {
        for (script, answer) in [
            ("echo 'a b '", "a b "),
            ("printf 'no newline'", "no newline"),
            ("echo one; echo two", "one"),
            ("printf '\\n'", ""),
            (":", ""),
            ("echo \"$#:$1\"", "1:Which $(one)?"),
            // Something that stays behind and keeps stdout open holds up nobody.
            ("echo x; sleep 0.2; yes | head -c 200000", "x"),
            ("sleep 60 & echo x; (sleep 0.3; kill $!) >/dev/null 2>&1 &", "x"),
        ] {
            assert_eq!(asked(script).unwrap(), answer, "{script}");
        }
    }

    #[test]
    fn a_status_that_is_not_0_is_a_no() {
        for script in ["echo yes; exit 1", "exit 255", "kill -TERM $$"] {
            assert!(
                matches!(asked(script), Err(Failed::NoAnswer(why)) if why.contains("ended with")),
                "{script}"
            );
        }
        let endless = asked("yes | tr -d '\\n' | head -c 100000; exit 0").unwrap_err();
        assert!(matches!(endless, Failed::NoAnswer(_)), "{endless:?}");
    }

    #[test]
    fn it_is_a_program_and_no_shell_code() {
        let askpass = Askpass { program: "echo yes".into(), require: Require::Fallback };
        assert!(matches!(askpass.ask("?"), Err(Failed::NotRun(_))));
        let askpass = Askpass { program: "echo".into(), require: Require::Fallback };
        assert_eq!(*askpass.ask("x").unwrap(), *b"x");
    }

    #[test]
    fn the_words_are_those_of_ssh() {
        for (value, require) in [
            (None, Require::Fallback),
            (Some("prefer"), Require::Prefer),
            (Some("force"), Require::Force),
            (Some("never"), Require::Never),
            (Some("Force"), Require::Unusable("Force".to_owned())),
        ] {
            let askpass = Askpass { program: "x".into(), require: Require::parse(value) };
            assert_eq!(askpass.require, require);
            match require {
                Require::Never => assert!(askpass.usable().unwrap().is_none()),
                Require::Unusable(_) => {
                    assert_eq!(askpass.usable().unwrap_err().kind(), Some(Kind::Config));
                }
                _ => assert!(askpass.usable().unwrap().is_some()),
            }
        }
    }
}
