//! Signals that end or stop a process, while something of ours must be put right first.
//!
//! What safe code cannot do is put back an old handler: signal-hook and tokio can stop acting on a signal, but leave an empty handler
//! behind, under which a later Ctrl-C would do nothing at all. So the first hold also installs a handler that does what the default
//! would have done, and that rests only while a [`Hold`] lives. A process that never holds a signal keeps the dispositions that it inherited.

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, OnceLock};

static ENDING: Held = Held::new(&[SIGINT, SIGTERM, SIGHUP, SIGQUIT]);
static STOPPING: Held = Held::new(&[SIGTSTP]);

/// While it lives, its signals do nothing by themselves; whoever made it listens for them. When the last one of its kind is dropped,
/// they have their default action again.
#[derive(Debug)]
pub struct Hold(&'static Held);

/// Holds the signals that end a process: INT, TERM, HUP, QUIT.
pub fn hold() -> Hold {
    ENDING.hold()
}

/// Holds the signal that stops a process, TSTP, so that a terminal can be put right before.
pub fn hold_stop() -> Hold {
    STOPPING.hold()
}

#[derive(Debug)]
struct Held {
    signals: &'static [i32],
    by_default: OnceLock<Arc<AtomicBool>>,
    holds: AtomicUsize,
}

impl Held {
    const fn new(signals: &'static [i32]) -> Held {
        Held { signals, by_default: OnceLock::new(), holds: AtomicUsize::new(0) }
    }

    fn hold(&'static self) -> Hold {
        let by_default = self.by_default.get_or_init(|| {
            let flag = Arc::new(AtomicBool::new(false));
            for signal in caught(self.signals) {
                // Fails only for signals that cannot be caught, and these can.
                let _ = signal_hook::flag::register_conditional_default(signal, Arc::clone(&flag));
            }
            flag
        });
        self.holds.fetch_add(1, SeqCst);
        by_default.store(false, SeqCst);
        Hold(self)
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if self.0.holds.fetch_sub(1, SeqCst) == 1
            && let Some(by_default) = self.0.by_default.get()
        {
            by_default.store(true, SeqCst);
        }
    }
}

/// Those signals that were not ignored when we started. Under `nohup` or `trap '' INT` the person has said that a signal shall do
/// nothing, and a handler would undo that.
pub fn caught(signals: &[i32]) -> Vec<i32> {
    static IGNORED: OnceLock<u64> = OnceLock::new();
    // No other safe way leads to the disposition. Without /proc (macOS) none is taken for ignored.
    let ignored = IGNORED.get_or_init(|| {
        std::fs::read_to_string("/proc/self/status").map_or(0, |status| ignored_mask(&status))
    });
    signals.iter().copied().filter(|signal| ignored & (1 << (signal - 1)) == 0).collect()
}

fn ignored_mask(status: &str) -> u64 {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}

/// The signals that end a process, as they come. Needs a [`hold`] around it, and a runtime.
#[derive(Debug)]
pub struct Endings(Vec<(i32, tokio::signal::unix::Signal)>);

impl Endings {
    /// Listens from now on.
    #[allow(clippy::new_without_default, reason = "it acts")]
    pub fn new() -> Endings {
        use tokio::signal::unix::{SignalKind, signal};
        let listener = |number: i32| Some((number, signal(SignalKind::from_raw(number)).ok()?));
        Endings(caught(ENDING.signals).into_iter().filter_map(listener).collect())
    }

    /// The next one. None is lost between two calls.
    pub async fn next(&mut self) -> i32 {
        std::future::poll_fn(|cx| {
            let mut listeners = self.0.iter_mut();
            let came =
                listeners.find_map(|(number, listener)| listener.poll_recv(cx).is_ready().then_some(*number));
            came.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
        })
        .await
    }
}

/// Waits for a signal that ends a process. Needs a [`hold`] around it.
pub async fn ending() -> i32 {
    Endings::new().next().await
}

/// Ends the process as the signal itself would have: a stage that exits 130 by itself lets a bash script run on, one that dies of
/// SIGINT stops it.
pub fn raise(signal: i32) {
    let _ = signal_hook::low_level::emulate_default_handler(signal);
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
