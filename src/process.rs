//! What the machine may keep of this process's memory: no core dump, and no look at it by other processes of the same user.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::sync::OnceLock;

static CORE_LIMIT: OnceLock<CoreLimit> = OnceLock::new();

/// The limit of core dumps that this process was started with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoreLimit(Option<u64>, Option<u64>);

impl CoreLimit {
    fn now() -> CoreLimit {
        let limit = getrlimit(Resource::Core);
        CoreLimit(limit.current, limit.maximum)
    }

    /// The limit that was there before [`keep_memory_private`], for a command that this process becomes: its core dumps are its
    /// own affair. `None` if nothing was changed.
    pub fn inherited() -> Option<CoreLimit> {
        CORE_LIMIT.get().copied()
    }

    /// Makes it the limit again. Whether it worked: the hard limit is never lowered, so it does.
    pub fn restore(self) -> bool {
        setrlimit(Resource::Core, Rlimit { current: self.0, maximum: self.1 }).is_ok()
    }
}

/// Forbids core dumps, and has the kernel refuse ptrace(2) and `/proc/PID/mem` to all but root. Called before anything secret is
/// read; a process that we start gets the limit of core dumps, and may be looked at again from its execve(2) on.
///
/// The limit alone would not do: where `core_pattern` is a pipe, to systemd-coredump say, the kernel does not ask for it (core(5)).
/// Best effort: a sandbox that forbids the calls is no reason to refuse a login.
pub fn keep_memory_private() {
    let before = *CORE_LIMIT.get_or_init(CoreLimit::now);
    // The soft one only: the hard one could not be raised again.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: before.1 });
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_of_core_dumps_is_nothing_and_can_be_had_back() {
        let before = CoreLimit::now();
        keep_memory_private();
        assert_eq!(CoreLimit::now(), CoreLimit(Some(0), before.1));
        // Once more, and the first one is still what is kept.
        keep_memory_private();
        let inherited = CoreLimit::inherited().unwrap();
        assert_eq!(inherited, before);
        assert!(inherited.restore());
        assert_eq!(CoreLimit::now(), before);
    }
}
