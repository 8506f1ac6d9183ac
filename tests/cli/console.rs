//! `console`: from credentials to the address that signs a browser in, and how a browser gets it without everybody else.

use crate::harness::{Case, World, has_all, terminal, terminals};
use serde_json::Value;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;
use url::Url;

const ADA: &str = "ada@acme.example";

fn console(world: &World, document: &str, arguments: &[&str]) -> Case {
    world.oktapipe(&[&["console"], arguments].concat()).stdin(document)
}

fn dev(world: &World) -> String {
    world.document_after(ADA, "assume")
}

fn query(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).unwrap();
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

/// What the sandbox's sign-in answers to a browser: status and where it leads.
fn opened(world: &World, url: &str) -> String {
    let arguments = ["-sS", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "-K", "-"];
    let curl = Case::new("curl", &arguments, &world.home);
    let curl = world.sandbox.environment().iter().fold(curl, |case, (name, value)| case.env(name, value));
    curl.stdin(format!("url = \"{url}\"")).run().stdout
}

#[test]
fn the_address_signs_a_browser_in() {
    if !has_all(&["curl"]) {
        return;
    }
    let world = World::new();
    let document = dev(&world);
    let home = "https://us-east-1.console.aws.amazon.com/console/home?region=us-east-1";
    for (arguments, destination) in [
        (&[][..], home),
        (&["--destination", "s3"], "https://us-east-1.console.aws.amazon.com/s3/home?region=us-east-1"),
        (
            &["--region", "eu-west-1"],
            "https://eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1",
        ),
        (
            &["--destination", "https://console.aws.amazon.com/x?y=1&z=2#w"],
            "https://console.aws.amazon.com/x?y=1&z=2#w",
        ),
    ] {
        let answer = console(&world, &document, arguments).run().succeeds().json();
        let url = answer["SigninUrl"].as_str().unwrap();
        assert!(url.starts_with(&format!("{}?Action=login&", world.sandbox.federation())), "{url}");
        assert_eq!(query(url, "SigninToken").as_deref(), answer["SigninToken"].as_str());
        assert_eq!(query(url, "Issuer"), Some(world.sandbox.org()));
        assert_eq!(opened(&world, url), format!("302 {destination}"));
    }
    // The token is good for 15 minutes.
    let answer =
        console(&world, &document, &["--issuer", "https://acme.example/aws"]).run().succeeds().json();
    let url = answer["SigninUrl"].as_str().unwrap();
    assert_eq!(query(url, "Issuer").as_deref(), Some("https://acme.example/aws"));
    world.sandbox.advance(Duration::from_secs(901));
    assert!(opened(&world, url).starts_with("400"), "{url}");
}

#[test]
fn credentials_in_every_shape_are_taken_and_no_region_is_made_up() {
    let world = World::new();
    let document: Value = serde_json::from_str(&dev(&world)).unwrap();
    let mut process = document["Credentials"].clone();
    process["Version"] = 1.into();
    for given in [&document["Credentials"], &process] {
        let case =
            console(&world, &given.to_string(), &[]).without("AWS_REGION").without("AWS_DEFAULT_REGION");
        let answer = case.run().succeeds().json();
        let url = answer["SigninUrl"].as_str().unwrap();
        assert_eq!(query(url, "Destination").as_deref(), Some("https://console.aws.amazon.com/console/home"));
        assert_eq!(query(url, "Issuer"), None);
        assert!(answer["_oktapipe"].get("region").is_none(), "{answer}");
    }
}

#[test]
fn the_console_of_china_is_in_china() {
    let world = World::new();
    let document = world.document_after("china@acme.example", "assume");
    let outcome = console(&world, &document, &[]).run();
    assert!(outcome.status == Some(0) && outcome.stderr.contains("us-east-1 is not in aws-cn"), "{outcome}");
    let url = outcome.json()["SigninUrl"].as_str().unwrap().to_owned();
    assert_eq!(query(&url, "Destination").as_deref(), Some("https://console.amazonaws.cn/console/home"));
    let outcome = console(&world, &document, &["--region", "cn-north-1"]).run().succeeds();
    let url = outcome.json()["SigninUrl"].as_str().unwrap().to_owned();
    assert_eq!(
        query(&url, "Destination").as_deref(),
        Some("https://cn-north-1.console.amazonaws.cn/console/home?region=cn-north-1")
    );
}

