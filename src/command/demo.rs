//! `demo`: the whole pipeline in a real shell against the sandbox, and every document on its way.

use crate::context::Context;
use crate::document::{self, Input, to_pretty};
use crate::error::{Error, Kind};
use oktapipe_sandbox::{Options, Sandbox};
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The user of the demo: an authenticator app, and several roles.
const USER: &str = "grace@acme.example";

/// The stages in the order of the pipe, with the flags that the demo gives them, and what each is for.
const STAGES: [(&str, &str); 7] = [
    ("authn", "name and password to a transaction that waits for a second factor"),
    ("factor-verify", "the authenticator app's code to a one-time session token"),
    ("session", "the token to an Okta session"),
    ("saml-fetch", "the session to the form that a browser would post to AWS"),
    ("saml-roles --first", "the assertion in it to the roles that it offers; the first is taken"),
    ("assume", "the assertion and the role to temporary credentials, by AWS STS"),
    ("export", "the credentials to shell code, for eval"),
];

/// A sandbox that runs, and a shell that is ready to start.
pub struct Demo {
    sandbox: Sandbox,
    program: PathBuf,
    folder: Folder,
}

/// Starts the sandbox.
///
/// # Errors
/// `io` when it cannot start, or our own program cannot be found.
pub fn run(_: &Context<'_>) -> Result<Demo, Error> {
    let sandbox = super::sandbox::start(Options::default())?;
    let program = std::env::current_exe().map_err(|error| failed("this program cannot be found", &error))?;
    Ok(Demo { folder: Folder::new(&sandbox)?, sandbox, program })
}

impl Demo {
    /// Shows the demo, piece by piece, as it happens.
    ///
    /// # Errors
    /// `internal` when the pipeline failed; it has then said why on stderr. Whatever `write` fails with.
    pub fn show(self, write: &mut dyn FnMut(&str) -> Result<(), Error>) -> Result<(), Error> {
        write(&format!(
            "An Okta org ({}) and an AWS STS ({}) are running on this machine.\n\
             {USER} signs in with a password and the code of an authenticator app:\n\n{}\n\n",
            self.sandbox.org(),
            self.sandbox.sts(),
            shown(),
        ))?;
        let status = self.shell()?.status().map_err(|error| failed("the shell cannot run", &error))?;
        for (number, (stage, what)) in (1..).zip(STAGES) {
            let name = stage.split(' ').next().unwrap_or_default();
            if let Ok(bytes) = fs::read(self.folder.0.join(format!("{number}"))) {
                write(&format!("{number}. oktapipe {name}: {what}\n\n{}\n", masked(&bytes)))?;
            }
        }
        if let Ok(bytes) = fs::read(self.folder.0.join("8")) {
            write(&format!(
                "8. oktapipe caller-identity < creds.json: whom AWS takes us for\n\n{}",
                masked(&bytes)
            ))?;
        }
        if status.success() {
            Ok(())
        } else {
            Err(Error::new(Kind::Internal, "the pipeline failed", "the line above says where"))
        }
    }

    /// The pipeline as it is run: as shown, with tee between the stages, so that each document can be shown too.
    fn shell(&self) -> Result<Command, Error> {
        let folder = self.folder.0.display();
        let pipe: Vec<String> = (1..)
            .zip(STAGES)
            .map(|(number, (stage, _))| format!("oktapipe {stage} | tee '{folder}/{number}'"))
            .collect();
        let script = format!(
            "eval \"$({})\" && oktapipe caller-identity < '{folder}/6' > '{folder}/8'",
            pipe.join(" | ").replace("tee", "command tee")
        );
        let bash = ["/bin/bash", "/usr/bin/bash", "/usr/local/bin/bash"]
            .into_iter()
            .find(|path| Path::new(path).exists());
        let mut shell = Command::new(bash.unwrap_or("/bin/sh"));
        let password =
            self.sandbox.users().iter().find(|user| user.login == USER).map_or("", |user| user.password);
        let code = self.sandbox.totp(USER, "GOOGLE").unwrap_or_default();
        let folder = self.program.parent().map(Path::to_path_buf).unwrap_or_default();
        let mut path = folder.into_os_string();
        path.push(":/usr/local/bin:/usr/bin:/bin");
        shell.args(["-c", &script]).env_clear().envs(self.sandbox.environment()).env("PATH", path);
        shell
            .env("HOME", &self.folder.0)
            .env("OKTA_USERNAME", USER)
            .env("OKTA_PASSWORD", password)
            .env("MFA_CODE", code);
        shell.stdin(Stdio::null()).stdout(Stdio::null());
        Ok(shell)
    }
}

fn shown() -> String {
    let stages: Vec<String> = STAGES.iter().map(|(stage, _)| format!("oktapipe {stage}")).collect();
    let (last, before) = (stages.last().cloned().unwrap_or_default(), stages.get(..6).unwrap_or_default());
    format!(
        "    eval \"$({} \\\n      | tee creds.json | {last})\"\n    oktapipe caller-identity < creds.json",
        before.join(" \\\n      | ")
    )
}

/// A document with its secrets masked; the shell code of the last stage with its values masked alike.
fn masked(bytes: &[u8]) -> String {
    match document::read(bytes) {
        Ok(Input::Document(document)) => to_pretty(&document::mask(&document).0),
        _ => {
            let text = String::from_utf8_lossy(bytes);
            let line = |line: &str| match line.split_once('=') {
                Some((name, _)) if name.ends_with("SECRET_ACCESS_KEY") || name.ends_with("TOKEN") => {
                    format!("{name}='{}'\n", document::HIDDEN)
                }
                _ => format!("{line}\n"),
            };
            text.lines().map(line).collect()
        }
    }
}

/// A private folder for the documents, which hold the sandbox's secrets; gone with the demo.
#[derive(Debug)]
struct Folder(PathBuf);

impl Folder {
    /// Beside the sandbox's own files, which are private as well.
    fn new(sandbox: &Sandbox) -> Result<Folder, Error> {
        let path = sandbox.ca_file().with_file_name("demo");
        fs::DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|error| failed("no folder can be made for the documents", &error))?;
        Ok(Folder(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn failed(what: &str, error: &std::io::Error) -> Error {
    Error::new(Kind::Io, format!("{what}: {error}"), "check the disk and the limits of processes")
}
