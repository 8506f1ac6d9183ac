//! The manual and the README, run. Every block says what becomes of it: in a manual page by a comment above its `.Bd`, `.\" run: sandbox`
//! or `.\" not run: REASON`; in Markdown by a fence of ```` ```sh sandbox ```` or a line `<!-- not run: REASON -->` above it. One that says
//! nothing is a failure. Behind `sandbox` may stand
//!
//! - `user=ada`: who signs in, else grace, who has an authenticator app; `user=ada,solo`: each of them in turn;
//! - `bash`: only there (else in dash too); `zsh`: there too; `bash zsh`: not in dash;
//! - `exit=N`: it ends with this number, else with 0;
//! - `fails`: a stage in it fails and says so, whatever the end is; else nothing is on stderr but the news of a push;
//! - `serves`: it does not end by itself, and is interrupted when it has printed something;
//! - `python`: it needs Python's jsonschema.
//!
//! Each runs in a clean room with the variables of that person and a code. The files that it reads (`form.json`, say) are the documents of
//! that person's own login up to there; `man` and `shell` are this copy's. In `bin` are stand-ins for tools that are not ours.

mod blocks;
mod lint;
mod shown;

use crate::harness::{Outcome, World, has_all, path};
use crate::schema::validator;
use blocks::{Block, Mark};
use rustix::process::Signal;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// The files that examples read, and the stage whose document each is.
const FILES: [(&str, &str); 6] = [
    ("transaction.json", "authn"),
    ("verified.json", "factor-verify"),
    ("session.json", "session"),
    ("form.json", "saml-fetch"),
    ("roles.json", "saml-roles"),
    ("creds.json", "assume"),
];

struct Example {
    place: String,
    /// What stands behind `sandbox`.
    words: Vec<String>,
    script: String,
}

impl Example {
    fn says(&self, word: &str) -> bool {
        self.words.iter().any(|other| other == word)
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    fn users(&self) -> impl Iterator<Item = String> {
        self.value("user").unwrap_or("grace").split(',').map(|user| format!("{user}@acme.example"))
    }

    fn shells(&self) -> impl Iterator<Item = &'static str> {
        let shells = [("bash", true), ("dash", !self.says("bash")), ("zsh", self.says("zsh"))];
        shells.into_iter().filter_map(|(shell, wanted)| wanted.then_some(shell))
    }

    /// The file is there before it runs, since it reads it and does not write it.
    fn reads(&self, file: &str) -> bool {
        self.script.contains(file) && !self.script.contains(&format!("> {file}"))
    }

    /// What is wrong with it, if anything.
    fn run(&self, shell: &str, login: &str) -> Option<String> {
        let world = World::new();
        for (file, stage) in FILES.iter().filter(|(file, _)| self.reads(file)) {
            fs::write(world.home.join(file), world.document_after(login, stage)).unwrap();
        }
        if self.reads("skeleton.json") {
            let form = world.document_after(login, "saml-fetch");
            let roles = world.oktapipe(&["saml-roles", "--first", "--skeleton"]).stdin(form).run();
            fs::write(world.home.join("skeleton.json"), roles.document()).unwrap();
        }
        fs::write(world.home.join("okta-password"), format!("{}\n", world.password(login))).unwrap();
        // A runner has made it.
        fs::write(world.home.join("github.env"), "").unwrap();
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        for folder in ["man", "shell"] {
            symlink(here.join(folder), world.home.join(folder)).unwrap();
        }
        let code = world.sandbox.totp(login, "GOOGLE");
        let script = self.filled_in(&world, code.as_deref());
        let serves = self.says("serves");
        let script = if serves { format!("exec > served\n{script}") } else { script };
        let mut case = world
            .shell(shell, &script)
            .env("PATH", &format!("{}:{}", here.join("tests/cli/examples/bin").display(), path()))
            .env("OKTA_USERNAME", login)
            .env("OKTA_PASSWORD", world.password(login))
            .env("GITHUB_ENV", &world.home.join("github.env").display().to_string());
        if let Some(code) = &code {
            case = case.env("MFA_CODE", code);
        }
        let running = case.start();
        if serves {
            running
                .interrupt_when(|| fs::metadata(world.home.join("served")).is_ok_and(|file| file.len() > 0));
        }
        let outcome = running.end();
        let wrong = self.wrong(&outcome)?;
        Some(format!("{} in {shell} for {login}: {wrong}\n{outcome}", self.place))
    }