#[test]
fn a_duration_is_asked_for_only_if_somebody_did_and_given_up_where_a_chain_forbids_it() {
    let world = World::new();
    let document = dev(&world);
    let asked = |world: &World| world.sandbox.log().pop().unwrap().body;
    console(&world, &document, &[]).run().succeeds();
    assert!(!asked(&world).contains("SessionDuration"));
    console(&world, &document, &["--duration", "2h"]).run().succeeds();
    assert!(asked(&world).contains("SessionDuration=7200"));
    let role = "arn:aws:iam::444455556666:role/chain/Deployer";
    let chained = world.oktapipe(&["assume-role", "--role", role]).stdin(&document).run().document();
    let before = world.sandbox.log().len();
    let outcome = console(&world, &chained, &["--duration", "1h"]).run();
    assert!(outcome.status == Some(0) && outcome.stderr.contains("no session of that length"), "{outcome}");
    assert_eq!((outcome.stderr.lines().count(), world.sandbox.log().len()), (1, before + 2), "{outcome}");
    assert!(!asked(&world).contains("SessionDuration"));
    console(&world, &chained, &["--duration", "30m"]).run().succeeds();
}

#[test]
fn credentials_that_are_refused_say_what_can_be_known() {
    let world = World::new();
    let document = dev(&world);
    let changed = document.replacen("\"SecretAccessKey\":\"", "\"SecretAccessKey\":\"x", 1);
    console(&world, &changed, &[]).run().fails(77, "authentication_failed");
    let over = document.replacen("\"Expiration\":\"2", "\"Expiration\":\"1", 1);
    console(&world, &over.replacen("\"SecretAccessKey\":\"", "\"SecretAccessKey\":\"x", 1), &[])
        .run()
        .fails(77, "session_expired");
    // This machine's clock does not decide.
    console(&world, &over, &[]).run().succeeds();
    let (id, secret) = world.sandbox.user_key();
    let user = format!("{{\"AccessKeyId\":\"{id}\",\"SecretAccessKey\":\"{secret}\"}}");
    let before = world.sandbox.log().len();
    let outcome = console(&world, &user, &[]).run();
    outcome.fails(65, "wrong_document");
    assert!(outcome.stderr.contains("long-term") && outcome.stderr.contains("assume-role"), "{outcome}");
    assert_eq!(world.sandbox.log().len(), before);
}

#[test]
fn flags_that_cannot_be_meant_are_refused_before_anything_is_asked() {
    let world = World::new();
    let document = dev(&world);
    let before = world.sandbox.log().len();
    for flags in [
        &["--destination", "http://console.aws.amazon.com/"][..],
        &["--destination", "javascript:alert(1)"],
        &["--destination", "../s3"],
        &["--duration", "5"],
        &["--open=browser"],
    ] {
        console(&world, &document, flags).run().fails(2, "usage");
    }
    let outcome = console(&world, &document, &["--duration", "assertion"]).run();
    outcome.fails(2, "usage");
    assert!(outcome.stderr.contains("--duration 'assertion' is not usable"), "{outcome}");
    console(&world, &document, &["--region", "eu west"]).run().fails(78, "config");
    console(&world, &document, &[])
        .env("AWS_ENDPOINT_URL_SIGNIN", "http://x.example")
        .run()
        .fails(78, "config");
    let outcome = console(&world, &document, &[]).run_unread();
    assert_eq!(outcome.signal, Some(13), "{outcome}");
    assert_eq!(world.sandbox.log().len(), before);
}

#[test]
fn the_general_endpoint_counts_for_the_sign_in_too_unless_it_is_ignored() {
    let world = World::new();
    let document = dev(&world);
    let bare = || {
        console(&world, &document, &[])
            .without("AWS_ENDPOINT_URL_SIGNIN")
            .env("AWS_ENDPOINT_URL", &world.sandbox.sts())
    };
    bare().run().succeeds();
    // Then it would be AWS's own, where nobody is to be asked in a test: a proxy that is not there stops it.
    let ignored =
        bare().env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true").env("https_proxy", "http://127.0.0.1:1");
    ignored.run().fails(69, "network");
}

#[test]
fn url_prints_the_address_alone() {
    let world = World::new();
    let outcome = console(&world, &dev(&world), &["--url"]).run().succeeds();
    assert!(outcome.stdout.starts_with(&world.sandbox.federation()), "{outcome}");
    assert_eq!(outcome.stdout.lines().count(), 1, "{outcome}");
}

