//! `factor-verify` with every factor that there is: rows of codes, codes that are sent, questions, two of a kind; and transactions in every
//! shape that an org may give them.

use crate::factor::verifications;
use crate::harness::{Case, Outcome, World, has, patiently, terminal, terminals};
use oktapipe_sandbox::{Action, Fault, Options, Switch};
use serde_json::{Value, json};
use std::time::Duration;

const ASKED: &str = "asked@acme.example";
const PHONES: &str = "phones@acme.example";
const RSA: &str = "rsa@acme.example";

fn begun(world: &World, login: &str) -> String {
    world.authn(login).run().document()
}

fn verify(world: &World, document: &str, arguments: &[&str]) -> Case {
    world.oktapipe(&[&["factor-verify"], arguments].concat()).stdin(document)
}

fn quick() -> World {
    World::with(Options { push_polls: 0, ..Options::default() })
}

/// What was sent to Okta's API, the sandbox's own pages aside.
fn asked(world: &World) -> Vec<oktapipe_sandbox::Request> {
    world.sandbox.log().into_iter().filter(|request| request.path.contains("/verify")).collect()
}

fn is_success(outcome: &Outcome) -> bool {
    outcome.status == Some(0) && outcome.json()["status"] == "SUCCESS"
}

/// Fails as a stage does, with the names in its line.
#[track_caller]
fn names(outcome: &Outcome, code: i32, kind: &str, names: &[&str]) {
    outcome.fails(code, kind);
    for name in names {
        assert!(outcome.stderr.contains(name), "{name}: {outcome}");
    }
}

#[test]
fn a_code_of_each_row_is_taken_once() {
    for (login, factor) in [
        ("hotp@acme.example", "token:hotp"),
        ("symantec@acme.example", "token"),
        ("onprem@acme.example", "token"),
        ("yubikey@acme.example", "token:hardware"),
    ] {
        let world = World::new();
        let code = world.sandbox.code(login, factor).unwrap();
        let first = verify(&world, &begun(&world, login), &[]).env("MFA_CODE", &code).run();
        assert!(is_success(&first.succeeds()), "{login}");
        let again = verify(&world, &begun(&world, login), &[]).env("MFA_CODE", &code).run();
        assert_eq!(again.fails(77, "passcode_wrong")["errorCode"], "E0000082", "{login}");
        let next = world.sandbox.code(login, factor).unwrap();
        let outcome =
            verify(&world, &begun(&world, login), &["--factor", factor]).env("MFA_CODE", &next).run();
        assert!(is_success(&outcome.succeeds()), "{login}");
        assert_eq!(verifications(&world), 3, "{login}");
    }
}

#[test]
fn of_all_factors_each_is_verified_under_its_name() {
    let world = quick();
    let login = "all@acme.example";
    for (factor, row) in [
        ("token:software:totp:GOOGLE", "token:software:totp:GOOGLE"),
        ("token:software:totp:OKTA", "token:software:totp:OKTA"),
        ("token:hotp", "token:hotp"),
        ("token:SYMANTEC", "token:SYMANTEC"),
        ("token:del_oath", "token:DEL_OATH"),
        ("token:hardware:YUBICO", "token:hardware"),
        ("question", "question"),
    ] {
        let code = world.sandbox.code(login, row).unwrap();
        let outcome =
            verify(&world, &begun(&world, login), &["--factor", factor]).env("MFA_CODE", &code).run();
        assert!(is_success(&outcome), "{factor}: {outcome}");
        world.sandbox.advance(Duration::from_secs(2));
    }
    assert!(is_success(&verify(&world, &begun(&world, login), &["--factor", "push", "-q"]).run()));
    for factor in
        ["webauthn", "u2f", "web:DUO", "signed_nonce", "assertion:saml2", "assertion:oidc", "claims_provider"]
    {
        world.sandbox.advance(Duration::from_secs(2));
        let before = verifications(&world);
        let outcome = verify(&world, &begun(&world, login), &["--factor", factor]).run();
        names(&outcome, 77, "factor_unsupported", &[factor.split(':').next().unwrap(), "push:OKTA"]);
        assert_eq!(verifications(&world), before, "{factor}");
    }
}

