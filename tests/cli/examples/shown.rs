//! What the manual and the README show of the output, held against the output.
//!
//! `not run: printed by STAGE [FLAG...] for USER` is above a document, or shell code, that a stage prints; `not run: said by STAGE for USER`
//! above its line on stderr. Whatever looks like a document has to say whose it is.

use super::blocks::{Block, Mark, all};
use crate::harness::{Outcome, World};
use serde_json::Value;

const STAGES: [&str; 6] = ["authn", "factor-verify", "session", "saml-fetch", "saml-roles", "assume"];

/// A stage at work, for somebody who came that far.
fn outcome(world: &World, arguments: &[&str], user: &str) -> Outcome {
    let login = format!("{user}@acme.example");
    let stage = arguments[0];
    if stage == "sandbox" {
        let script = "oktapipe sandbox > out & until [ -s out ]; do sleep 0.1; done; kill $!; cat out";
        return world.shell("sh", script).run();
    }
    if stage == "authn" {
        return world.authn(&login).run();
    }
    let before = STAGES[STAGES.iter().position(|other| *other == stage).unwrap_or(STAGES.len()) - 1];
    let mut case = world.oktapipe(arguments).stdin(world.document_after(&login, before));
    if stage == "factor-verify" {
        case = case.env("MFA_CODE", &world.sandbox.totp(&login, "GOOGLE").unwrap_or_default());
    }
    case.run()
}

/// A document as it is shown, with its ellipses: what is left out of an object stands for nothing here.
fn document(text: &str, place: &str) -> Value {
    let text =
        text.replace("{...}", "{}").replace(", ...}", "}").replace("...,\n", "\n").replace("..., \"", "\"");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{place}: {error}:\n{text}"))
}

/// Every member that is shown is there, and of the same type.
fn holds(shown: &Value, printed: &Value, path: &str, place: &str) {
    match (shown, printed) {
        (Value::Object(shown), Value::Object(printed)) => {
            for (name, value) in shown {
                let path = format!("{path}.{name}");
                let printed = printed.get(name).unwrap_or_else(|| panic!("{place}: there is no {path}"));
                holds(value, printed, &path, place);
            }
        }
        (Value::Array(shown), Value::Array(printed)) => {
            for (value, printed) in shown.iter().zip(printed) {
                holds(value, printed, &format!("{path}[]"), place);
            }
            assert!(shown.len() <= printed.len(), "{place}: {path} has {} elements", printed.len());
        }
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => {}
        _ => panic!("{place}: {path} is {printed}"),
    }
}

/// The names in lines of shell code: what stands before the `=`.
fn names(text: &str) -> Vec<&str> {
    text.lines().map(|line| line.split('=').next().unwrap_or(line)).collect()
}

fn words(text: &str) -> Vec<&str> {
    text.split_whitespace().collect()
}

fn check(block: &Block, reason: &str) {
    let Block { place, text, .. } = block;
    let parsed = reason.split_once(" by ").zip(reason.rsplit_once(" for "));
    let Some(((kind @ ("printed" | "said"), rest), (_, user))) = parsed else {
        // What is printed about the reader's own machine is held against nothing.
        let is_own = reason.starts_with("a document about ");
        assert!(is_own || !text.starts_with('{'), "{place}: a document: printed by which stage, for whom?");
        return;
    };
    let arguments = words(rest.rsplit_once(" for ").unwrap().0);
    let outcome = outcome(&World::new(), &arguments, user);
    if kind == "said" {
        assert_eq!(words(text), words(&outcome.stderr), "{place}");
    } else if text.starts_with('{') {
        holds(&document(text, place), &outcome.json(), "", place);
    } else {
        let printed = names(&outcome.stdout);
        assert!(printed.starts_with(&names(text)), "{place}: {printed:?}");
        assert!(arguments[0] == "sandbox" || printed.len() == text.lines().count(), "{place}: {printed:?}");
    }
}

#[test]
fn what_is_shown_of_the_output_is_in_the_output() {
    let mut checked = 0;
    for block in all() {
        if let Mark::Not(reason) = &block.mark {
            check(&block, reason);
            checked += usize::from(reason.starts_with("printed by ") || reason.starts_with("said by "));
        }
    }
    assert!(checked >= 14, "{checked}");
}

#[test]
#[should_panic(expected = "there is no .a.c")]
fn a_member_that_no_output_has_is_found() {
    let shown = document("{\"a\": {\"b\": 1, \"c\": {...}, ...}, ...,\n \"d\": [{\"e\": \"f...\"}]}", "");
    let printed = serde_json::json!({"a": {"b": 2, "g": null}, "d": [{"e": ""}]});
    holds(&shown, &printed, "", "");
}
