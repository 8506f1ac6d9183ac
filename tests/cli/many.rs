//! Many roles, one document a line: `saml-roles --each`, `assume`, `export --format json`. What goes wrong with one leaves the others be.

use crate::harness::{Outcome, World, has, terminal, terminals};
use serde_json::{Value, json};
use std::time::Instant;

const ADA: &str = "ada@acme.example";
const GRACE: &str = "grace@acme.example";
const CROWD: &str = "crowd@acme.example";

/// What `saml-roles --each` prints for a user.
fn each(world: &World, login: &str, arguments: &[&str]) -> Vec<String> {
    let assertion = world.sandbox.assertion(login).unwrap();
    let outcome =
        world.oktapipe(&[&["saml-roles", "-q", "--each"], arguments].concat()).stdin(assertion).run();
    outcome.succeeds().stdout.lines().map(str::to_owned).collect()
}

fn assume(world: &World, lines: &[String]) -> Outcome {
    world.oktapipe(&["assume"]).stdin(lines.join("\n") + "\n").run()
}

/// The documents of stdout, one a line, ASCII.
#[track_caller]
fn documents(outcome: &Outcome) -> Vec<Value> {
    assert!(outcome.stdout.ends_with('\n') && outcome.stdout.is_ascii(), "{outcome}");
    outcome.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The name of the role that a document has, before it is assumed or after; the kind of an error document.
fn name(document: &Value) -> String {
    let last = |text: &str, place: usize| text.split('/').nth_back(place).unwrap().to_owned();
    let error = &document["_oktapipe"]["error"]["kind"];
    if let Some(kind) = error.as_str() {
        return kind.to_owned();
    }
    match (document["RoleArn"].as_str(), document["AssumedRoleUser"]["Arn"].as_str()) {
        (Some(role), _) => last(role, 0),
        (_, Some(assumed)) => last(assumed, 1),
        _ => panic!("{document}"),
    }
}

fn names(documents: &[Value]) -> Vec<String> {
    documents.iter().map(name).collect()
}

fn requests(world: &World) -> usize {
    world.sandbox.log().iter().filter(|request| request.service == "sts").count()
}

#[test]
fn each_role_has_a_line_in_the_order_of_the_assertion_that_assume_takes_alone() {
    let world = World::new();
    let whole = world.oktapipe(&["saml-roles"]).stdin(world.sandbox.assertion(ADA).unwrap()).run().json();
    let lines = each(&world, ADA, &[]);
    let offered: Vec<&Value> = whole["Roles"].as_array().unwrap().iter().collect();
    assert_eq!(lines.len(), offered.len());
    for (line, role) in lines.iter().zip(offered) {
        let document: Value = serde_json::from_str(line).unwrap();
        assert_eq!(
            (&document["RoleArn"], &document["Roles"][0], &document["Roles"][1]),
            (&role["RoleArn"], role, &Value::Null)
        );
        let assumed = world.oktapipe(&["assume"]).stdin(line).run().succeeds().json();
        assert_eq!(name(&assumed), name(&document));
    }
    // A single role is one line as well, and --role says which there are.
    assert_eq!(each(&world, "solo@acme.example", &[]).len(), 1);
    let some: Vec<Value> =
        each(&world, ADA, &["--role", "D*"]).iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(names(&some), ["Dev", "Deploy"]);
    let none = world
        .oktapipe(&["saml-roles", "--each", "--role", "Nope"])
        .stdin(world.sandbox.assertion(ADA).unwrap());
    none.run().fails(77, "no_role");
}

#[test]
fn a_skeleton_a_role_is_what_assume_and_the_aws_cli_take() {
    let world = World::new();
    let lines = each(&world, ADA, &["--skeleton", "--duration", "30m"]);
    for line in &lines {
        let document: Value = serde_json::from_str(line).unwrap();
        let members: Vec<&String> = document.as_object().unwrap().keys().collect();
        assert_eq!(members, ["RoleArn", "PrincipalArn", "DurationSeconds", "SAMLAssertion"]);
    }
    assert_eq!(names(&documents(&assume(&world, &lines).succeeds())), ["Dev", "Deploy", "ReadOnly"]);
}

#[test]
fn the_order_of_the_input_is_kept() {
    let world = World::new();
    let mut lines = each(&world, "many@acme.example", &["--role", "Team-0[0-9]*", "--role", "Team-00*"]);
    lines.reverse();
    let wanted: Vec<String> = lines.iter().map(|line| name(&serde_json::from_str(line).unwrap())).collect();
    assert!(wanted.len() > 8, "{wanted:?}");
    assert_eq!(names(&documents(&assume(&world, &lines).succeeds())), wanted);
}

#[test]
fn a_refused_role_is_its_error_document_in_its_place_and_the_others_are_fine() {
    let world = World::new();
    let mut lines = each(&world, GRACE, &[]);
    lines.swap(1, 3);
    let outcome = assume(&world, &lines);
    let all = documents(&outcome);
    assert_eq!(names(&all), ["Dev", "role_denied", "Audit", "Ops"]);
    assert_eq!(outcome.status, Some(77), "{outcome}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    assert!(
        outcome.stderr.starts_with("oktapipe assume: ") && outcome.stderr.contains("Denied"),
        "{outcome}"
    );
    assert_eq!(
        (&all[1]["Error"]["Code"], &all[1]["_oktapipe"]["error"]["stage"]),
        (&json!("AccessDenied"), &json!("assume"))
    );
    assert!(all.iter().all(|document| document.get("SAMLAssertion").is_none()));

    let exported = world.oktapipe(&["export", "--format", "json"]).stdin(&outcome.stdout).run();
    exported.passes_on(77);
    let exported = documents(&exported);
    assert_eq!(exported[1], all[1]);
    for (at, document) in exported.iter().enumerate().filter(|(at, _)| *at != 1) {
        assert_eq!(document["AWS_ACCESS_KEY_ID"], all[at]["Credentials"]["AccessKeyId"]);
    }
}

#[test]
fn login_of_all_in_json_is_what_the_pipe_prints_and_no_refusal_costs_the_others() {
    let world = World::new();
    let login = |arguments: &[&str]| {
        let case = world.oktapipe(&[&["login", "--all"], arguments].concat());
        let case = case.env("OKTA_USERNAME", GRACE).env("OKTA_PASSWORD", world.password(GRACE));
        case.env("MFA_CODE", &world.sandbox.totp(GRACE, "GOOGLE").unwrap())
    };
    let outcome = login(&["--format", "json"]).run();
    assert_eq!(outcome.status, Some(77), "{outcome}");
    assert!(outcome.stderr.lines().count() == 1 && outcome.stderr.contains("Denied"), "{outcome}");
    let all = documents(&outcome);
    let got = all.iter().filter(|document| document["AWS_ACCESS_KEY_ID"].is_string()).count();
    assert_eq!((all.len(), got), (4, 3), "{outcome}");
    assert!(all.iter().any(|document| document["_oktapipe"]["error"]["kind"] == "role_denied"), "{outcome}");
    // The other formats hold one: nothing is assumed in vain. A shell gets a statement that fails.
    let before = world.sandbox.log().len();
    let outcome = login(&["--format", "sh"]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), "(exit 2)\n"), "{outcome}");
    assert!(outcome.stderr.contains("there are 4 roles, and this format holds"), "{outcome}");
    assert_eq!(world.sandbox.log().len(), before, "the assertion is kept, and tells");
}

