//! Our parsers and formats beside other people's: python's ElementTree, xmllint, html5lib, jq, botocore, python-dotenv, real shells.
//!
//! `cargo test --test oracle` holds 500 generated documents against each, `just oracle` 100,000. The comparing is python's (`run.py`);
//! this program is what it compares with: `oracle serve WORDS` reads documents on stdin, each behind its length (4 bytes, the highest first),
//! and answers each with a byte (1 for success, 0 for a refusal), a length, and what came out. One process for all of them, for starting one each
//! would take longer than all the rest.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    clippy::print_stdout
)]
#![allow(missing_docs, reason = "a test")]

use clap::Parser;
use oktapipe::cli::{Cli, Command};
use oktapipe::context::{Context, Environment, Profiles};
use oktapipe::document::{self, Input, to_line};
use oktapipe::error::{Error, Kind};
use oktapipe::http::{Http, Log, Settings};
use oktapipe::ini::{Change, Ini};
use oktapipe::page::{self, Page};
use oktapipe::secret::ExposeSecret;
use oktapipe::shell::{Dialect, Script};
use oktapipe::stage::{self, Output};
use oktapipe::terminal::Nobody;
use oktapipe::time::SystemClock;
use serde_json::Value;
use std::cell::RefCell;
use std::io::{BufReader, BufWriter, Read, Write, stdin, stdout};
use std::path::{Path, PathBuf};

/// Documents for each oracle in `cargo test`.
const COUNT: &str = "500";

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.split_first() {
        Some((first, rest)) if first == "serve" => serve(rest),
        // A filter or option of `cargo test` that means other tests.
        Some((first, _))
            if first == "--list" || !first.starts_with('-') && !"oracle".contains(first.as_str()) => {}
        _ => compare(),
    }
}

fn compare() {
    let tools = std::env::var("OKTAPIPE_TOOLS").map(|folder| format!("{folder}/bin:")).unwrap_or_default();
    let path = format!("{tools}{}", std::env::var("PATH").unwrap_or_default());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/run.py");
    let python = std::env::split_paths(&path)
        .map(|folder| folder.join("python3"))
        .find(|file| file.is_file())
        .unwrap_or_else(|| PathBuf::from("python3"));
    let status = std::process::Command::new(&python)
        .args(["-B".as_ref(), script.as_os_str(), COUNT.as_ref()])
        .arg(std::env::current_exe().unwrap())
        .env("PATH", path)
        .status();
    match status {
        Ok(status) => assert!(status.success(), "the oracles do not agree"),
        Err(error) if std::env::var("CI").is_ok() => panic!("{}: {error}", python.display()),
        Err(_) => println!("SKIPPED: the oracles need python3"),
    }
}

fn serve(words: &[String]) {
    let (mut input, mut output) = (BufReader::new(stdin().lock()), BufWriter::new(stdout().lock()));
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let mut length = [0; 4];
    while input.read_exact(&mut length).is_ok() {
        let mut bytes = vec![0; u32::from_be_bytes(length) as usize];
        input.read_exact(&mut bytes).unwrap();
        let (mark, text) = match answer(&words, &bytes) {
            Ok(text) => (1, text),
            Err(Error::Failed(failure)) => (0, format!("{} {}", failure.kind.name(), failure.message)),
            Err(other) => (0, other.to_string()),
        };
        output.write_all(&[mark]).unwrap();
        output.write_all(&u32::try_from(text.len()).unwrap().to_be_bytes()).unwrap();
        output.write_all(text.as_bytes()).unwrap();
    }
    output.flush().unwrap();
}

fn answer(words: &[&str], bytes: &[u8]) -> Result<String, Error> {
    match words {
        ["page"] => Ok(match page::read(bytes)? {
            Page::Form(form) => serde_json::json!({"action": form.action, "fields": form.fields}).to_string(),
            _ => "null".to_owned(),
        }),
        ["document"] => match document::read(bytes)? {
            Input::Document(document) => Ok(to_line(&document)),
            _ => Err(Error::new(Kind::WrongDocument, "no document", "")),
        },
        ["ini"] => edit(bytes),
        ["quote", dialect] => {
            let mut script = Script::new(Dialect::named(dialect).unwrap());
            script.export("VALUE", std::str::from_utf8(bytes).unwrap())?;
            Ok(script.into_code())
        }
        words => run(words, bytes),
    }
}

/// An edit of an INI file: a line of JSON that says what, and the file.
fn edit(bytes: &[u8]) -> Result<String, Error> {
    let end = bytes.iter().position(|byte| *byte == b'\n').unwrap();
    let words: Value = serde_json::from_slice(&bytes[..end]).unwrap();
    let set = words["set"].as_object().unwrap().iter();
    let change = Change {
        section: words["section"].as_str().unwrap(),
        set: set.map(|(key, value)| (key.as_str(), value.as_str().unwrap())).collect(),
        remove: words["remove"].as_array().unwrap().iter().map(|key| key.as_str().unwrap()).collect(),
    };
    let edited = Ini::parse(&bytes[end + 1..]).and_then(|ini| ini.edit(&[change]));
    edited.map(|text| text.to_string()).map_err(|fault| Error::new(Kind::Config, fault.to_string(), ""))
}

/// What an offline stage prints on a pipe.
fn run(words: &[&str], bytes: &[u8]) -> Result<String, Error> {
    let cli = Cli::try_parse_from(["oktapipe"].iter().chain(words)).unwrap();
    let (environment, http) = (Environment::default(), Http::new(Settings::default(), Log::off()));
    let context = Context {
        common: &cli.common,
        environment: &environment,
        profiles: &Profiles::default(),
        clock: &SystemClock,
        terminal: &Nobody::default(),
        http: &http,
        stdin_is_terminal: false,
        stdout_is_terminal: false,
        input: RefCell::new(Box::new(bytes)),
        warn: &|_| {},
    };
    let output = match &cli.command {
        Command::SamlRoles(arguments) => stage::saml_roles::run(arguments, &context),
        Command::Export(arguments) => stage::export::run(arguments, &context),
        other => panic!("{} is not offline", other.name()),
    };
    Ok(match output? {
        Output::Document(document) => to_line(&document),
        Output::Text { plain, .. } => plain.expose_secret().to_owned(),
        other => panic!("{other:?}"),
    })
}
