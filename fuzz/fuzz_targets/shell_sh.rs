//! The real sh reads back what was exported, and runs nothing else. (An outside oracle: some hundred runs a second.)
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::shell::{Dialect, Script};
use std::process::{Command, Stdio};

const CHECK: &str = "before=$(set | wc -l); eval \"$1\" || exit 9; printf '%s\\0%s' \"$A\" \"$B\"";

fuzz_target!(|values: (&str, &str)| {
    let mut script = Script::for_credentials(Dialect::Sh);
    if script.export("A", values.0).and_then(|script| script.export("B", values.1)).is_err() {
        return;
    }
    let code = script.into_code();
    let mut sh = Command::new("sh");
    sh.env_clear().env("PATH", "/usr/bin:/bin").args(["-c", CHECK, "sh", &code]).stdin(Stdio::null());
    let output = sh.output().expect("sh");
    let expected = format!("{}\0{}", values.0, values.1);
    assert!(
        output.status.success() && output.stdout == expected.as_bytes() && output.stderr.is_empty(),
        "{code} {output:?}"
    );
});
