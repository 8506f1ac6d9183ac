//! What a person reads: one line a message.

use crate::cli::{Cli, Color};
use crate::context::Environment;
use crate::error::Failure;
use std::io::{self, IsTerminal, Write};

/// stderr: one line a message, in one write, since the stages of a pipe share it.
pub(super) struct Stderr {
    quiet: bool,
    color: bool,
}

impl Stderr {
    pub(super) fn new(cli: &Cli, environment: &Environment) -> Stderr {
        Stderr { quiet: cli.common.quiet, color: use_color(cli.common.color, environment) }
    }

    /// For failures before the flags are known.
    pub(super) fn without_flags(environment: &Environment) -> Stderr {
        Stderr { quiet: false, color: use_color(Color::Auto, environment) }
    }

    pub(super) fn failure(&self, stage: &str, failure: &Failure) {
        let name = if stage == "oktapipe" { stage.to_owned() } else { format!("oktapipe {stage}") };
        let (on, off) = if self.color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        self.line(&format!("{on}{name}:{off} {}; {}\n", failure.message, failure.hint));
    }

    pub(super) fn warning(&self, text: &str) {
        if !self.quiet {
            let (on, off) = if self.color { ("\x1b[33m", "\x1b[0m") } else { ("", "") };
            self.line(&format!("{on}oktapipe: warning:{off} {text}\n"));
        }
    }

    fn line(&self, text: &str) {
        // A stderr that is gone is no reason to fail.
        let _ = io::stderr().write_all(text.as_bytes());
    }
}

fn use_color(when: Color, environment: &Environment) -> bool {
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => {
            let forced = environment.text("CLICOLOR_FORCE").is_some_and(|value| value != "0");
            let plain = environment.text("NO_COLOR").is_some() || environment.text("TERM") == Some("dumb");
            forced || (!plain && io::stderr().is_terminal())
        }
    }
}
