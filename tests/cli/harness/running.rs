//! A command that is under way: for cases in which a signal comes, a reader leaves, or stdin stays open.

use super::{Case, Outcome};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::io::{PipeWriter, Read};
use std::process::{Child, ChildStdout};
use std::time::{Duration, Instant};

/// How long a test waits for what has to come: 20 s were not enough where two cores had fifteen things to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command that was started.
#[must_use = "it is still running"]
pub struct Running {
    child: Child,
    shown: String,
    program: String,
    stdout: Option<ChildStdout>,
    /// The write end of an idle stdin, which must stay open.
    _stdin: Option<PipeWriter>,
}

impl Case {
    /// Starts it and goes on.
    pub fn start(self) -> Running {
        let (mut child, shown, program) = self.spawn();
        let stdout = child.stdout.take();
        Running { child, shown, program, stdout, _stdin: None }
    }

    /// Starts it with a stdin on which nothing ever comes and that does not end.
    pub fn start_idle(mut self) -> Running {
        let (reader, writer) = std::io::pipe().unwrap();
        self.source = Some(reader.into());
        let mut running = self.start();
        running._stdin = Some(writer);
        running
    }

    /// Runs it with a stdout that nobody reads.
    pub fn run_unread(mut self) -> Outcome {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        self.sink = Some(writer.into());
        self.start().end()
    }
}

impl Running {
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Ctrl-C, as soon as `ready` holds: to everything that it started.
    #[track_caller]
    pub fn interrupt_when(&self, ready: impl Fn() -> bool) {
        patiently(&format!("the output of {}", self.shown), || ready().then_some(()));
        kill_process_group(Pid::from_child(&self.child), Signal::INT).unwrap();
    }

    /// The reader of its stdout leaves.
    pub fn leave(&mut self) {
        drop(self.stdout.take());
    }

    /// Waits until it ends, at most as long as a test has patience.
    #[track_caller]
    pub fn end(mut self) -> Outcome {
        let stdout = self.stdout.take().map(|mut pipe| {
            std::thread::spawn(move || {
                let mut bytes = Vec::new();
                pipe.read_to_end(&mut bytes).map(|_| bytes).unwrap_or_default()
            })
        });
        let mut pipe = self.child.stderr.take().unwrap();
        let stderr = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            pipe.read_to_end(&mut bytes).map(|_| bytes).unwrap_or_default()
        });
        let status = patiently(&format!("the end of {}", self.shown), || self.child.try_wait().unwrap());
        // What a script left behind would hold the pipes open for as long as it lives.
        let is_done = || stderr.is_finished() && stdout.as_ref().is_none_or(|thread| thread.is_finished());
        let start = Instant::now();
        while !is_done() {
            if start.elapsed() > PATIENCE {
                let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
                panic!("{} has ended, and something that it started has not", self.shown);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let stdout = stdout.map(|thread| text(thread.join().unwrap())).unwrap_or_default();
        Outcome::new(self.shown, &self.program, status, stdout, text(stderr.join().unwrap()))
    }
}

/// Waits until `ready` gives something.
#[track_caller]
pub fn patiently<T>(what: &str, mut ready: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = ready() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "{what} did not come within {PATIENCE:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
