//! The manual and the README, run. An example that can be run says so: in a manual page by the comment `.\" run: sandbox` above its `.Bd`, in
//! the README by a fence of ```` ```sh sandbox ````. Behind that may stand
//!
//! - `bash`: only there (else in dash too); `zsh`: there too;
//! - `exit=N`: it ends with this number, else with 0 and a quiet stderr;
//! - `python`: it needs Python's jsonschema.
//!
//! Each runs in a clean room with the variables of a person who has an authenticator app, and a code. The files that it reads (`form.json`, say) are
//! the documents of that person's own login up to there.

use crate::harness::{World, has};
use crate::schema::validator;
use std::fs;
use std::path::{Path, PathBuf};

const LOGIN: &str = "grace@acme.example";

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

    fn status(&self) -> i32 {
        let number = self.words.iter().find_map(|word| word.strip_prefix("exit="));
        number.map_or(0, |number| number.parse().unwrap())
    }

    fn shells(&self) -> Vec<&'static str> {
        let mut shells = vec!["bash"];
        if !self.says("bash") {
            shells.push("dash");
        }
        if self.says("zsh") {
            shells.push("zsh");
        }
        shells
    }

    fn run(&self, shell: &str) {
        let world = World::new();
        for (file, stage) in FILES {
            let is_read = self.script.contains(file) && !self.script.contains(&format!("> {file}"));
            if is_read {
                fs::write(world.home.join(file), world.document_after(LOGIN, stage)).unwrap();
            }
        }
        fs::write(world.home.join("okta-password"), format!("{}\n", world.password(LOGIN))).unwrap();
        let outcome = world
            .shell(shell, &self.script)
            .env("OKTA_USERNAME", LOGIN)
            .env("OKTA_PASSWORD", world.password(LOGIN))
            .env("MFA_CODE", &world.sandbox.totp(LOGIN, "GOOGLE").unwrap())
            .env("GITHUB_ENV", &world.home.join("github.env").display().to_string())
            .run();
        let wanted = outcome.status == Some(self.status());
        let fails = self.status() != 0 || self.script.contains("OKTA_PASSWORD=wrong");
        assert!(
            wanted && (fails || outcome.stderr.is_empty()),
            "{} in {shell}:\n{}\n{outcome}",
            self.place,
            self.script
        );
    }
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn pages() -> Vec<PathBuf> {
    let pages = fs::read_dir(root().join("man")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = pages.collect();
    pages.sort();
    pages
}

/// The examples of a manual page: from the marked `.Bd` to its `.Ed`.
fn of_page(path: &Path) -> Vec<Example> {
    let text = fs::read_to_string(path).unwrap();
    let mut examples = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(words) = line.strip_prefix(".\\\" run: sandbox") else { continue };
        let place = format!("{}:{}", path.file_name().unwrap().display(), at + 1);
        assert!(
            lines.next().is_some_and(|(_, line)| line.starts_with(".Bd -literal")),
            "{place}: no .Bd follows"
        );
        let body = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != ".Ed");
        let script = body.map(|line| format!("{}\n", plain(line, &place))).collect();
        examples.push(Example {
            place,
            words: words.split_whitespace().map(str::to_owned).collect(),
            script,
        });
    }
    examples
}

/// A line of roff as a reader sees it. An escape that we do not know is a fault, here and there.
fn plain(line: &str, place: &str) -> String {
    assert!(!line.starts_with('.'), "{place}: a macro within an example: {line}");
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let escapes = [
            ("-", "-"),
            ("e", "\\"),
            ("&", ""),
            ("(aq", "'"),
            ("(dq", "\""),
            ("(ti", "~"),
            ("(ha", "^"),
            ("(ga", "`"),
        ];
        let known =
            escapes.iter().find_map(|(name, shown)| after.strip_prefix(name).map(|rest| (shown, rest)));
        let (shown, after) = known.unwrap_or_else(|| panic!("{place}: an unknown escape: {line}"));
        text.push_str(shown);
        rest = after;
    }
    text + rest
}

/// The README's examples: from the marked fence to its end.
fn of_readme() -> Vec<Example> {
    let text = fs::read_to_string(root().join("README.md")).unwrap();
    let mut examples = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let Some(words) = line.strip_prefix("```sh sandbox") else { continue };
        let body = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != "```");
        examples.push(Example {
            place: format!("README.md:{}", at + 1),
            words: words.split_whitespace().map(str::to_owned).collect(),
            script: body.map(|line| format!("{line}\n")).collect(),
        });
    }
    examples
}

fn run_all(examples: &[Example]) {
    let tools = ["bash", "dash", "zsh", "curl", "jq", "sed", "recode", "base64", "xq", "aws"];
    if tools.iter().filter(|tool| !has(tool)).count() > 0 {
        return;
    }
    for example in examples {
        if example.says("python") && !validator() {
            continue;
        }
        for shell in example.shells() {
            example.run(shell);
        }
    }
}

#[test]
fn the_examples_of_the_readme_run() {
    let examples = of_readme();
    assert!(examples.len() >= 4, "{}", examples.len());
    run_all(&examples);
}

#[test]
fn the_examples_of_the_page_on_documents_run() {
    let examples = of_page(&root().join("man/oktapipe-json.5"));
    assert!(examples.len() >= 6, "{}", examples.len());
    run_all(&examples);
}

#[test]
fn the_examples_of_the_page_on_pipelines_run() {
    let examples = of_page(&root().join("man/oktapipe-pipeline.7"));
    assert!(examples.len() >= 20, "{}", examples.len());
    run_all(&examples);
}

#[test]
fn the_examples_of_the_commands_pages_run() {
    let pages = pages().into_iter().filter(|page| page.extension().is_some_and(|section| section == "1"));
    let examples: Vec<_> = pages.flat_map(|page| of_page(&page)).collect();
    assert!(examples.len() >= 12, "{}", examples.len());
    run_all(&examples);
}

#[test]
fn every_marker_is_understood() {
    for example in pages().iter().flat_map(|page| of_page(page)).chain(of_readme()) {
        for word in &example.words {
            let known = ["bash", "zsh", "python"].contains(&word.as_str()) || word.starts_with("exit=");
            assert!(known, "{}: {word}", example.place);
        }
        assert!(!example.script.trim().is_empty(), "{}", example.place);
    }
}
