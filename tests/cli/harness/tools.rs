//! The programs that tests drive, and where they are. One that is missing fails the test in CI, and is skipped loudly elsewhere.

use super::Case;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Where programs are looked for: beside our own binary, in the virtual environment that `OKTAPIPE_TOOLS` names (with the AWS CLI, say), and
/// in the tester's PATH.
pub fn path() -> String {
    let own = Path::new(env!("CARGO_BIN_EXE_oktapipe")).parent().unwrap().display().to_string();
    let tools = std::env::var("OKTAPIPE_TOOLS").map(|folder| format!("{folder}/bin")).ok();
    tools.into_iter().chain(std::env::var("PATH")).fold(own, |path, more| format!("{path}:{more}"))
}

fn missing(what: &str) {
    assert!(std::env::var("CI").is_err(), "{what}, and CI must have it");
    skipped(what);
}

fn skipped(what: &str) {
    // Not eprintln!, which the test harness keeps to itself when the test passes.
    let _ = std::io::stderr().write_all(format!("SKIPPED: {what}\n").as_bytes());
}

/// Whether a program that a test drives is there. One that is missing fails the test in CI (`CI=true`), and is skipped loudly elsewhere.
pub fn has(program: &str) -> bool {
    let found = std::env::split_paths(&path()).any(|folder| folder.join(program).is_file());
    if !found {
        missing(&format!("{program} is not installed"));
    }
    found
}

/// Whether all of them are there. Each one that is missing is told.
pub fn has_all(programs: &[&str]) -> bool {
    programs.iter().filter(|program| !has(program)).count() == 0
}

/// Whether the machine's kernel allows what a test needs, which a command tries. What no CI can install, as in a container, is skipped loudly there too.
pub fn can(what: &str, command: &str) -> bool {
    let allowed = Case::new("sh", &["-c", command], Path::new("/")).run().status == Some(0);
    if !allowed {
        skipped(&format!("the machine does not allow {what}"));
    }
    allowed
}

/// A file of a client. One that is not installed fails the test in CI, and is skipped loudly elsewhere.
pub fn installed(file: &str) -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from);
    // As in the justfile.
    let tools = folder("OKTAPIPE_TOOLS").or_else(|| {
        let cache = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
        Some(cache?.join("oktapipe-tools"))
    });
    let path = tools.map(|tools| tools.join(file)).filter(|path| path.exists());
    if path.is_none() {
        missing(&format!("{file} is not in $OKTAPIPE_TOOLS"));
    }
    path
}

/// An example of the package's own, which `cargo test` builds, and `cargo test --test cli` does not.
pub fn built(example: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_BIN_EXE_oktapipe")).with_file_name("examples").join(example);
    if path.exists() {
        return Some(path);
    }
    missing(&format!("the example {example} is not built (cargo build --example {example})"));
    None
}
