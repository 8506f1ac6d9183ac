//! The command that is served: in our process group, so that it has the terminal as we have it, and ends with a status that is ours too.

use super::{End, Keeper};
use crate::command::Failed;
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::process::{CoreLimit, keep_memory_private};
use crate::signal::{self, Endings};
use rustix::process::{Pid, Signal, getpgrp, kill_process};
use rustix::termios::tcgetpgrp;
use std::fs::File;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, ExitStatus};
use tokio::signal::unix::{Signal as Listener, SignalKind};

/// Runs the command to its end, and keeps what is served fresh meanwhile.
pub(super) async fn run(
    mut command: Command,
    keeper: Keeper<'_, '_, '_>,
    context: &Context<'_>,
) -> Result<End, Failed> {
    // From before it begins: no signal shall end us alone, and leave it behind.
    let _hold = signal::hold();
    let endings = Endings::new();
    let ended = tokio::signal::unix::signal(SignalKind::child()).map_err(lost)?;
    let child = match start(&mut command) {
        Ok(child) => child,
        Err(error) => return Ok(End::NotRun(Box::new(command), error)),
    };
    let mut running = Running { child, endings, ended };
    let status = tokio::select! {
        biased;
        status = running.end() => status,
        // Without the endpoint the command gets an error, and what it makes of it is its own affair.
        kept = keeper.keep() => {
            if let Err(failed) = kept {
                (context.warn)(&format!("nothing is served any more: {}", failed.error));
            }
            running.end().await
        }
    };
    let status = status.map_err(lost)?;
    Ok(match (status.code(), status.signal()) {
        (None, Some(number)) => End::Signal(number),
        // Its low byte, as wait(2) has it.
        (code, _) => End::Status(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)),
    })
}

fn lost(error: io::Error) -> Error {
    Error::new(Kind::Internal, format!("the command cannot be waited for: {error}"), "report it")
}

/// Its core dumps are its own affair, and ours are not.
fn start(command: &mut Command) -> io::Result<Child> {
    if let Some(limit) = CoreLimit::inherited() {
        limit.restore();
    }
    let child = command.spawn();
    keep_memory_private();
    child
}

struct Running {
    child: Child,
    endings: Endings,
    ended: Listener,
}

impl Running {
    /// Waits for its end. A signal that reached us alone goes on to it.
    async fn end(&mut self) -> io::Result<ExitStatus> {
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            tokio::select! {
                _ = self.ended.recv() => {}
                number = self.endings.next() => self.pass_on(number),
            }
        }
    }

    fn pass_on(&self, number: i32) {
        let Some(signal) = Signal::from_named_raw(number) else { return };
        // What is typed on a terminal reaches every process of its foreground group: twice is once too often for a program that asks.
        if !(matches!(signal, Signal::INT | Signal::QUIT) && is_in_foreground()) {
            // It has not been waited for, so the number is its own still.
            let _ = kill_process(Pid::from_child(&self.child), signal);
        }
    }
}

fn is_in_foreground() -> bool {
    File::open("/dev/tty").is_ok_and(|tty| tcgetpgrp(tty).is_ok_and(|group| group == getpgrp()))
}
