//! Whatever document comes, export prints statements over the alphabet of keys and quotes, or nothing; and process reads back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::cli::Cli;
use oktapipe_fuzz::stages;
use std::sync::LazyLock;

static SH: LazyLock<Cli> = LazyLock::new(|| stages::cli(&["oktapipe", "export", "--region", "eu-west-1"]));
static PROCESS: LazyLock<Cli> =
    LazyLock::new(|| stages::cli(&["oktapipe", "export", "--format", "process", "--region", "eu-west-1"]));

fuzz_target!(|document: &[u8]| {
    let Ok(code) = stages::run(&SH, document) else { return };
    for line in code.lines() {
        let rest = line.strip_prefix("export ").and_then(|line| line.split_once('='));
        let value = rest.and_then(|(_, value)| value.strip_prefix('\'')?.strip_suffix('\''));
        let is_value = value.is_some_and(|value| {
            value.bytes().all(|b| b.is_ascii_alphanumeric() || b"/+=_-.:,@".contains(&b))
        });
        assert!(is_value || line.starts_with("unset ") && !line.contains('\''), "{line}");
    }
    let process = stages::run(&PROCESS, document).unwrap_or_else(|error| panic!("{error} after {code}"));
    assert_eq!(stages::run(&PROCESS, process.as_bytes()).ok().as_ref(), Some(&process));
});