    /// The script with what stands for the reader's own: the org, the app and the code.
    fn filled_in(&self, world: &World, code: Option<&str>) -> String {
        let app = world.sandbox.environment().into_iter().find(|(name, _)| name == "OKTA_APP_ID").unwrap().1;
        let script = self.script.replace("0oa1b2c3d4e5f6g7h8i9", &app);
        let script = script.replace("OKTA_ORG=acme ", &format!("OKTA_ORG={} ", world.sandbox.org()));
        script.replace("MFA_CODE=123456 ", &format!("MFA_CODE={} ", code.unwrap_or_default()))
    }

    fn wrong(&self, outcome: &Outcome) -> Option<&'static str> {
        let wanted = self.value("exit").map_or(0, |number| number.parse().unwrap());
        let interrupted = outcome.signal == Some(Signal::INT.as_raw()) || outcome.status == Some(130);
        let news = "A push was sent.";
        let is_told = outcome.stderr.lines().any(|line| !line.starts_with(news));
        if self.says("serves") {
            return (!interrupted || is_told).then_some("interrupted, it says something or goes on");
        }
        if outcome.status != Some(wanted) {
            return Some("the status is another");
        }
        if is_told != (wanted != 0 || self.says("fails")) {
            return Some(if is_told { "stderr is not quiet" } else { "nothing fails" });
        }
        // What jq prints for a member that there is not.
        outcome.stdout.lines().any(|line| line == "null").then_some("null is printed")
    }
}

fn examples(blocks: Vec<Block>) -> Vec<Example> {
    let example = |block: Block| match block.mark {
        Mark::Run(words) => Some(Example { place: block.place, words, script: block.text }),
        Mark::Not(_) => None,
    };
    blocks.into_iter().filter_map(example).collect()
}

fn run_all(examples: &[Example]) {
    if !has_all(&[
        "bash", "dash", "zsh", "curl", "jq", "sed", "awk", "recode", "base64", "xmllint", "xq", "aws",
    ]) {
        return;
    }
    let mut wrong = Vec::new();
    for example in examples.iter().filter(|example| !example.says("python") || validator()) {
        for shell in example.shells() {
            wrong.extend(example.users().filter_map(|login| example.run(shell, &login)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_examples_of_the_readme_run() {
    let examples = examples(blocks::of_readme());
    assert!(examples.len() >= 11, "{}", examples.len());
    run_all(&examples);
}

#[test]
fn the_examples_of_the_page_on_documents_run() {
    let examples = examples(blocks::of_section("5"));
    assert!(examples.len() >= 6, "{}", examples.len());
    run_all(&examples);
}

#[test]
fn the_examples_of_the_page_on_pipelines_run() {
    let examples = examples(blocks::of_section("7"));
    assert!(examples.len() >= 28, "{}", examples.len());
    run_all(&examples);
}

#[test]
fn the_examples_of_the_commands_pages_run() {
    let examples = examples(blocks::of_section("1"));
    assert!(examples.len() >= 45, "{}", examples.len());
    run_all(&examples);
}

#[test]
fn every_block_has_a_mark_and_every_mark_is_understood() {
    let blocks = blocks::all();
    let number = blocks.len();
    assert!(blocks.iter().all(|block| !block.text.trim().is_empty()));
    let examples = examples(blocks);
    eprintln!("{} blocks are run, {} are not", examples.len(), number - examples.len());
    for example in &examples {
        for word in &example.words {
            let known = ["bash", "zsh", "fails", "serves", "python"].contains(&word.as_str())
                || word.starts_with("exit=")
                || word.starts_with("user=");
            assert!(known, "{}: {word}", example.place);
        }
    }
    // A stand-in that no example needs any more would only hide a real tool.
    for tool in ["pass show okta", "ykman oath", "terraform plan", "aws s3 ls"] {
        assert!(examples.iter().any(|example| example.script.contains(tool)), "{tool}");
    }
}
