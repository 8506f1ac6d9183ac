//! `schema`: real output of every stage for everybody in the sandbox, held against what is promised of it.
//!
//! The validator is Python's `jsonschema`: another program's reading of the schemas, and no crate. It comes with moto, which CI installs anyway; the
//! Rust ones would add 10 (boon) to 27 (jsonschema) crates to the lock file for this one test.

use crate::harness::{Case, World, has};
use oktapipe_sandbox::Options;
use serde_json::{Value, json};
use std::process::Command;

/// A line of JSON each on stdin: `[schema, whether it shall hold, document]`. The schemas are files beside. Prints what is otherwise.
const VALIDATOR: &str = r#"
import json, sys
from jsonschema import Draft202012Validator
schemas = {}
for line in sys.stdin:
    name, holds, document = json.loads(line)
    if name not in schemas:
        schema = json.load(open(name + ".json"))
        Draft202012Validator.check_schema(schema)
        schemas[name] = Draft202012Validator(schema)
    errors = [e.message[:300] + " (" + "; ".join(c.message[:200] for c in (e.context or [])) + ")" for e in schemas[name].iter_errors(document)]
    if holds == bool(errors):
        print(name, "holds" if not errors else errors, json.dumps(document)[:600])
"#;

const STAGES: [&str; 11] = [
    "authn",
    "factor-verify",
    "session",
    "saml-fetch",
    "saml-roles",
    "assume",
    "export",
    "to-profile",
    "caller-identity",
    "assume-role",
    "console",
];

/// Whether Python and its validator are there; in CI they must be.
pub fn validator() -> bool {
    if !has("python3") {
        return false;
    }
    let found = Command::new("python3")
        .args(["-c", "import jsonschema"])
        .output()
        .is_ok_and(|output| output.status.success());
    assert!(
        found || std::env::var("CI").is_err(),
        "Python's jsonschema is not installed, and CI must have it"
    );
    if !found {
        eprintln!("SKIPPED: Python's jsonschema is not installed");
    }
    found
}

/// What is to be held against a schema.
#[derive(Default)]
struct Held(String);

impl Held {
    fn line(&mut self, stage: &str, holds: bool, document: &Value) {
        self.0.push_str(&format!("{}\n", json!([stage, holds, document])));
    }

    /// A stage's output, and the same without our member, as curl or the AWS CLI would have printed it.
    fn output(&mut self, stage: &str, text: &str) {
        let document: Value =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("{stage}: {error}: {text}"));
        self.line(stage, true, &document);
        if document["_oktapipe"]["error"].is_null() {
            let mut bare = document;
            bare.as_object_mut().unwrap().remove("_oktapipe");
            self.line(stage, true, &bare);
        }
    }

    #[track_caller]
    fn check(self, world: &World) {
        for stage in STAGES {
            let schema = world.oktapipe(&["schema", stage]).run().succeeds().stdout;
            std::fs::write(world.home.join(format!("{stage}.json")), schema).unwrap();
        }
        let outcome = Case::new("python3", &["-c", VALIDATOR], &world.home).stdin(self.0).run();
        assert!(outcome.status == Some(0) && outcome.stdout.is_empty(), "{outcome}");
    }
}

#[test]
fn what_the_stages_print_for_everybody_in_the_sandbox_is_what_their_schemas_promise() {
    if !validator() {
        return;
    }
    let world = World::with(Options { push_polls: 0, ..Options::default() });
    let mut held = Held::default();
    let (mut succeeded, mut failed) = (0, 0);
    for user in world.sandbox.users() {
        let mut document = world.authn(user.login).run().stdout;
        held.output("authn", &document);
        for stage in ["factor-verify", "session", "saml-fetch", "saml-roles", "assume", "caller-identity"] {
            if stage == "saml-fetch" {
                // Nobody but the people whose app asks for more has a transaction here; for them it is verified and fetched again.
                document = fetched(&world, user.login, &document, &mut held);
            } else {
                let flags: &[&str] = match stage {
                    // With a code at hand, the one that it is of.
                    "factor-verify" if user.factors.iter().any(|factor| factor.provider == "GOOGLE") => {
                        &["--provider", "GOOGLE"]
                    }
                    "saml-roles" => &["--first"],
                    _ => &[],
                };
                if stage == "saml-roles" {
                    held.output(stage, &world.oktapipe(&[stage]).stdin(&document).run().stdout);
                }
                document = run(&world, user.login, stage, flags, &document);
                held.output(stage, &document);
            }
            if stage == "assume" && !document.contains("\"error\"") {
                for format in ["json", "process"] {
                    let text =
                        world.oktapipe(&["export", "--format", format]).stdin(&document).run().document();
                    held.output("export", &text);
                }
                let further = ["--role", "arn:aws:iam::444455556666:role/Plain"];
                held.output("console", &run(&world, user.login, "console", &[], &document));
                held.output("assume-role", &run(&world, user.login, "assume-role", &further, &document));
                held.output("to-profile", &run(&world, user.login, "to-profile", &[], &document));
            }
        }
        *if document.contains("\"error\"") { &mut failed } else { &mut succeeded } += 1;
    }
    assert!(succeeded >= 11 && failed >= 8, "{succeeded} and {failed}");
    held.check(&world);
}

fn run(world: &World, login: &str, stage: &str, flags: &[&str], document: &str) -> String {
    let mut case = world.oktapipe(&[&[stage], flags].concat()).stdin(document);
    if let Some(code) = world.sandbox.totp(login, "GOOGLE").filter(|_| stage == "factor-verify") {
        case = case.env("MFA_CODE", &code);
    }
    case.run().stdout
}