#[test]
fn an_answer_is_sent_as_one_and_only_to_a_question_that_was_named() {
    let world = World::new();
    let login = "question@acme.example";
    let answer = world.sandbox.code(login, "question").unwrap();
    let document = begun(&world, login);
    names(
        &verify(&world, &document, &[]).env("MFA_CODE", &answer).run(),
        77,
        "factor_unsupported",
        &["question:OKTA"],
    );
    assert_eq!(verifications(&world), 0);
    let wrong = verify(&world, &document, &["--factor", "question"]).env("MFA_CODE", "CANARY no").run();
    wrong.fails(77, "passcode_wrong");
    let outcome = verify(&world, &document, &["--factor", "question"]).env("MFA_CODE", &answer).run();
    assert!(is_success(&outcome.succeeds()));
    let body: Value = serde_json::from_str(&asked(&world).pop().unwrap().body).unwrap();
    assert!(body["answer"] == answer.as_str() && body.get("passCode").is_none());
}

/// Codes of a row, from a sandbox of their own: each sandbox begins the row anew.
fn rsa_codes() -> [String; 2] {
    let world = World::new();
    let next = || world.sandbox.code(RSA, "token").unwrap();
    let first = next();
    verify(&world, &begun(&world, RSA), &[]).env("MFA_CODE", &first).run().fails(77, "passcode_wrong");
    [first, next()]
}

#[test]
fn a_given_code_after_which_rsa_wants_another_is_sent_once() {
    let world = World::new();
    let document = begun(&world, RSA);
    let [first, second] = rsa_codes();
    let outcome = verify(&world, &document, &[]).env("MFA_CODE", &first).run();
    assert_eq!(outcome.fails(77, "passcode_wrong")["errorCode"], "E0000113");
    assert!(outcome.stderr.contains("next code"), "{outcome}");
    assert_eq!(verifications(&world), 1);
    assert!(is_success(&verify(&world, &document, &[]).env("MFA_CODE", &second).run().succeeds()));
}

#[test]
fn a_person_is_shown_what_rsa_asks_for_and_types_the_next_code() {
    if !terminals() || !has("jq") {
        return;
    }
    let world = World::new();
    let [first, second] = rsa_codes();
    std::fs::write(world.home.join("in"), begun(&world, RSA)).unwrap();
    let ended = terminal(&world, "sh", "oktapipe factor-verify <in 2>err >out; jq -r .status out; cat err")
        .answer("Code of token:RSA", &first)
        .expect("Wait for token to change, then enter the new tokencode:")
        .answer("Code of token:RSA", &second)
        .run();
    assert!(ended.seen.ends_with("SUCCESS\n"), "{ended:?}");
    assert_eq!(verifications(&world), 2);
}

#[test]
fn a_code_that_is_sent_is_waited_for_by_the_command_that_gets_it() {
    if !has("curl") {
        return;
    }
    for kind in ["sms", "call", "email"] {
        let world = World::new();
        let login = format!("{kind}@acme.example");
        // No code is there before the message was sent: the command would fail.
        let command = format!("curl -sSf {}/sandbox/code/{login}/{kind}", world.sandbox.org());
        for factor in [&[][..], &["--factor", kind]] {
            let document = begun(&world, &login);
            let outcome =
                verify(&world, &document, &[&["--passcode-command", &command], factor].concat()).run();
            assert!(is_success(&outcome.succeeds()), "{kind}");
        }
        assert_eq!(verifications(&world), 4, "{kind}");
        let bodies: Vec<bool> =
            asked(&world).iter().map(|request| request.body.contains("passCode")).collect();
        assert_eq!(bodies, [false, true, false, true], "{kind}");
    }
}

#[test]
fn no_message_is_sent_that_nobody_could_answer() {
    for kind in ["sms", "call", "email"] {
        let world = World::new();
        let document = begun(&world, &format!("{kind}@acme.example"));
        for arguments in [&[][..], &["--no-input"], &["--factor", kind]] {
            let outcome = verify(&world, &document, arguments).run();
            names(&outcome, 69, "no_terminal", &["--passcode-command", &format!("{kind}:OKTA")]);
        }
        // A code that stands already cannot be that of a message which is still to be sent.
        let outcome = verify(&world, &document, &[]).env("MFA_CODE", "123456").run();
        names(&outcome, 77, "factor_unsupported", &[&format!("{kind}:OKTA")]);
        assert_eq!(verifications(&world), 0, "{kind}");
    }
}

#[test]
fn a_command_that_has_no_code_leaves_the_sent_message_and_says_so() {
    let world = World::new();
    let document = begun(&world, "sms@acme.example");
    let outcome = verify(&world, &document, &["--passcode-command", "exit 4"]).run();
    names(&outcome, 78, "config", &["passcode"]);
    assert_eq!(verifications(&world), 1);
}

