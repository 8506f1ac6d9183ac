//! Every kind of failure and with them every exit code: how each comes about, and that its line, its document and its number reach the end of
//! a longer pipe, in bash without `pipefail`.

use crate::harness::{Case, World};
use oktapipe::error::Kind;
use oktapipe_sandbox::{Action, Fault, Options};
use std::collections::BTreeSet;
use std::time::Duration;

/// Kinds that no stage of this version can end with, and why.
const NOT_YET: [(Kind, &str); 4] = [
    (
        Kind::AppAmbiguous,
        "a stage is told its app; choosing one of many is the work of login, which is not there",
    ),
    (Kind::FastpassRequired, "only an org with Identity Engine asks for it, and its sign-in is not there"),
    (Kind::CaptchaRequired, "only Identity Engine's sign-in asks for one"),
    (Kind::Federated, "that a user signs in elsewhere is known from Identity Engine's sign-in only"),
];

const ADA: &str = "ada@acme.example";

/// A failing stage at the head of a pipe: the words behind `oktapipe`, whose sign-in, what stands on its stdin.
struct Row {
    command: &'static str,
    login: &'static str,
    /// What the shell does before the stage.
    limit: &'static str,
    stdin: String,
    variables: Vec<(&'static str, String)>,
}

impl Row {
    fn with(mut self, name: &'static str, value: &str) -> Row {
        self.variables.push((name, value.to_owned()));
        self
    }

