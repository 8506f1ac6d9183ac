//! A command on a terminal of its own, by pty.py, with somebody who types.

use super::{CANARY, World, has};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// A script on a terminal of its own: what was seen, and how it ended.
#[must_use = "a terminal does nothing until it is run"]
pub struct Terminal<'w> {
    world: &'w World,
    shell: &'static str,
    script: String,
    steps: Vec<String>,
}

/// Whether terminals can be made: pty.py is Python.
pub fn terminals() -> bool {
    has("python3")
}

pub fn terminal<'w>(world: &'w World, shell: &'static str, script: &str) -> Terminal<'w> {
    Terminal { world, shell, script: script.to_owned(), steps: Vec::new() }
}

impl Terminal<'_> {
    pub fn step(mut self, kind: &str, value: &str) -> Self {
        // In one word: a text may begin with a dash.
        self.steps.push(format!("--{kind}={value}"));
        self
    }

    pub fn expect(self, text: &str) -> Self {
        self.step("expect", text)
    }

    /// Types a line, once it is asked for.
    pub fn answer(self, question: &str, line: &str) -> Self {
        let line = line.replace('\\', "\\\\");
        // The question is shown after echo is off, so what is typed from here on is hidden.
        self.expect(question).step("type", &format!("{line}\\n"))
    }

    pub fn key(self, name: &str) -> Self {
        self.step("key", name)
    }

    pub fn flag(mut self, name: &str) -> Self {
        self.steps.push(format!("--{name}"));
        self
    }

    /// Runs it, and looks for secrets on the screen.
    #[track_caller]
    pub fn run(self) -> Ended {
        let ended = self.run_revealed();
        assert!(!ended.seen.contains(CANARY), "a secret on the screen: {ended:?}");
        ended
    }

    #[track_caller]
    pub fn run_revealed(self) -> Ended {
        let own = Path::new(env!("CARGO_BIN_EXE_oktapipe")).parent().unwrap().display().to_string();
        let pty = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/pty.py");
        let mut command = Command::new("python3");
        command
            .arg(pty)
            .args(["--shell", self.shell, "--run", &self.script, "--timeout", "60"])
            .args(&self.steps);
        command.env_clear().envs(self.world.sandbox.environment()).current_dir(&self.world.home);
        command
            .env("PATH", format!("{own}:{}", std::env::var("PATH").unwrap()))
            .env("HOME", &self.world.home);
        command.env("LC_ALL", "C.UTF-8").env("OKTA_USERNAME", "ada@acme.example");
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let result: Value =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text} {output:?}"));
        let seen = result["seen"].as_str().unwrap().to_owned();
        assert!(result["failed"].is_null(), "{}: {}\n{seen}", self.script, result["failed"]);
        assert!(
            result["echo"] != false && result["canonical"] != false,
            "the terminal stays broken in {}: {result}",
            self.shell
        );
        Ended { seen, status: result["exited"].as_i64(), signal: result["signaled"].as_i64() }
    }
}

#[derive(Debug)]
pub struct Ended {
    pub seen: String,
    pub status: Option<i64>,
    pub signal: Option<i64>,
}
