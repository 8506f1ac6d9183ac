//! A clean room for the binary: a sandbox of its own, an empty home, no variable but those that a case sets, no terminal.
//!
//! Every outcome is searched for canaries, which stand in every password, token, cookie and key of the sandbox: none may be in what was
//! typed (argv), in stderr, or on the stdout of a failure. So the whole suite is one test of that promise.

mod aws_clients;
mod clock;
mod everyday;
mod running;
mod terminal;
mod tools;

pub use aws_clients::{AwsClient, AwsClients};
pub use clock::Clock;
pub use everyday::SOLO_ARN;
pub use running::{Running, patiently};
pub use terminal::{Terminal, terminal, terminals};
pub use tools::{built, can, has, has_all, installed, path};

use oktapipe_sandbox::{Options, Sandbox};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// What every secret of the sandbox has in it.
pub const CANARY: &str = "CANARY";

/// A sandbox, and an empty home for the processes that talk to it.
pub struct World {
    pub sandbox: Sandbox,
    pub home: PathBuf,
}

impl World {
    pub fn new() -> World {
        World::with(Options::default())
    }

    pub fn with(options: Options) -> World {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let home = std::env::temp_dir().join(format!("oktapipe-cli-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&home).unwrap();
        World { sandbox: Sandbox::start(options).unwrap(), home }
    }

    /// `oktapipe ARGUMENTS`, with the sandbox's environment.
    pub fn oktapipe(&self, arguments: &[&str]) -> Case {
        let mut case = Case::new(env!("CARGO_BIN_EXE_oktapipe"), arguments, &self.home);
        case.variables.extend(self.sandbox.environment());
        case
    }

    /// `SHELL -c SCRIPT`, with `oktapipe` in the PATH and the sandbox's environment.
    pub fn shell(&self, shell: &str, script: &str) -> Case {
        let mut case = Case::new(shell, &["-c", script], &self.home);
        case.variables.extend(self.sandbox.environment());
        case
    }

    /// A user's password.
    pub fn password(&self, login: &str) -> &'static str {
        self.sandbox
            .users()
            .iter()
            .find(|user| user.login == login)
            .unwrap_or_else(|| panic!("no user {login}"))
            .password
    }

    /// `authn` for a user.
    pub fn authn(&self, login: &str) -> Case {
        self.oktapipe(&["authn"]).env("OKTA_USERNAME", login).env("OKTA_PASSWORD", self.password(login))
    }

    /// The document after the stages up to and with `last`, for a user without a second factor or with a TOTP.
    pub fn document_after(&self, login: &str, last: &str) -> String {
        let mut document = self.authn(login).run().document();
        for (stage, arguments) in [
            ("authn", &[][..]),
            ("factor-verify", &[]),
            ("session", &[]),
            ("saml-fetch", &[]),
            ("saml-roles", &["--first"]),
            ("assume", &[]),
        ] {
            if stage != "authn" {
                let mut case = self.oktapipe(&[&[stage], arguments].concat()).stdin(&document);
                if stage == "factor-verify"
                    && let Some(code) =
                        self.sandbox.totp(login, "GOOGLE").or_else(|| self.sandbox.totp(login, "OKTA"))
                {
                    case = case.env("MFA_CODE", &code);
                }
                document = case.run().document();
            }
            if stage == last {
                return document;
            }
        }
        panic!("no stage {last}");
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.home);
    }
}

/// A command in the clean room.
#[must_use = "a case does nothing until it is run"]
pub struct Case {
    program: String,
    arguments: Vec<String>,
    variables: BTreeMap<String, String>,
    home: PathBuf,
    stdin: Option<Vec<u8>>,
    /// What stdin and stdout are instead of pipes of the harness.
    source: Option<Stdio>,
    sink: Option<Stdio>,
}

impl Case {
    pub fn new(program: &str, arguments: &[&str], home: &Path) -> Case {
        Case {
            program: program.to_owned(),
            arguments: arguments.iter().map(|argument| (*argument).to_owned()).collect(),
            variables: BTreeMap::from([
                ("PATH".to_owned(), path()),
                ("HOME".to_owned(), home.display().to_string()),
                ("LC_ALL".to_owned(), "C.UTF-8".to_owned()),
            ]),
            home: home.to_owned(),
            stdin: None,
            source: None,
            sink: None,
        }
    }

    pub fn env(mut self, name: &str, value: &str) -> Case {
        self.variables.insert(name.to_owned(), value.to_owned());
        self
    }

    pub fn argument(mut self, argument: &str) -> Case {
        self.arguments.push(argument.to_owned());
        self
    }

