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
        let found = Case::new("find", &["/usr/lib", "-name", "libfaketime.so.1"], Path::new("/")).run();
        let library = found.stdout.lines().next()?.to_owned();
        let clock = Clock { library, file: world.home.join("time"), minutes: Cell::new(0) };
        clock.advance(world, 0);
        Some(clock)
    }

    /// A command that sees this clock, and what it runs.
    pub fn rules(&self, case: Case) -> Case {
        case.env("LD_PRELOAD", &self.library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.file.display().to_string())
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
            .env("DONT_FAKE_MONOTONIC", "1")
    }

    /// Everybody's clock jumps, the sandbox's too.
    pub fn advance(&self, world: &World, minutes: u64) {
        world.sandbox.advance(Duration::from_secs(minutes * 60));
        self.minutes.set(self.minutes.get() + minutes);
        std::fs::write(&self.file, format!("+{}m", self.minutes.get())).unwrap();
    }
}
