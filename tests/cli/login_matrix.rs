//! `login` against the pipe of the stages: every user and every fault of the sandbox, and the same documents, messages and numbers.
//!
//! `cargo test` takes a diagonal of the faults, each on one exchange; `OKTAPIPE_FULL=1` takes all.

use crate::harness::{Case, Outcome, World};
use oktapipe_sandbox::{Exchange, NAMED_FAULTS, NamedFault, User};
use serde_json::Value;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// How often a fault strikes: all that might be tried is struck.
const TIMES: u32 = 50;

/// The exchanges of a sign-in, and a user who comes to each.
const PLACES: [(Exchange, &str); 9] = [
    (Exchange::Authn, "solo@acme.example"),
    (Exchange::StepUp, "stepup@acme.example"),
    (Exchange::Challenge, "push@acme.example"),
    (Exchange::Poll, "push@acme.example"),
    (Exchange::Code, "grace@acme.example"),
    (Exchange::Session, "solo@acme.example"),
    (Exchange::AppLink, "solo@acme.example"),
    (Exchange::AppPage, "solo@acme.example"),
    (Exchange::Assume, "solo@acme.example"),
];

fn is_full() -> bool {
    std::env::var("OKTAPIPE_FULL").is_ok_and(|value| value == "1")
}

/// The pipe that serves everybody, for one whom nobody can ask; the flags are those of the stages that take them.
const PIPE: &str = "oktapipe authn | oktapipe factor-verify --push-timeout 4 | oktapipe session | oktapipe saml-fetch \
    | oktapipe factor-verify --push-timeout 4 | oktapipe saml-fetch | oktapipe saml-roles ROLES | oktapipe assume";
const LOGIN: &str = "oktapipe login --push-timeout 4 ROLES";

/// A sandbox a side: what one did is not there for the other.
struct Sides {
    worlds: [World; 2],
}

impl Sides {
    fn new() -> Sides {
        Sides { worlds: [World::new(), World::new()] }
    }

    /// Both as this user, with these flags.
    fn run(&self, user: &User, flags: &str, fault: Option<(&NamedFault, Exchange, u32)>) -> [Outcome; 2] {
        // For every stage.
        let common = if fault.is_some() { "oktapipe --timeout 2 " } else { "oktapipe " };
        let [pipe, login] =
            [PIPE, LOGIN].map(|script| script.replace("ROLES", flags).replace("oktapipe ", common));
        [self.side(0, user, &pipe, fault), self.side(1, user, &login, fault)]
    }

    fn side(
        &self,
        side: usize,
        user: &User,
        script: &str,
        fault: Option<(&NamedFault, Exchange, u32)>,
    ) -> Outcome {
        let world = &self.worlds[side];
        // Okta takes four tries a second from a user, and a code of an app once.
        world.sandbox.advance(Duration::from_secs(31));
        let _ = std::fs::remove_dir_all(world.home.join(".local"));
        if let Some((fault, exchange, times)) = fault {
            world.sandbox.named_fault(fault, exchange, 0, times);
        }
        let code = ["GOOGLE", "OKTA"].iter().find_map(|provider| world.sandbox.totp(user.login, provider));
        let case = self.case(world, user, script);
        let outcome = code.iter().fold(case, |case, code| case.env("MFA_CODE", code)).run();
        world.sandbox.clear_faults();
        outcome
    }

    fn case(&self, world: &World, user: &User, script: &str) -> Case {
        world.shell("sh", script).env("OKTA_USERNAME", user.login).env("OKTA_PASSWORD", user.password)
    }
}

/// What has to be alike: everything but what each run has of its own, which is ports, secrets, ids and times.
fn alike(world: &World, outcome: &Outcome) -> (Option<i32>, String, Vec<Value>) {
    let place = |origin: String| origin.trim_start_matches("https://").to_owned();
    let (org, sts) = (place(world.sandbox.org()), place(world.sandbox.sts()));
    let plain = |text: &str| text.replace(&org, "ORG").replace(&sts, "STS");
    let stderr = plain(&outcome.stderr);
    // A warning is told under the name of the command that is run.
    let stderr = stderr.lines().map(|line| match line.split_once(": warning:") {
        Some((_, text)) => format!("warning:{text}\n"),
        None => format!("{line}\n"),
    });
    let stdout = plain(&outcome.stdout);
    let documents = stdout.lines().map(|line| {
        let mut document = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {outcome}"));
        mask(&mut document);
        document
    });
    (outcome.status, stderr.collect(), documents.collect())
}