#[test]
fn a_challenge_of_a_message_is_finished_with_the_code_that_came() {
    if !has("curl") || !has("jq") {
        return;
    }
    for kind in ["sms", "call", "email"] {
        let world = World::new();
        let login = format!("{kind}@acme.example");
        std::fs::write(world.home.join("t"), begun(&world, &login)).unwrap();
        let send = "jq '{stateToken}' t | curl -sS --json @- \"$(jq -r '._embedded.factors[0]._links.verify.href' t)\"";
        let challenge = world.shell("sh", send).run().document();
        assert!(challenge.contains("MFA_CHALLENGE"), "{challenge}");
        names(&verify(&world, &challenge, &[]).run(), 69, "no_terminal", &["MFA_CODE"]);
        verify(&world, &challenge, &[]).env("MFA_CODE", "000000").run().fails(77, "passcode_wrong");
        let code = world.sandbox.code(&login, kind).unwrap();
        let outcome = verify(&world, &challenge, &[]).env("MFA_CODE", &code).without("OKTA_ORG").run();
        assert!(is_success(&outcome.succeeds()), "{kind}");
    }
}

#[test]
fn enter_alone_has_a_message_sent_again_and_too_early_a_wish_keeps_the_prompt() {
    if !terminals() || !has("jq") {
        return;
    }
    let world = World::new();
    std::fs::write(world.home.join("in"), begun(&world, ASKED)).unwrap();
    let script = "oktapipe factor-verify --factor sms <in 2>err >out; jq -r .status out; cat err";
    let question = "Code of sms:OKTA (+1 XXX-XXX-1337) (Enter alone sends another)";
    let ended = std::thread::scope(|scope| {
        scope.spawn(|| {
            // After the message and the wish that came too early.
            patiently("the second request", || (verifications(&world) == 2).then_some(()));
            world.sandbox.advance(Duration::from_secs(31));
        });
        terminal(&world, "sh", script)
            .answer(question, "")
            .expect("Please wait 30 seconds")
            .expect(question)
            .step("sleep", "1.5")
            .step("type", "\\n")
            .expect("sent again")
            .answer(question, "000000")
            .expect("not accepted")
            .answer(question, "271828")
            .run()
    });
    assert!(ended.seen.ends_with("SUCCESS\n"), "{ended:?}");
    assert_eq!(verifications(&world), 5);
}

#[test]
fn enter_alone_is_no_code() {
    if !terminals() || !has("jq") {
        return;
    }
    let world = World::new();
    let login = "hotp@acme.example";
    std::fs::write(world.home.join("in"), begun(&world, login)).unwrap();
    let script = "oktapipe factor-verify <in 2>err >out; jq -r .status out; cat err";
    let question = "Code of token:hotp:CUSTOM";
    let ended = terminal(&world, "sh", script)
        .answer(question, "")
        .expect("Nothing was typed")
        .answer(question, &world.sandbox.code(login, "token:hotp").unwrap())
        .run();
    assert!(ended.seen.ends_with("SUCCESS\n"), "{ended:?}");
    assert_eq!(verifications(&world), 1);
}

#[test]
fn wrong_codes_of_a_person_are_not_taken_for_ever() {
    if !terminals() || !has("jq") {
        return;
    }
    let world = World::new();
    std::fs::write(world.home.join("in"), begun(&world, ASKED)).unwrap();
    let script = "oktapipe factor-verify --factor question <in 2>err >out; jq -r ._oktapipe.error.kind out";
    let question = "Answer to question:OKTA";
    let ended = terminal(&world, "sh", script)
        .answer(question, "one")
        .answer(question, "two")
        .answer(question, "three")
        .run();
    assert!(ended.seen.ends_with("passcode_wrong\n"), "{ended:?}");
    assert_eq!((verifications(&world), world.sandbox.open_transactions().len()), (3, 1));
}

#[test]
fn the_first_of_the_factors_named_that_fits_is_used() {
    let world = quick();
    let login = "all@acme.example";
    let code = world.sandbox.code(login, "token:hotp").unwrap();
    // A message cannot be meant by a code that is there already, and the next in the order is.
    let order = ["--factor", "nothing", "--factor", "sms", "--factor", "token:hotp", "--factor", "push"];
    let outcome = verify(&world, &begun(&world, login), &order).env("MFA_CODE", &code).run();
    assert!(is_success(&outcome.succeeds()));
    assert_eq!((world.sandbox.pushes(login), verifications(&world)), (0, 1));
    let order = ["-q", "--factor", "nothing", "--factor", "push", "--factor", "sms"];
    assert!(is_success(&verify(&world, &begun(&world, login), &order).run()));
    assert_eq!(world.sandbox.pushes(login), 1);
}