#[test]
fn the_exit_status_is_that_of_the_first_line_that_failed() {
    let world = World::new();
    let lines = each(&world, GRACE, &[]);
    let mut odd: Value = serde_json::from_str(&lines[0]).unwrap();
    odd["DurationSeconds"] = json!("soon");
    let (odd, denied) = (odd.to_string(), lines[3].clone());
    for (order, code, kinds) in [
        ([&lines[1], &odd, &denied], 65, ["Ops", "wrong_document", "role_denied"]),
        ([&denied, &odd, &lines[1]], 77, ["role_denied", "wrong_document", "Ops"]),
    ] {
        let outcome = assume(&world, &order.map(Clone::clone));
        assert_eq!(names(&documents(&outcome)), kinds);
        assert!(outcome.status == Some(code) && outcome.stderr.lines().count() == 2, "{outcome}");
    }
}

#[test]
fn a_throttled_role_is_asked_for_again_and_told_when_that_does_not_help() {
    let world = World::new();
    let lines = each(&world, ADA, &[]);
    world.sandbox.throttle("Deploy", 1);
    assert_eq!(names(&documents(&assume(&world, &lines).succeeds())), ["Dev", "Deploy", "ReadOnly"]);
    assert_eq!(requests(&world), 4);
    world.sandbox.throttle("Deploy", 99);
    let outcome = assume(&world, &lines);
    assert_eq!(names(&documents(&outcome)), ["Dev", "rate_limited", "ReadOnly"]);
    assert!(outcome.status == Some(75) && outcome.stderr.lines().count() == 1, "{outcome}");
    assert_eq!(documents(&outcome)[1]["_oktapipe"]["error"]["retryable"], true);
}

