//! Signals that end a process, while something of ours must be put right first.
//!
//! A handler that was installed once stays for the life of the process: signal-hook and tokio can stop acting on a signal, but not give
//! it its default action back. So the first [`hold`] also installs a handler that does what the default would have done,
//! and that rests only while a [`Hold`] lives. A process that never holds a signal keeps the dispositions that it inherited (`nohup`).

use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock, atomic::AtomicBool};

/// The signals that are held.
pub const ENDING: [i32; 4] = [SIGINT, SIGTERM, SIGHUP, SIGQUIT];

static DEFAULT: OnceLock<Arc<AtomicBool>> = OnceLock::new();
static HOLDS: AtomicUsize = AtomicUsize::new(0);

/// While it lives, the signals of [`ENDING`] do nothing by themselves; whoever made it listens for them. When the last one is dropped
/// they end the process again.
#[derive(Debug)]
pub struct Hold(());

/// Holds the ending signals.
pub fn hold() -> Hold {
    let default = DEFAULT.get_or_init(|| {
        let flag = Arc::new(AtomicBool::new(false));
        for signal in ENDING {
            // Fails only for signals that cannot be caught, and these can.
            let _ = signal_hook::flag::register_conditional_default(signal, Arc::clone(&flag));
        }
        flag
    });
    HOLDS.fetch_add(1, Ordering::SeqCst);
    default.store(false, Ordering::SeqCst);
    Hold(())
}

impl Drop for Hold {
    fn drop(&mut self) {
        if HOLDS.fetch_sub(1, Ordering::SeqCst) == 1
            && let Some(default) = DEFAULT.get()
        {
            default.store(true, Ordering::SeqCst);
        }
    }
}

/// Waits for one of the ending signals. Needs a [`Hold`] around it.
pub async fn caught() -> i32 {
    use tokio::signal::unix::{SignalKind, signal};
    let mut listeners: Vec<_> =
        ENDING.iter().filter_map(|number| Some((*number, signal(SignalKind::from_raw(*number)).ok()?))).collect();
    std::future::poll_fn(|cx| {
        let ready = listeners.iter_mut().find_map(|(number, listener)| listener.poll_recv(cx).is_ready().then_some(*number));
        ready.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
    })
    .await
}

/// Ends the process as the signal itself would have: a stage that exits 130 by itself lets a bash script run on, one that dies of
/// SIGINT stops it.
pub fn raise(signal: i32) {
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}