/// Secrets, ids and times become the names of their members.
fn mask(value: &mut Value) {
    const OWN: [&str; 13] = [
        "AccessKeyId",
        "SecretAccessKey",
        "SessionToken",
        "Expiration",
        "AssumedRoleId",
        "NameQualifier",
        "errorId",
        "RequestId",
        "expiresAt",
        "cookies",
        "id",
        "stateToken",
        "lastLogin",
    ];
    match value {
        Value::Object(members) => {
            for (name, member) in members.iter_mut() {
                match OWN.contains(&name.as_str()) {
                    true => *member = name.as_str().into(),
                    false => mask(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

#[track_caller]
fn compare(sides: &Sides, shown: &str, [pipe, login]: &[Outcome; 2]) -> Option<i32> {
    let [of_pipe, of_login] =
        [(&sides.worlds[0], pipe), (&sides.worlds[1], login)].map(|(world, outcome)| alike(world, outcome));
    assert!(
        of_pipe == of_login,
        "{shown} differs:\n{of_pipe:#?}\n{of_login:#?}\npipe: {pipe}\nlogin: {login}"
    );
    of_login.0
}

/// Each user, in two ways to choose a role.
#[test]
fn every_user_gets_from_login_what_the_pipe_gives() {
    let sides = Sides::new();
    let (mut failed, mut statuses) = (Vec::new(), Vec::new());
    let users = sides.worlds[0].sandbox.users();
    for (number, user) in users.iter().enumerate() {
        let ways = ["--first", "", "--role Dev", "--role nobody --duration 15m"];
        for (way, flags) in ways.iter().enumerate() {
            if is_full() || way == number % ways.len() {
                let shown = format!("{} {flags}", user.login);
                let outcomes = sides.run(user, flags, None);
                match catch_unwind(AssertUnwindSafe(|| compare(&sides, &shown, &outcomes))) {
                    Ok(status) => statuses.push(status),
                    Err(_) => failed.push(shown),
                }
            }
        }
    }
    assert!(failed.is_empty(), "{} of {} users' logins differ: {failed:?}", failed.len(), users.len());
    // The table is worth something: some succeed, and there are failures of several numbers.
    for status in [0, 69, 75, 77, 78] {
        assert!(statuses.contains(&Some(status)), "none ends with {status}: {statuses:?}");
    }
}

#[test]
fn every_role_of_every_user_at_once_is_what_each_gives() {
    let sides = Sides::new();
    for login in ["ada@acme.example", "grace@acme.example", "solo@acme.example", "noroles@acme.example"] {
        let user = sides.worlds[0].sandbox.users().iter().find(|user| user.login == login).unwrap();
        let pipe = sides.side(0, user, &PIPE.replace("ROLES", "--each"), None);
        let all = sides.side(1, user, &LOGIN.replace("ROLES", "--all"), None);
        compare(&sides, login, &[pipe, all]);
    }
    let ada = sides.worlds[0].sandbox.users().iter().find(|user| user.login == "ada@acme.example").unwrap();
    let roles = "--role Dev --role ReadOnly";
    let pipe = sides.side(0, ada, &PIPE.replace("ROLES", &format!("--each {roles}")), None);
    let several = sides.side(1, ada, &LOGIN.replace("ROLES", roles), None);
    assert_eq!(several.stdout.lines().count(), 2, "{several}");
    compare(&sides, "several roles", &[pipe, several]);
}

fn faults_on(number: usize) {
    let (exchange, login) = PLACES[number];
    let sides = Sides::new();
    let user = sides.worlds[0].sandbox.users().iter().find(|user| user.login == login).unwrap();
    let mut failed = Vec::new();
    for (index, fault) in NAMED_FAULTS.iter().enumerate() {
        if is_full() || index % PLACES.len() == number {
            // A poll is looked at again by itself, so one failed look is enough.
            let times = if exchange == Exchange::Poll { 1 } else { TIMES };
            let outcomes = sides.run(user, "--first", Some((fault, exchange, times)));
            let shown = format!("{} on {}", fault.name, exchange.name());
            if catch_unwind(AssertUnwindSafe(|| compare(&sides, &shown, &outcomes))).is_err() {
                failed.push(shown);
            }
        }
    }
    assert!(failed.is_empty(), "{failed:?}");
}

macro_rules! faults {
    ($($name:ident $number:literal)*) => {$(
        #[test]
        fn $name() {
            faults_on($number);
        }
    )*};
}

faults! {
    faults_on_authn_are_alike 0
    faults_on_the_step_up_are_alike 1
    faults_on_the_challenge_are_alike 2
    faults_on_the_poll_are_alike 3
    faults_on_the_code_are_alike 4
    faults_on_the_session_are_alike 5
    faults_on_the_app_link_are_alike 6
    faults_on_the_app_page_are_alike 7
    faults_on_assume_are_alike 8
}
