//! A clock that moves under programs that run, by libfaketime. What they wait with, the monotonic clock, goes on as it is.

use super::{Case, World, has};
use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub struct Clock {
    library: String,
    file: PathBuf,
    minutes: Cell<u64>,
}

impl Clock {
    /// The clock of a world, in step with the sandbox's; `None` where there is no libfaketime.
    pub fn new(world: &World) -> Option<Clock> {
        if !has("faketime") {
            return None;
        }
        forget_the_dead();
        let found = Case::new("find", &["/usr/lib", "-name", "libfaketime.so.1"], Path::new("/")).run();
        let library = found.stdout.lines().next()?.to_owned();
        let clock = Clock { library, file: world.home.join("time"), minutes: Cell::new(0) };
        clock.advance(world, 0);
        Some(clock)
    }

    fn variables(&self) -> [(&'static str, String); 5] {
        [
            ("LD_PRELOAD", self.library.clone()),
            ("FAKETIME_TIMESTAMP_FILE", self.file.display().to_string()),
            ("FAKETIME_NO_CACHE", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
            ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }

    /// A command that sees this clock, and what it runs.
    pub fn rules(&self, case: Case) -> Case {
        self.variables().iter().fold(case, |case, (name, value)| case.env(name, value))
    }

    /// The same in a script, for env(1).
    pub fn words(&self) -> String {
        self.variables().map(|(name, value)| format!("{name}={value}")).join(" ")
    }

    /// Everybody's clock jumps, the sandbox's too.
    pub fn advance(&self, world: &World, minutes: u64) {
        world.sandbox.advance(Duration::from_secs(minutes * 60));
        self.minutes.set(self.minutes.get() + minutes);
        std::fs::write(&self.file, format!("+{}m", self.minutes.get())).unwrap();
    }
}

/// libfaketime shares its state by a semaphore with the process's number, and leaves it there if the process becomes another program or is
/// killed. After some ten thousand processes the number comes again: the next one refuses to start (`sem_open: File exists`), or waits.
fn forget_the_dead() {
    for entry in std::fs::read_dir("/dev/shm").into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let process =
            ["sem.faketime_sem_", "faketime_shm_"].iter().find_map(|prefix| name.strip_prefix(prefix));
        if process.is_some_and(|process| !Path::new("/proc").join(process).exists()) {
            // Another test may be at it.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}
