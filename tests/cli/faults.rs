//! Every fault on every exchange: the network breaks or lies at each step of a sign-in, in each of the ways that the sandbox has a name for.
//!
//! In every cell: the kind and number that `table` expects, one line on stderr with a next step, nothing on stdout but the error document, no
//! secret anywhere (the harness looks), no file changed in HOME, an end within the time that was given, and nothing one-time sent twice.
//!
//! `cargo test` takes a diagonal, each fault on one exchange; `OKTAPIPE_FULL=1` takes all.

mod table;

use crate::harness::{Outcome, World};
use oktapipe_sandbox::{Exchange, NAMED_FAULTS, NamedFault};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};
use table::{Row, TABLE};

/// How often a fault strikes, if it is asked for that often: all that a stage might try is struck.
const TIMES: u32 = 50;

/// The longest that a cell may take: `--timeout 2`, three attempts of STS's and the pauses between, on a slow machine.
const PATIENCE: Duration = Duration::from_secs(15);

/// An exchange, and how a stage comes to it.
struct Place {
    exchange: Exchange,
    login: &'static str,
    /// The last stage before.
    after: Option<&'static str>,
    arguments: &'static [&'static str],
    /// How many requests the stage makes of the same service before.
    before: u32,
    /// What is one-time in its request: a piece of the path or the body.
    one_time: Option<&'static str>,
}

const ADA: &str = "ada@acme.example";

const PLACES: [Place; 12] = [
    Place {
        exchange: Exchange::Authn,
        login: ADA,
        after: None,
        arguments: &["authn"],
        before: 0,
        one_time: Some("\"password\""),
    },
    Place {
        exchange: Exchange::Challenge,
        login: "push@acme.example",
        after: Some("authn"),
        arguments: &["factor-verify", "-q"],
        before: 0,
        // The path of a push is that of its polls: `cell` counts the pushes.
        one_time: None,
    },
    Place {
        exchange: Exchange::Poll,
        login: "push@acme.example",
        after: Some("authn"),
        arguments: &["factor-verify", "-q", "--push-timeout", "8"],
        before: 1,
        one_time: None,
    },
    Place {
        exchange: Exchange::Code,
        login: "grace@acme.example",
        after: Some("authn"),
        arguments: &["factor-verify"],
        before: 0,
        one_time: Some("\"passCode\""),
    },
    Place {
        exchange: Exchange::Session,
        login: ADA,
        after: Some("authn"),
        arguments: &["session"],
        before: 0,
        one_time: Some("\"sessionToken\""),
    },
    Place {
        exchange: Exchange::AppLink,
        login: ADA,
        after: Some("authn"),
        arguments: &["saml-fetch"],
        before: 0,
        one_time: Some("sessionToken="),
    },
    Place {
        exchange: Exchange::AppPage,
        login: ADA,
        after: Some("session"),
        arguments: &["saml-fetch"],
        before: 1,
        one_time: None,
    },
    Place {
        exchange: Exchange::StepUp,
        login: "stepup@acme.example",
        after: Some("session"),
        arguments: &["saml-fetch"],
        before: 2,
        one_time: Some("\"stateToken\""),
    },
    Place {
        exchange: Exchange::Assume,
        login: ADA,
        after: Some("saml-roles"),
        arguments: &["assume"],
        before: 0,
        one_time: None,
    },
    Place {
        exchange: Exchange::Identity,
        login: ADA,
        after: Some("assume"),
        arguments: &["caller-identity"],
        before: 0,
        one_time: None,
    },
    Place {
        exchange: Exchange::AssumeRole,
        login: ADA,
        after: Some("assume"),
        arguments: &["assume-role", "--role", "arn:aws:iam::444455556666:role/chain/Deployer"],
        before: 0,
        one_time: None,
    },
    Place {
        exchange: Exchange::SigninToken,
        login: ADA,
        after: Some("assume"),
        arguments: &["console"],
        before: 0,
        one_time: None,
    },
];

fn is_full() -> bool {
    std::env::var("OKTAPIPE_FULL").is_ok_and(|value| value == "1")
}