    pub fn without(mut self, name: &str) -> Case {
        self.variables.remove(name);
        self
    }

    pub fn stdin(mut self, bytes: impl AsRef<[u8]>) -> Case {
        self.stdin = Some(bytes.as_ref().to_vec());
        self
    }

    /// Runs it to its end.
    #[track_caller]
    pub fn run(self) -> Outcome {
        self.start().end()
    }

    /// Starts it, in a session of its own where there is setsid(1), else in a process group of its own: no terminal that the tests may
    /// run on is its to ask.
    fn spawn(self) -> (Child, String, String) {
        let shown = format!("{} {}", self.program, self.arguments.join(" "));
        let mut command = if Path::new("/usr/bin/setsid").exists() {
            let mut command = Command::new("/usr/bin/setsid");
            command.arg(&self.program);
            command
        } else {
            let mut command = Command::new(&self.program);
            command.process_group(0);
            command
        };
        command.args(&self.arguments).env_clear().envs(&self.variables).current_dir(&self.home);
        command.stdin(match self.source {
            Some(source) => source,
            None if self.stdin.is_some() => Stdio::piped(),
            None => Stdio::null(),
        });
        command.stdout(self.sink.unwrap_or_else(Stdio::piped)).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{shown}: {error}"));
        if let Some((mut pipe, bytes)) = child.stdin.take().zip(self.stdin) {
            // A stage may end before it has read all: its own business.
            thread::spawn(move || drop(pipe.write_all(&bytes)));
        }
        (child, shown, self.program)
    }
}

/// What a command did.
pub struct Outcome {
    shown: String,
    pub status: Option<i32>,
    pub signal: Option<i32>,
    /// Whether the kernel says that it dumped core.
    pub dumped: bool,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    fn new(shown: String, program: &str, status: ExitStatus, stdout: String, stderr: String) -> Outcome {
        let outcome = Outcome {
            shown,
            status: status.code(),
            signal: status.signal(),
            dumped: status.core_dumped(),
            stdout,
            stderr,
        };
        outcome.hides_secrets(program);
        outcome
    }

    fn hides_secrets(&self, program: &str) {
        let own = program.ends_with("/oktapipe");
        assert!(!self.stderr.contains(CANARY), "a secret in stderr: {self}");
        assert!(!own || !self.shown.contains(CANARY), "a secret in argv: {self}");
        // Among many documents, one a line, those of roles that were assumed hold their keys; the failed ones nothing.
        let many = self.stdout.lines().count() > 1;
        let mut failed = self.stdout.lines().filter(|line| !many || line.contains("\"exit_code\":"));
        let kept = own && self.status != Some(0) && failed.any(|line| line.contains(CANARY));
        assert!(!kept, "a secret in a failure: {self}");
    }

    /// Status 0 and a quiet stderr.
    #[track_caller]
    pub fn succeeds(self) -> Outcome {
        assert!(self.status == Some(0) && self.stderr.is_empty(), "{self}");
        self
    }

    /// Status 0, and stdout.
    #[track_caller]
    pub fn document(self) -> String {
        assert!(self.status == Some(0), "{self}");
        self.stdout
    }

    /// Stdout as JSON: one line, ASCII, one newline at its end.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert!(
            self.stdout.ends_with('\n') && self.stdout.lines().count() == 1 && self.stdout.is_ascii(),
            "{self}"
        );
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self}"))
    }

    /// A failure of a stage: the number, one line on stderr, and the error document with the kind and number.
    #[track_caller]
    pub fn fails(&self, code: i32, kind: &str) -> Value {
        assert!(self.status == Some(code), "not {code}: {self}");
        assert!(
            self.stderr.lines().count() == 1 && self.stderr.starts_with("oktapipe "),
            "not one line: {self}"
        );
        let document = self.json();
        let error = &document["_oktapipe"]["error"];
        assert!(error["kind"] == kind && error["exit_code"] == code, "not {kind}: {self}");
        document
    }

    /// A failure that a stage before had: the same number, nothing on stderr, the document as it came.
    #[track_caller]
    pub fn passes_on(&self, code: i32) {
        assert!(self.status == Some(code) && self.stderr.is_empty(), "{self}");
    }
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "\ncommand: {}\nstatus: {:?} signal: {:?}", self.shown, self.status, self.signal)?;
        writeln!(f, "--- stdout\n{}\n--- stderr\n{}", cut(&self.stdout), cut(&self.stderr))
    }
}

/// The beginning of a text that may have megabytes.
fn cut(text: &str) -> String {
    let kept: String = text.chars().take(4000).collect();
    if kept.len() < text.len() { format!("{kept}... ({} bytes)", text.len()) } else { kept }
}