#[test]
fn two_phones_are_told_apart_by_their_names() {
    let world = quick();
    let document = begun(&world, PHONES);
    let all = [
        "push:OKTA (Old phone)",
        "push:OKTA (New phone)",
        "sms:OKTA (+1 XXX-XXX-2222)",
        "--factor TYPE[:PROVIDER[:NAME]]",
    ];
    names(&verify(&world, &document, &[]).run(), 69, "factor_ambiguous", &all);
    let outcome = verify(&world, &document, &["--factor", "push"]).run();
    names(&outcome, 69, "factor_ambiguous", &all[..2]);
    assert!(!outcome.stderr.contains("sms"), "{outcome}");
    assert_eq!(verifications(&world), 0);
    verify(&world, &document, &["-q", "--factor", "push:OKTA:Old phone"]).run().fails(77, "mfa_rejected");
    let document = begun(&world, PHONES);
    assert!(is_success(
        &verify(&world, &document, &["-q", "--factor", "push:OKTA:New phone"]).run().succeeds()
    ));
    if has("curl") {
        let command = format!("curl -sSf {}/sandbox/code/{PHONES}/sms", world.sandbox.org());
        let named = ["--passcode-command", &command, "--factor", "sms:OKTA:+1 XXX-XXX-2222"];
        assert!(is_success(&verify(&world, &begun(&world, PHONES), &named).run().succeeds()));
        assert!(asked(&world).pop().unwrap().path.contains("phones2"));
    }
}

#[test]
fn a_push_that_goes_out_by_itself_needs_no_choice() {
    let world = quick();
    let login = "autopush@acme.example";
    assert!(is_success(&verify(&world, &begun(&world, login), &["-q"]).run().succeeds()));
    // Beside other factors it is the one, unless a code or a name says otherwise.
    let login = "mixed@acme.example";
    let policy = |document: &str, enabled: Value| {
        let mut document: Value = serde_json::from_str(document).unwrap();
        let factors = document["_embedded"]["factors"].as_array().unwrap().clone();
        let id =
            factors.iter().find(|factor| factor["factorType"] == "push").unwrap()["id"].as_str().unwrap();
        document["_embedded"]["policy"]["factorsPolicyInfo"] = json!({ id: { "autoPushEnabled": enabled } });
        document.to_string()
    };
    let document = policy(&begun(&world, login), json!(true));
    let code = world.sandbox.totp(login, "OKTA").unwrap();
    verify(&world, &document, &[]).env("MFA_CODE", &code).run().fails(69, "factor_ambiguous");
    assert!(is_success(&verify(&world, &document, &["-q"]).run().succeeds()));
    assert_eq!(world.sandbox.pushes(login), 1);
    for no in [json!(false), json!("true"), Value::Null] {
        let document = policy(&begun(&world, login), no);
        verify(&world, &document, &[]).run().fails(69, "factor_ambiguous");
        world.sandbox.advance(Duration::from_secs(2));
    }
}

/// Ids that begin as another kind's do, members as lists and not, and what may be missing.
#[test]
fn the_kind_and_provider_decide_in_every_shape_of_an_answer() {
    let people = [
        ("grace@acme.example", "token:software:totp"),
        ("hotp@acme.example", "token:hotp"),
        ("yubikey@acme.example", "token:hardware"),
        ("question@acme.example", "question"),
        ("sms@acme.example", "sms"),
        ("push@acme.example", "push"),
        ("number@acme.example", "push"),
        ("autopush@acme.example", "push"),
    ];
    let sets = [
        &[Switch::OddFactorIds][..],
        &[Switch::LoneFactorAsObject],
        &[Switch::FactorListNamedFactor],
        &[Switch::FactorListNamedFactor, Switch::LoneFactorAsObject],
        &[Switch::ChallengedFactorInList],
        &[Switch::LinksAsLists],
        &[Switch::ResendAsObject],
        &[Switch::NoPolicy, Switch::NoProfile, Switch::NoCancel],
        &[
            Switch::OddFactorIds,
            Switch::LinksAsLists,
            Switch::NoPolicy,
            Switch::NoProfile,
            Switch::ChallengedFactorInList,
        ],
    ];
    // Polling takes its time: side by side.
    std::thread::scope(|scope| {
        for switches in sets {
            scope.spawn(move || {
                let world = World::with(Options { push_polls: 0, ..Options::default() });
                switches.iter().for_each(|switch| world.sandbox.set(*switch));
                for (login, factor) in people {
                    let document = begun(&world, login);
                    let mut case = verify(&world, &document, &["-q", "--factor", factor]);
                    case = match factor {
                        "push" => case,
                        "sms" if !has("curl") => continue,
                        "sms" => {
                            let command =
                                format!("curl -sSf {}/sandbox/code/{login}/{factor}", world.sandbox.org());
                            let arguments = ["--factor", factor, "--passcode-command", &command];
                            verify(&world, &document, &arguments)
                        }
                        _ => case.env("MFA_CODE", &world.sandbox.code(login, factor).unwrap()),
                    };
                    let outcome = case.run();
                    assert!(is_success(&outcome), "{switches:?} {login}: {outcome}");
                }
            });
        }
    });
}