#[test]
fn the_address_alone_is_masked_on_a_terminal() {
    if !terminals() {
        return;
    }
    let world = World::new();
    std::fs::write(world.home.join("in"), dev(&world)).unwrap();
    let ended = terminal(&world, "sh", "oktapipe console --url <in").run();
    assert!(ended.status == Some(0) && ended.seen.contains("(hidden: --reveal)"), "{ended:?}");
    assert!(!ended.seen.contains("federation"), "{ended:?}");
    let ended = terminal(&world, "sh", "oktapipe console --url --reveal <in").run_revealed();
    assert!(ended.seen.contains("/federation?Action=login"), "{ended:?}");
}

/// A program that notes what it was started with.
fn browser(world: &World, name: &str, then: &str) -> PathBuf {
    let path = world.home.join(name);
    std::fs::write(&path, format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >'{}.argv'\n{then}\n", path.display()))
        .unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[test]
fn a_browser_is_led_by_a_page_of_the_persons_own_and_its_argument_is_a_files_name() {
    let world = World::new();
    let document = dev(&world);
    let program = browser(&world, "browser", "echo noise; echo noise >&2; env >\"$0.env\"");
    let runtime = world.home.join("runtime");
    std::fs::create_dir(&runtime).unwrap();
    let variable = format!("no-such-browser:{} --new-tab %s", program.display());
    let case = console(&world, &document, &["--open"]).env("BROWSER", &variable);
    let outcome = case
        .env("XDG_RUNTIME_DIR", &runtime.display().to_string())
        .env("OKTA_PASSWORD", "hunter2")
        .run()
        .succeeds();
    let page = runtime.join("oktapipe/console.html");
    let given = std::fs::read_to_string(world.home.join("browser.argv")).unwrap();
    assert_eq!(given, format!("--new-tab\n{}\n", page.display()));
    assert!(!std::fs::read_to_string(world.home.join("browser.env")).unwrap().contains("hunter2"));
    let mode = |path: &PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&page), mode(&runtime.join("oktapipe"))), (0o600, 0o700));
    let text = std::fs::read_to_string(&page).unwrap();
    let url = outcome.json()["SigninUrl"].as_str().unwrap().replace('&', "&amp;");
    assert!(text.contains(&format!("content=\"0; url={url}\"")), "{text}");
    // The next one takes its place, and nothing else stays.
    let case = console(&world, &document, &["--open"]).env("BROWSER", &variable);
    case.env("XDG_RUNTIME_DIR", &runtime.display().to_string()).run().succeeds();
    assert_ne!(std::fs::read_to_string(&page).unwrap(), text);
    assert_eq!(std::fs::read_dir(runtime.join("oktapipe")).unwrap().count(), 1);
}

#[test]
fn without_a_runtime_folder_the_page_is_in_the_state_folder() {
    let world = World::new();
    let program = browser(&world, "browser", "");
    let case = console(&world, &dev(&world), &["--open=page"]).env("BROWSER", &program.display().to_string());
    case.run().succeeds();
    assert!(world.home.join(".local/state/oktapipe/console.html").is_file());
}

#[test]
fn the_address_is_an_argument_only_if_somebody_wants_that() {
    let world = World::new();
    let program = browser(&world, "browser", "");
    let case = console(&world, &dev(&world), &["--open=address", "--url"]);
    let outcome = case.env("BROWSER", &program.display().to_string()).run().succeeds();
    assert_eq!(std::fs::read_to_string(world.home.join("browser.argv")).unwrap(), outcome.stdout);
    assert!(!world.home.join(".local").exists());
}

#[test]
fn a_browser_that_cannot_be_opened_is_a_failure_without_the_address() {
    let world = World::new();
    let document = dev(&world);
    let failing = browser(&world, "failing", "exit 3");
    for variable in ["no-such-browser", &failing.display().to_string()] {
        console(&world, &document, &["--open"]).env("BROWSER", variable).run().fails(78, "config");
    }
    // A browser that goes on is not waited for, and not ours to end.
    let slow = browser(&world, "slow", "exec sleep 20 </dev/null");
    let start = std::time::Instant::now();
    console(&world, &document, &["--open"]).env("BROWSER", &slow.display().to_string()).run().succeeds();
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn a_folder_of_somebody_elses_gets_no_page() {
    let world = World::new();
    let state = world.home.join("state");
    std::fs::create_dir_all(state.join("oktapipe")).unwrap();
    std::fs::set_permissions(state.join("oktapipe"), std::fs::Permissions::from_mode(0o777)).unwrap();
    let case = console(&world, &dev(&world), &["--open"]).env("BROWSER", "true");
    case.env("XDG_STATE_HOME", &state.display().to_string()).run().fails(74, "io");
    assert_eq!(std::fs::read_dir(state.join("oktapipe")).unwrap().count(), 0);
}
