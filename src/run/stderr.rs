//! What a person reads: one line a message.

use crate::cli::{Cli, Color};
use crate::context::Environment;
use crate::error::Failure;
use std::io::{self, IsTerminal, Write};

/// stderr: one line a message, in one write, since the stages of a pipe share it.
pub(super) struct Stderr {
    quiet: bool,
    color: bool,
    /// The command, which a warning names: the stages of a pipe share a stderr.
    name: &'static str,
}

impl Stderr {
    pub(super) fn new(cli: &Cli, environment: &Environment) -> Stderr {
        Stderr {
            quiet: cli.common.quiet,
            color: use_color(cli.common.color, environment),
            name: cli.command.name(),
        }
    }

    /// For failures before the flags are known.
    pub(super) fn without_flags(environment: &Environment) -> Stderr {
        Stderr { quiet: false, color: use_color(Color::Auto, environment), name: "oktapipe" }
    }

    pub(super) fn failure(&self, stage: &str, failure: &Failure) {
        let name = if stage == "oktapipe" { stage.to_owned() } else { format!("oktapipe {stage}") };
        let (on, off) = if self.color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
        self.line(&format!("{on}{name}:{off} {}; {}\n", failure.message, failure.hint));
    }

    pub(super) fn warning(&self, text: &str) {
        if !self.quiet {
            let (on, off) = if self.color { ("\x1b[33m", "\x1b[0m") } else { ("", "") };
            self.line(&format!("{on}oktapipe {}: warning:{off} {text}\n", self.name));
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
        // NO_COLOR outweighs the rest, as no-color.org has it.
        Color::Auto if environment.text("NO_COLOR").is_some() => false,
        Color::Auto => match (environment.text("CLICOLOR_FORCE"), environment.text("CLICOLOR")) {
            (Some(force), _) if force != "0" => true,
            (_, Some("0")) => false,
            _ => environment.text("TERM") != Some("dumb") && io::stderr().is_terminal(),
        },
    }
}