#[test]
fn error_documents_on_the_input_stay_in_their_places_without_a_word() {
    let world = World::new();
    let lines = each(&world, ADA, &[]);
    let failed = world.authn("locked@acme.example").run().stdout.trim_end().to_owned();
    let mixed = [lines[0].clone(), failed.clone(), lines[1].clone(), failed.clone()];
    let outcome = assume(&world, &mixed);
    outcome.passes_on(77);
    assert_eq!(names(&documents(&outcome)), ["Dev", "locked_out", "Deploy", "locked_out"]);
    let out: Vec<&str> = outcome.stdout.lines().collect();
    assert_eq!((out[1], out[3]), (failed.as_str(), failed.as_str()));
    let exported = world.oktapipe(&["export", "-f", "json"]).stdin(&outcome.stdout).run();
    exported.passes_on(77);
    assert_eq!(exported.stdout.lines().nth(1), Some(failed.as_str()));
    // The words of a service that curl passed on are told, once.
    let raw = json!({"errorCode": "E0000004", "errorSummary": "Authentication failed"}).to_string();
    let outcome = assume(&world, &[raw, lines[0].clone()]);
    assert_eq!(names(&documents(&outcome)), ["authentication_failed", "Dev"]);
    assert!(outcome.status == Some(77) && outcome.stderr.lines().count() == 1, "{outcome}");
}

#[test]
fn blank_lines_indents_and_crlf_between_documents_are_no_hindrance() {
    let world = World::new();
    let lines = each(&world, ADA, &[]);
    let pretty =
        |line: &String| serde_json::to_string_pretty(&serde_json::from_str::<Value>(line).unwrap()).unwrap();
    for text in [
        format!("\u{feff}{}\r\n", lines.join("\r\n\r\n")),
        format!("\n\n{}\n\n", lines.join("\n\n")),
        lines.iter().map(pretty).collect::<Vec<_>>().join("\n"),
        lines.concat(),
    ] {
        let outcome = world.oktapipe(&["assume"]).stdin(text).run().succeeds();
        assert_eq!(names(&documents(&outcome)), ["Dev", "Deploy", "ReadOnly"]);
    }
}

#[test]
fn many_of_which_the_last_was_cut_have_no_effect_at_all() {
    let world = World::new();
    let text = each(&world, ADA, &[]).join("\n");
    let before = world.sandbox.log().len();
    for cut in [1, 10, 2000] {
        let outcome = world.oktapipe(&["assume"]).stdin(&text[..text.len() - cut]).run();
        outcome.fails(65, "wrong_document");
        assert!(outcome.stderr.contains("cut off"), "{outcome}");
    }
    for odd in ["7", "[]", "nonsense", "{\"_oktapipe\"", "\u{0}"] {
        world.oktapipe(&["assume"]).stdin(format!("{text}\n{odd}\n")).run().fails(65, "wrong_document");
    }
    assert_eq!(world.sandbox.log().len(), before);
}

#[test]
fn json_takes_many_and_every_other_form_and_stage_one() {
    let world = World::new();
    let all = assume(&world, &each(&world, ADA, &[])).succeeds().stdout;
    let outcome = world.oktapipe(&["export", "--format", "json"]).stdin(&all).run().succeeds();
    let exported = documents(&outcome);
    assert!(
        exported.len() == 3 && exported.iter().all(|one| one["AWS_SESSION_TOKEN"].is_string()),
        "{outcome}"
    );
    let outcome = world.oktapipe(&["export"]).stdin(&all).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(65), "(exit 65)\n"), "{outcome}");
    assert!(outcome.stderr.lines().count() == 1 && outcome.stderr.contains("--format json"), "{outcome}");
    let outcome = world.oktapipe(&["export", "--format", "process"]).stdin(&all).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(65), ""), "{outcome}");
    let asked = world.sandbox.log().len();
    for stage in ["factor-verify", "session", "saml-fetch", "saml-roles", "caller-identity"] {
        let outcome = world.oktapipe(&[stage]).stdin(&all).run();
        outcome.fails(65, "wrong_document");
        assert!(outcome.stderr.contains("more than one document"), "{outcome}");
    }
    assert_eq!(world.sandbox.log().len(), asked);
}

