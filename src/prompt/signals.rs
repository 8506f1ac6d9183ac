//! Signals while a question is open: caught, so that the terminal is put right before they act.
//!
//! A process that dies of Ctrl-C with echo off leaves echo off: zsh takes the terminal as it finds it, and so does
//! bash after `$(…)`. So a [`Watch`] collects the signals, the question restores the terminal, and the signal's own
//! default follows: `run` raises it again.

use super::tty::Unanswered;
use crate::signal::{self, Hold};
use rustix::io::Errno;
use rustix::process::{getpgrp, getsid};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level::emulate_default_handler;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

const SIGNALS: [i32; 5] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP];

/// What was caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caught {
    /// One of INT, TERM, HUP, QUIT: the process is asked to end.
    End(i32),
    /// TSTP: the process is asked to stop and to come back later.
    Stop,
    /// WINCH: the terminal has another size.
    Resize,
}

/// How one turn of a question ended.
#[derive(Debug)]
pub(super) enum Turn<T> {
    /// With an answer, or without one for good.
    Over(Result<T, Unanswered>),
    /// By Ctrl-Z: another turn follows when the process is continued.
    Stop,
}

/// Asks until it is over: `turn` puts the terminal right before it returns, so that what the signals do by default may follow.
pub(super) fn turns<T>(
    extra: &[i32],
    mut turn: impl FnMut(&mut Watch) -> Result<Turn<T>, Errno>,
) -> Result<T, Unanswered> {
    let mut watch = Watch::new(extra).map_err(|err| Errno::from_io_error(&err).unwrap_or(Errno::IO))?;
    let answer = loop {
        match turn(&mut watch)? {
            Turn::Over(Err(Unanswered::Signal(signal))) => return Err(Unanswered::Signal(signal)),
            Turn::Over(answer) => break answer,
            Turn::Stop => stop(),
        }
    };
    match watch.end() {
        Some(Caught::End(signal)) => return Err(Unanswered::Signal(signal)),
        Some(Caught::Stop) => stop(),
        Some(Caught::Resize) | None => {}
    }
    answer
}

/// Collects the signals from its making to its end. One at a time.
pub(super) struct Watch {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
    holds: Option<(Hold, Hold)>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl Watch {
    /// Watches the signals that end or stop a process, and `extra` ones (WINCH, whose default is nothing).
    pub(super) fn new(extra: &[i32]) -> io::Result<Watch> {
        let (read, write) = UnixStream::pair()?;
        let signals = signal::caught(&[&SIGNALS, extra].concat());
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, signals)?;
        Ok(Watch { delivery, holds: Some((signal::hold(), signal::hold_stop())) })
    }

    /// Becomes readable when a signal has come.
    pub(super) fn wakes(&self) -> BorrowedFd<'_> {
        self.delivery.get_read().as_fd()
    }

    /// What has come since the last look. A signal that ends the process outweighs one that stops it, and that one a new size.
    pub(super) fn caught(&mut self) -> Option<Caught> {
        let mut caught = None;
        for signal in self.delivery.pending() {
            match signal {
                SIGTSTP => caught = Some(Caught::Stop),
                SIGWINCH => caught = caught.or(Some(Caught::Resize)),
                signal => return Some(Caught::End(signal)),
            }
        }
        caught
    }

    /// Ends the watch and gives what came too late for the last look: the defaults are on again before it, so no
    /// signal falls between the two.
    pub(super) fn end(mut self) -> Option<Caught> {
        self.holds = None;
        self.caught()
    }
}

/// Stops the process as SIGTSTP does; returns when it was continued.
///
/// The stop is a SIGSTOP (all that safe code can raise once a handler is set), and that stops even where nobody is left to
/// continue us: a process in the session leader's own group (`xterm -e oktapipe …`, a container's first process)
/// has no job control above it, and there the kernel drops a SIGTSTP. So do we. (A nested interactive zsh or mksh that runs
/// us in `$(…)` hangs on Ctrl-Z all the same, as it does with any other program that reads the terminal there.)
fn stop() {
    if getsid(None).is_ok_and(|leader| leader == getpgrp()) {
        return;
    }
    // Nothing is lost if this fails: the question goes on.
    let _ = emulate_default_handler(SIGTSTP);
}