/// Names, sizes and times of all files below.
fn files(folder: &Path) -> BTreeMap<String, (u64, Option<SystemTime>)> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let data = entry.metadata().unwrap();
        if data.is_dir() {
            found.extend(files(&entry.path()));
        }
        found.insert(entry.path().display().to_string(), (data.len(), data.modified().ok()));
    }
    found
}

/// The input of the stage. What is one-time is made anew for each cell, the rest is made once.
struct Inputs {
    kept: Option<String>,
}

impl Inputs {
    fn document(&mut self, world: &World, place: &Place) -> String {
        match place.after {
            None => String::new(),
            Some("authn") => {
                // Okta takes four tries a second from a user, and a code of an app once.
                world.sandbox.advance(Duration::from_secs(31));
                world.authn(place.login).run().document()
            }
            Some(last) => self.kept.get_or_insert_with(|| world.document_after(place.login, last)).clone(),
        }
    }
}

#[track_caller]
fn cell(world: &World, inputs: &mut Inputs, place: &Place, fault: &NamedFault, row: &Row) {
    let document = inputs.document(world, place);
    world.sandbox.advance(Duration::from_secs(u64::from(place.exchange == Exchange::Authn) * 2));
    let code = (place.exchange == Exchange::Code).then(|| world.sandbox.totp(place.login, "GOOGLE").unwrap());
    let of_connection = row.of_connection;
    // A poll is looked at again by itself, so one failed look is enough.
    let times = if place.exchange == Exchange::Poll { 1 } else { TIMES };
    world.sandbox.named_fault(fault, place.exchange, if of_connection { place.before } else { 0 }, times);
    let pushes = world.sandbox.pushes(place.login);
    let (asked, home) = (world.sandbox.log().len(), files(&world.home));
    let start = Instant::now();

    let mut case = world.oktapipe(place.arguments).stdin(document).env("OKTA_USERNAME", place.login);
    case = case.env("OKTA_PASSWORD", world.password(place.login));
    if let Some(code) = code {
        case = case.env("MFA_CODE", &code);
    }
    let outcome = case.argument("--timeout").argument("2").run();
    world.sandbox.clear_faults();

    let shown = format!("{} on {}", fault.name, place.exchange.name());
    assert!(start.elapsed() < PATIENCE, "{shown}: {:?} {outcome}", start.elapsed());
    assert_eq!(files(&world.home), home, "{shown}: a file was changed");
    let log = world.sandbox.log().split_off(asked);
    let one_time = place.one_time.map(|mark| {
        log.iter().filter(|request| request.path.contains(mark) || request.body.contains(mark)).count()
    });
    assert!(one_time.is_none_or(|count| count <= 1), "{shown}: sent again: {log:?}");
    assert!(world.sandbox.pushes(place.login) - pushes <= 1, "{shown}: pushed again: {log:?}");
    let most = if place.exchange.is_aws() { 3 } else { 12 };
    assert!(log.len() <= most, "{shown}: {} requests", log.len());
    judge(&shown, &outcome, row.expected(place.exchange));
}

#[track_caller]
fn judge(shown: &str, outcome: &Outcome, expected: &str) {
    if expected == "ok" {
        assert!(outcome.status == Some(0) && outcome.stderr.is_empty(), "{shown}: {outcome}");
        assert!(outcome.json()["_oktapipe"]["error"].is_null(), "{shown}: {outcome}");
        return;
    }
    let document = if outcome.stdout.is_empty() { serde_json::Value::Null } else { outcome.json() };
    let error = &document["_oktapipe"]["error"];
    assert!(error["kind"] == expected, "{shown}: not {expected}: {outcome}");
    let kind = oktapipe::error::Kind::ALL.into_iter().find(|kind| kind.name() == expected).unwrap();
    outcome.fails(i32::from(kind.exit_code()), expected);
    let (message, hint) = (error["message"].as_str().unwrap(), error["hint"].as_str().unwrap());
    assert!(!message.is_empty() && !hint.is_empty(), "{shown}: {outcome}");
    assert!(outcome.stderr.ends_with(&format!("{message}; {hint}\n")), "{shown}: {outcome}");
    let is_plain = |text: &str| text.chars().all(|c| !c.is_control() && c != '\u{202e}');
    assert!(is_plain(outcome.stderr.trim_end_matches('\n')), "{shown}: {outcome}");
}