/// One failed role among many ends the longer pipe with its number, in a shell that has no `pipefail`.
#[test]
fn the_last_stage_of_a_pipe_of_many_ends_with_the_first_number() {
    let world = World::new();
    std::fs::write(world.home.join("in"), world.sandbox.assertion(GRACE).unwrap()).unwrap();
    for shell in ["bash", "dash"].into_iter().filter(|shell| has(shell)) {
        let script = "oktapipe saml-roles --each <in | oktapipe assume | oktapipe export --format json | cat; \
            oktapipe saml-roles --each <in | oktapipe assume | oktapipe export -f json";
        let outcome = world.shell(shell, script).run();
        assert!(outcome.status == Some(77) && outcome.stdout.lines().count() == 8, "{outcome}");
        assert_eq!(outcome.stderr.lines().count(), 2, "{outcome}");
    }
}

#[test]
fn on_a_terminal_many_are_masked_and_one_line_says_so() {
    if !terminals() {
        return;
    }
    let world = World::new();
    std::fs::write(world.home.join("in"), each(&world, ADA, &[]).join("\n")).unwrap();
    let ended = terminal(&world, "sh", "oktapipe assume <in; oktapipe assume -q <in").run();
    // Three documents twice, each with two secrets; the line is told once, and not when quiet.
    assert_eq!(ended.seen.matches("(hidden: --reveal)").count(), 12, "{ended:?}");
    assert_eq!(ended.seen.matches("--reveal shows them").count(), 1, "{ended:?}");
}

/// The largest assertion that AWS takes: each of its documents carries it whole.
#[test]
fn two_hundred_and_fifty_roles_are_all_assumed_but_the_one_that_is_refused() {
    const PEAK: &str = "import resource, subprocess, sys\n\
        code = subprocess.call(sys.argv[1:])\n\
        print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=open('peak', 'w'))\n\
        sys.exit(code)";
    let world = World::new();
    let lines = each(&world, CROWD, &[]);
    assert_eq!(lines.len(), 250);
    std::fs::write(world.home.join("roles"), lines.join("\n") + "\n").unwrap();
    std::fs::write(world.home.join("peak.py"), PEAK).unwrap();
    let start = Instant::now();
    let measured = if has("python3") { "python3 peak.py " } else { "" };
    let outcome = world.shell("sh", &format!("{measured}oktapipe assume <roles")).run();
    let took = start.elapsed();
    let all = documents(&outcome);
    assert!(outcome.status == Some(77) && outcome.stderr.lines().count() == 1, "{outcome}");
    let wanted: Vec<String> = lines
        .iter()
        .map(|line| name(&serde_json::from_str(line).unwrap()))
        .map(|name| if name == "Crowd-Refused" { "role_denied".to_owned() } else { name })
        .collect();
    assert_eq!(names(&all), wanted);
    // One was throttled, and asked for again.
    assert_eq!(requests(&world), 251);
    let exported = world.oktapipe(&["export", "--format", "json"]).stdin(&outcome.stdout).run();
    exported.passes_on(77);
    assert_eq!(exported.stdout.lines().count(), 250);
    let keys = exported.stdout.lines().filter(|line| line.contains("AWS_SESSION_TOKEN")).count();
    assert_eq!(keys, 249);
    let peak = std::fs::read_to_string(world.home.join("peak")).unwrap_or_default();
    eprintln!(
        "250 roles, {} MB: {:.1} s, peak {} KiB",
        lines.join("").len() >> 20,
        took.as_secs_f64(),
        peak.trim()
    );
    if let Ok(peak) = peak.trim().parse::<u64>() {
        assert!(peak < 400 * 1024, "{peak} KiB");
    }
}