/// Every place in a value, the deepest last.
fn places(value: &Value, here: String, all: &mut Vec<String>) {
    all.push(here.clone());
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                places(value, format!("{here}/{}", name.replace('~', "~0").replace('/', "~1")), all);
            }
        }
        Value::Array(items) => {
            for (at, value) in items.iter().enumerate() {
                places(value, format!("{here}/{at}"), all);
            }
        }
        _ => {}
    }
}

/// The same with one place changed: gone, or something that nobody would expect there.
fn changed(value: &Value) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    places(value, String::new(), &mut all);
    let mut changed = Vec::new();
    for place in all.into_iter().filter(|place| !place.is_empty()) {
        for other in [None, Some(Value::Null), Some(json!([])), Some(json!(7))] {
            let mut copy = value.clone();
            let (parent, name) = place.rsplit_once('/').unwrap();
            match (other, copy.pointer_mut(parent).unwrap()) {
                (Some(other), Value::Object(members)) => drop(members.insert(name.replace("~1", "/"), other)),
                (None, Value::Object(members)) => drop(members.remove(&name.replace("~1", "/"))),
                (Some(other), Value::Array(items)) => items[name.parse::<usize>().unwrap()] = other,
                (None, Value::Array(items)) => drop(items.remove(name.parse().unwrap())),
                _ => unreachable!(),
            }
            changed.push((place.clone(), copy));
        }
    }
    changed
}

/// A success, or a failure with a name: never a panic (101), an abort (134) or an internal error (70).
#[track_caller]
fn is_named(outcome: &Outcome, place: &str, document: &Value) {
    if outcome.status == Some(0) {
        assert!(outcome.stderr.is_empty(), "{place}: {outcome}");
        return;
    }
    let code = outcome.status.unwrap_or_default();
    assert!(matches!(code, 2 | 65 | 66 | 69 | 75..=78), "{place}: {document}: {outcome}");
    let kind = outcome.json()["_oktapipe"]["error"]["kind"].as_str().unwrap().to_owned();
    outcome.fails(code, &kind);
    assert!(kind != "internal" && outcome.stderr.contains("; "), "{place}: {outcome}");
}

#[test]
fn a_transaction_with_anything_missing_or_odd_is_taken_or_refused_by_name() {
    let world = World::new();
    let base: Value = serde_json::from_str(&begun(&world, "sms@acme.example")).unwrap();
    for (place, document) in changed(&base) {
        is_named(&verify(&world, &document.to_string(), &["-q"]).run(), &place, &document);
    }
}

/// What Okta answers to the request for a message, with one place changed: it is as little to be relied on.
#[test]
fn a_challenge_with_anything_missing_or_odd_is_taken_or_refused_by_name() {
    if !has("curl") || !has("jq") {
        return;
    }
    let world = World::new();
    std::fs::write(world.home.join("t"), begun(&world, ASKED)).unwrap();
    let send =
        "jq '{stateToken}' t | curl -sS --json @- \"$(jq -r '._embedded.factors[1]._links.verify.href' t)\"";
    let challenge: Value = serde_json::from_str(&world.shell("sh", send).run().document()).unwrap();
    assert_eq!(challenge["status"], "MFA_CHALLENGE");
    let document = begun(&world, ASKED);
    for (turn, (place, challenge)) in changed(&challenge).into_iter().enumerate() {
        let body = challenge.to_string();
        let outcome = if turn % 2 == 0 {
            verify(&world, &body, &["-q"]).env("MFA_CODE", "000000").run()
        } else {
            let content_type = "application/json".to_owned();
            let answer = Action::Answer { status: 200, content_type, body, headers: Vec::new() };
            world.sandbox.fault(Fault::next("/api/v1/authn/factors/smsasked", answer));
            let arguments = ["-q", "--factor", "sms", "--passcode-command", "echo 000000"];
            verify(&world, &document, &arguments).run()
        };
        is_named(&outcome, &place, &challenge);
    }
}
