//! Signals while a question is open: caught, so that the terminal is put right before they act.
//!
//! A process that dies of Ctrl-C with echo off leaves echo off: zsh takes the terminal as it finds it, and so does
//! bash after `$(…)`. So a [`Watch`] collects the signals, the question restores the terminal, and the signal's own
//! default follows: `run` raises it again, because a stage that exits 130 by itself lets bash run the next line of a
//! script, and one that dies of SIGINT stops it.
//!
//! What safe code cannot do is put back the old handler: signal-hook leaves an empty one behind, under which a later
//! Ctrl-C (while a push is waited for) would do nothing at all. Hence the handlers of [`act_by_default`], which stay
//! for the life of the process and do what the signal does by default whenever no watch is on.

use rustix::process::{getpgrp, getsid};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use signal_hook::flag::register_conditional_default;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use signal_hook::low_level::emulate_default_handler;
use std::fmt;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

const SIGNALS: [i32; 5] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP];

static BY_DEFAULT: OnceLock<Arc<AtomicBool>> = OnceLock::new();
static HANDED_OVER: AtomicBool = AtomicBool::new(false);

/// Says that the caller has handlers of its own for INT and TERM (tokio's, while a push is waited for), so that after a question these
/// signals must not end the process on the spot. A question that is open still gives them as `Error::Signal`.
pub fn hand_over() {
    HANDED_OVER.store(true, SeqCst);
    if let Some(by_default) = BY_DEFAULT.get() {
        by_default.store(false, SeqCst);
    }
}

/// What was caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Caught {
    /// One of INT, TERM, HUP, QUIT: the process is asked to end.
    End(i32),
    /// TSTP: the process is asked to stop and to come back later.
    Stop,
}

/// Collects the signals from its making to its end. One at a time.
pub(super) struct Watch {
    delivery: SignalDelivery<UnixStream, SignalOnly>,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl Watch {
    pub(super) fn new() -> io::Result<Watch> {
        let signals = caught_signals();
        let by_default = act_by_default(&signals)?;
        let (read, write) = UnixStream::pair()?;
        let delivery = SignalDelivery::with_pipe(read, write, SignalOnly, &signals)?;
        by_default.store(false, SeqCst);
        Ok(Watch { delivery })
    }

    /// Becomes readable when a signal has come.
    pub(super) fn wakes(&self) -> BorrowedFd<'_> {
        self.delivery.get_read().as_fd()
    }

    /// What has come since the last look. A signal that ends the process outweighs one that stops it.
    pub(super) fn caught(&mut self) -> Option<Caught> {
        let mut stop = None;
        for signal in self.delivery.pending() {
            if signal != SIGTSTP {
                return Some(Caught::End(signal));
            }
            stop = Some(Caught::Stop);
        }
        stop
    }

    /// Ends the watch and gives what came too late for the last look: the defaults are on again before it, so no
    /// signal falls between the two.
    pub(super) fn end(mut self) -> Option<Caught> {
        restore_defaults();
        self.caught()
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        restore_defaults();
    }
}

/// Stops the process as SIGTSTP does; returns when it was continued.
///
/// The stop is a SIGSTOP (all that safe code can raise once a handler is set), and that stops even where nobody is left to
/// continue us: a process in the session leader's own group (`xterm -e oktapipe …`, a container's first process)
/// has no job control above it, and there the kernel drops a SIGTSTP. So do we. (A nested interactive zsh or mksh that runs
/// us in `$(…)` hangs on Ctrl-Z all the same, as it does with any other program that reads the terminal there.)
pub(super) fn stop() {
    if getsid(None).is_ok_and(|leader| leader == getpgrp()) {
        return;
    }
    // Nothing is lost if this fails: the question goes on.
    let _ = emulate_default_handler(SIGTSTP);
}

fn restore_defaults() {
    if let Some(by_default) = BY_DEFAULT.get()
        && !HANDED_OVER.load(SeqCst)
    {
        by_default.store(true, SeqCst);
    }
}

fn act_by_default(signals: &[i32]) -> io::Result<&'static Arc<AtomicBool>> {
    if let Some(by_default) = BY_DEFAULT.get() {
        return Ok(by_default);
    }
    let by_default = Arc::new(AtomicBool::new(!HANDED_OVER.load(SeqCst)));
    for signal in signals {
        register_conditional_default(*signal, Arc::clone(&by_default))?;
    }
    Ok(BY_DEFAULT.get_or_init(|| by_default))
}

/// The signals to catch: those that were not ignored when we started. Under `nohup` or `trap '' INT` the person has
/// said that a signal shall do nothing, and a handler would undo that.
fn caught_signals() -> Vec<i32> {
    static CAUGHT: OnceLock<Vec<i32>> = OnceLock::new();
    CAUGHT
        .get_or_init(|| {
            // No other safe way leads to the disposition. Without /proc (macOS) none is taken for ignored.
            let ignored =
                std::fs::read_to_string("/proc/self/status").map_or(0, |status| ignored_mask(&status));
            SIGNALS.into_iter().filter(|signal| ignored & (1 << (signal - 1)) == 0).collect()
        })
        .clone()
}

fn ignored_mask(status: &str) -> u64 {
    status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_of_ignored_signals_is_read_from_status() {
        let status = "SigBlk:\t0000000000000000\nSigIgn:\t0000000000001003\nSigCgt:\t0\n";
        let mask = ignored_mask(status);
        assert!(mask & (1 << (SIGINT - 1)) != 0 && mask & (1 << (SIGHUP - 1)) != 0);
        assert!(mask & (1 << (SIGTERM - 1)) == 0);
        assert_eq!(ignored_mask(""), 0);
    }
}