fn faults_on(exchange: Exchange) {
    let at = PLACES.iter().position(|place| place.exchange == exchange).unwrap();
    let place = &PLACES[at];
    let (world, mut inputs) = (World::new(), Inputs { kept: None });
    let start = Instant::now();
    let (mut cells, mut failed) = (0, Vec::new());
    for (number, fault) in NAMED_FAULTS.iter().enumerate() {
        if is_full() || number % PLACES.len() == at {
            let row = TABLE.iter().find(|row| row.name == fault.name).unwrap();
            if row.expected(exchange).is_empty() {
                continue;
            }
            // One cell that fails hides no other.
            let result = catch_unwind(AssertUnwindSafe(|| cell(&world, &mut inputs, place, fault, row)));
            world.sandbox.clear_faults();
            failed.extend(result.is_err().then_some(fault.name));
            cells += 1;
        }
    }
    eprintln!("{cells} faults on {}: {:.1} s", exchange.name(), start.elapsed().as_secs_f64());
    assert!(failed.is_empty(), "{} of {cells} failed on {}: {failed:?}", failed.len(), exchange.name());
}

#[test]
fn every_named_fault_has_its_row() {
    let rows: Vec<&str> = TABLE.iter().map(|row| row.name).collect();
    let names: Vec<&str> = NAMED_FAULTS.iter().map(|fault| fault.name).collect();
    assert_eq!(rows, names);
    assert!(PLACES.iter().all(|place| Exchange::ALL.contains(&place.exchange)));
    assert_eq!(PLACES.len(), Exchange::ALL.len());
}

/// Where a connection fault strikes is counted in requests, so the numbers of the places are held against an undisturbed run.
#[test]
fn the_places_are_where_they_say() {
    for place in &PLACES {
        let (world, mut inputs) = (World::new(), Inputs { kept: None });
        let document = inputs.document(&world, place);
        let asked = world.sandbox.log().len();
        // A refusal of the exchange that is meant, and how many requests came before.
        let fault = NamedFault::named("403").unwrap();
        world.sandbox.named_fault(fault, place.exchange, 0, 1);
        let mut case = world.oktapipe(place.arguments).stdin(document).env("OKTA_USERNAME", place.login);
        case = case.env("OKTA_PASSWORD", world.password(place.login));
        if let Some(code) = world.sandbox.totp(place.login, "GOOGLE") {
            case = case.env("MFA_CODE", &code);
        }
        let outcome = case.run();
        let log = world.sandbox.log().split_off(asked);
        let struck = log.iter().position(|request| request.status == 403);
        assert_eq!(struck, Some(place.before as usize), "{}: {log:?} {outcome}", place.exchange.name());
    }
}

/// The SDK takes such a wish for an order.
#[test]
fn no_service_can_have_us_wait_for_a_year() {
    let place = PLACES.iter().find(|place| place.exchange == Exchange::Identity).unwrap();
    let row = TABLE.iter().find(|row| row.name == "503-patience").unwrap();
    let fault = NamedFault::named(row.name).unwrap();
    cell(&World::new(), &mut Inputs { kept: None }, place, fault, row);
}

#[test]
fn faults_on_authn() {
    faults_on(Exchange::Authn);
}

#[test]
fn faults_on_the_challenge() {
    faults_on(Exchange::Challenge);
}

#[test]
fn faults_on_the_poll_of_a_push() {
    faults_on(Exchange::Poll);
}

#[test]
fn faults_on_the_code() {
    faults_on(Exchange::Code);
}

#[test]
fn faults_on_the_session() {
    faults_on(Exchange::Session);
}

#[test]
fn faults_on_the_app_link() {
    faults_on(Exchange::AppLink);
}

#[test]
fn faults_on_the_app_page() {
    faults_on(Exchange::AppPage);
}

#[test]
fn faults_on_the_step_up() {
    faults_on(Exchange::StepUp);
}

#[test]
fn faults_on_assume() {
    faults_on(Exchange::Assume);
}

#[test]
fn faults_on_caller_identity() {
    faults_on(Exchange::Identity);
}

#[test]
fn faults_on_assume_role() {
    faults_on(Exchange::AssumeRole);
}

#[test]
fn faults_on_console() {
    faults_on(Exchange::SigninToken);
}