fn fetched(world: &World, login: &str, document: &str, held: &mut Held) -> String {
    let mut document = document.to_owned();
    for stage in ["saml-fetch", "factor-verify", "saml-fetch"] {
        document = run(world, login, stage, &[], &document);
        held.output(stage, &document);
    }
    document
}

#[test]
fn failures_of_every_stage_and_forms_of_input_hold_too() {
    if !validator() {
        return;
    }
    let world = World::new();
    let mut held = Held::default();
    let inputs = [
        "",
        "{}",
        "not JSON",
        "{\"errorCode\":\"E0000004\",\"errorSummary\":\"no\"}",
        "{\"_oktapipe\":{\"v\":2}}",
    ];
    for stage in &STAGES[1..] {
        for input in inputs.iter().filter(|_| *stage != "export") {
            let outcome = world.oktapipe(&[stage]).stdin(input).run();
            assert_ne!(outcome.status, Some(0), "{outcome}");
            held.output(stage, &outcome.stdout);
        }
    }
    held.output("authn", &world.authn("ada@acme.example").env("OKTA_PASSWORD", "wrong").run().stdout);
    held.output("authn", &world.oktapipe(&["authn", "--no-such-flag"]).run().stdout);
    // saml-roles reads a page, base64 and XML; and --skeleton has a form of its own.
    let assertion = world.sandbox.assertion("ada@acme.example").unwrap();
    for flags in [&["saml-roles"][..], &["saml-roles", "--first"], &["saml-roles", "--first", "--skeleton"]] {
        held.output("saml-roles", &world.oktapipe(flags).stdin(&assertion).run().document());
    }
    held.check(&world);
}

/// Any stage can be swapped, so its schema holds for the commands that it stands for.
#[test]
fn what_curl_and_the_aws_cli_print_is_what_the_schemas_promise_too() {
    let tools = ["bash", "curl", "jq", "sed", "recode", "base64", "xq", "aws"];
    if !validator() || tools.iter().filter(|tool| !has(tool)).count() > 0 {
        return;
    }
    const LOGIN: &str = "grace@acme.example";
    let world = World::new();
    let mut held = Held::default();
    let mut document = String::new();
    for stage in
        ["authn", "factor-verify", "session", "saml-fetch", "saml-roles", "assume", "caller-identity"]
    {
        let outcome = world
            .shell("bash", &format!("bash <(oktapipe explain {stage})"))
            .env("OKTA_USERNAME", LOGIN)
            .env("OKTA_PASSWORD", world.password(LOGIN))
            .env("MFA_CODE", &world.sandbox.totp(LOGIN, "GOOGLE").unwrap_or_default())
            .stdin(&document)
            .run();
        document = outcome.succeeds().stdout;
        held.output(stage, &document);
    }
    held.check(&world);
}

#[test]
fn a_schema_refuses_what_its_stage_does_not_print() {
    if !validator() {
        return;
    }
    let world = World::new();
    let mut held = Held::default();
    for stage in STAGES {
        for document in [
            json!({}),
            json!([]),
            json!("text"),
            json!({"_oktapipe": {"v": 1}}),
            json!({"_oktapipe": {"v": 1, "error": {"kind": "usage"}}}),
        ] {
            held.line(stage, false, &document);
        }
    }
    // Each in a sandbox of its own: an org takes four passwords of a person in a second.
    let last = |stage: &str| {
        let text = World::new().document_after("ada@acme.example", stage);
        serde_json::from_str::<Value>(&text).unwrap()
    };
    let without = |stage: &str, path: &[&str]| {
        let mut document = last(stage);
        let (name, above) = path.split_last().unwrap();
        let object = above.iter().fold(&mut document, |value, name| &mut value[*name]);
        object.as_object_mut().unwrap().remove(*name).unwrap();
        document
    };
    held.line("authn", false, &without("authn", &["sessionToken"]));
    held.line("authn", false, &without("authn", &["_oktapipe", "v"]));
    held.line("session", false, &without("session", &["id"]));
    held.line("saml-fetch", false, &without("saml-fetch", &["SAMLResponse"]));
    held.line("saml-roles", false, &without("saml-roles", &["PrincipalArn"]));
    held.line("assume", false, &without("assume", &["Credentials", "SessionToken"]));
    held.line("assume", false, &last("saml-roles"));
    let mut failed = last("assume");
    failed["_oktapipe"]["error"] = json!({"stage": "assume"});
    held.line("assume", false, &failed);
    // Open: what a service adds is no fault.
    let mut more = last("session");
    more["later"] = json!({"any": [1, "thing"]});
    more["_oktapipe"]["later"] = json!(1);
    held.line("session", true, &more);
    held.check(&world);
}

#[test]
fn the_manual_has_every_member_that_the_schemas_name() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/man/oktapipe-json.5")).unwrap();
    let world = World::new();
    for stage in STAGES {
        let schema: Value =
            serde_json::from_str(&world.oktapipe(&["schema", stage]).run().succeeds().stdout).unwrap();
        for (definition, body) in schema["$defs"].as_object().unwrap() {
            // The insides of a factor are Okta's alone; the page names what it is told by.
            for name in body["properties"].as_object().into_iter().flatten().map(|(name, _)| name) {
                let is_named = page.contains(name.as_str());
                assert!(is_named || (definition == "factor" && name == "id"), "{stage}: {definition}.{name}");
            }
        }
    }
}

#[test]
fn schema_alone_lists_the_stages_that_have_one() {
    let world = World::new();
    let listed = world.oktapipe(&["schema"]).run().succeeds().stdout;
    assert_eq!(listed.lines().collect::<Vec<_>>(), STAGES);
}