    /// A script in which `STAGE` is the failing one.
    fn case(&self, world: &World, script: &str) -> Case {
        let script = script.replace("STAGE", &format!("{{ {}oktapipe {}; }}", self.limit, self.command));
        let case = world.shell("bash", &script).stdin(&self.stdin);
        let case = case.env("OKTA_USERNAME", self.login);
        self.variables.iter().fold(case, |case, (name, value)| case.env(name, value))
    }
}

fn row(command: &'static str, stdin: impl Into<String>) -> Row {
    Row { command, login: ADA, limit: "", stdin: stdin.into(), variables: Vec::new() }
}

/// `authn` with a user's own password.
fn authn(world: &World, login: &'static str) -> Row {
    Row { login, ..row("authn", "") }.with("OKTA_PASSWORD", world.password(login))
}

fn after(world: &World, login: &'static str, last: &str) -> String {
    world.document_after(login, last)
}

fn answer(status: u16, content_type: &str, body: &str) -> Action {
    Action::Answer {
        status,
        content_type: content_type.to_owned(),
        body: body.to_owned(),
        headers: Vec::new(),
    }
}

fn struck(world: &World, action: Action, row: Row) -> Row {
    world.sandbox.fault(Fault::next("/api/v1", action));
    row
}

fn provoked(kind: Kind, world: &World) -> Option<Row> {
    let session = || after(world, ADA, "session");
    let roles = |login: &str, role: &str| {
        let case = world.oktapipe(&["saml-roles", "-q", "--role", role]);
        case.stdin(world.sandbox.assertion(login).unwrap()).run().document()
    };
    Some(match kind {
        Kind::Usage => row("session --no-such-flag", ""),
        Kind::WrongDocument => row("session", "{}"),
        Kind::OrgMismatch => row("session --org other", after(world, ADA, "authn")),
        Kind::MaskedDocument => row("session", "{\"sessionToken\": \"(hidden: --reveal)\"}"),
        Kind::NoDocument => row("session", ""),
        Kind::Network => authn(world, ADA).with("OKTA_ORG", "http://127.0.0.1:1"),
        // An authority that did not sign the org's certificate.
        Kind::Tls => {
            std::fs::write(world.home.join("other.pem"), world.sandbox.idp_certificate()).unwrap();
            let row = authn(world, ADA).with("SSL_CERT_FILE", "other.pem");
            row.with("AWS_CA_BUNDLE", "other.pem")
        }
        Kind::ServiceError => struck(world, Action::okta_error(503, "E0000010", "Down"), authn(world, ADA)),
        Kind::NoTerminal => row("authn", ""),
        Kind::RoleAmbiguous => {
            let assertion = world.sandbox.assertion(ADA).unwrap();
            row("assume", world.oktapipe(&["saml-roles"]).stdin(assertion).run().document())
        }
        Kind::FactorAmbiguous => row("factor-verify", after(world, "hopper@acme.example", "authn")),
        // A process that may open no more files cannot have a runtime.
        Kind::Internal => Row { limit: "ulimit -n 4; ", ..row("session", after(world, ADA, "authn")) },
        Kind::Io => row("assume --policy file://absent", roles(ADA, "Dev")),
        Kind::RateLimited => struck(world, Action::rate_limit(9), authn(world, ADA)),
        Kind::Timeout => {
            let slow = Action::Delay(Duration::from_secs(5));
            struck(world, slow, Row { command: "authn --timeout 1", ..authn(world, ADA) })
        }
        Kind::MfaTimeout => row("factor-verify -q", after(world, "timeout@acme.example", "authn")),
        Kind::Protocol => struck(world, answer(200, "text/html", "<title>Hello"), authn(world, ADA)),
        Kind::AuthenticationFailed => row("authn", "").with("OKTA_PASSWORD", "wrong"),
        Kind::LockedOut => authn(world, "locked@acme.example"),
        Kind::PasswordExpired => authn(world, "expired@acme.example"),
        Kind::EnrollmentRequired => authn(world, "enroll@acme.example"),
        Kind::MfaRejected => row("factor-verify -q", after(world, "reject@acme.example", "authn")),
        Kind::PasscodeWrong => {
            row("factor-verify", after(world, "grace@acme.example", "authn")).with("MFA_CODE", "000000")
        }
        Kind::FactorUnsupported => row("factor-verify", after(world, "odd@acme.example", "authn")),
        Kind::BrowserNeeded => authn(world, "strange@acme.example"),
        Kind::ConsentRequired => authn(world, "consent@acme.example"),
        Kind::PolicyDenied => {
            struck(world, Action::okta_error(403, "E0000006", "You may not"), authn(world, ADA))
        }
        Kind::SessionExpired => {
            let spent = after(world, ADA, "authn");
            world.oktapipe(&["session"]).stdin(&spent).run().document();
            row("session", spent)
        }
        Kind::AssertionExpired => {
            let old = roles(ADA, "Dev");
            world.sandbox.advance(Duration::from_secs(600));
            row("assume", old)
        }
        Kind::AppNotAssigned => row("saml-fetch", after(world, "unassigned@acme.example", "session")),
        Kind::StepUpRequired => {
            let session = after(world, "stepup@acme.example", "session");
            let refusal = Action::okta_error(401, "E0000011", "Invalid token provided");
            struck(world, refusal, row("saml-fetch", session))
        }
        Kind::NoRole => row("saml-roles", world.sandbox.assertion("noroles@acme.example").unwrap()),
        Kind::RoleDenied => row("assume", roles("quote@acme.example", "Denied")),
        Kind::DurationTooLong => {
            row("assume --duration 2h --strict-duration", roles("grace@acme.example", "Ops"))
        }
        Kind::Config => row("saml-fetch --ca-file absent.pem", session()),
        Kind::CannotCreate => row("to-profile --file /proc/none/creds", after(world, ADA, "assume")),
        Kind::LockedFile => {
            let limit = "mkdir .aws; exec 9>.aws/.credentials.oktapipe-lock; flock 9; ";
            Row { limit, ..row("to-profile --timeout 1", after(world, ADA, "assume")) }
        }
        Kind::AppAmbiguous | Kind::FastpassRequired | Kind::CaptchaRequired | Kind::Federated => return None,
    })
}

fn is_not_yet(kind: Kind) -> bool {
    NOT_YET.iter().any(|(other, reason)| *other == kind && !reason.is_empty())
}

#[test]
fn each_kind_is_told_once_and_its_number_reaches_the_end_of_the_pipe() {
    for kind in Kind::ALL {
        let world = World::with(Options { push_polls: 0, ..Options::default() });
        let (name, code) = (kind.name(), i32::from(kind.exit_code()));
        let Some(row) = provoked(kind, &world) else {
            assert!(is_not_yet(kind), "{name}: no row, and no reason why");
            continue;
        };
        assert!(!is_not_yet(kind), "{name}: a row, and a reason why there is none");
        // The status of a pipe is that of its last stage; stderr is everybody's.
        let outcome = row
            .case(&world, "STAGE | oktapipe saml-roles | oktapipe assume | oktapipe caller-identity")
            .run();
        let document = outcome.fails(code, name);
        let error = &document["_oktapipe"]["error"];
        let line = outcome.stderr.trim_end();
        let said = format!(
            "oktapipe {}: {}; {}",
            error["stage"].as_str().unwrap(),
            error["message"].as_str().unwrap(),
            error["hint"].as_str().unwrap()
        );
        assert_eq!(line, said, "{name}");
        assert_eq!(error["retryable"], kind.row().2, "{name}");
        for text in [&error["message"], &error["hint"]] {
            let text = text.as_str().unwrap();
            assert!(
                !text.is_empty() && !text.contains(['"', '\\']) && !text.contains(char::is_control),
                "{name}: {text}"
            );
        }
    }
}

#[test]
fn each_kind_fails_an_eval_with_its_number_and_sets_nothing() {
    for kind in Kind::ALL {
        let world = World::with(Options { push_polls: 0, ..Options::default() });
        let Some(row) = provoked(kind, &world) else { continue };
        let script = "eval \"$(STAGE | oktapipe export)\"; echo \"$? ${AWS_ACCESS_KEY_ID-unset}\"";
        let outcome = row.case(&world, script).run();
        assert_eq!(outcome.stdout, format!("{} unset\n", kind.exit_code()), "{}: {outcome}", kind.name());
    }
}

#[test]
fn every_exit_code_that_is_not_yet_excused_is_provoked() {
    let all: BTreeSet<u8> = Kind::ALL.iter().map(|kind| kind.exit_code()).collect();
    let provoked: BTreeSet<u8> =
        Kind::ALL.iter().filter(|kind| !is_not_yet(**kind)).map(|kind| kind.exit_code()).collect();
    assert_eq!(all, provoked);
}
