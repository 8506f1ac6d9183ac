//! `serve`: programs get credentials from loopback, by the token alone, and go on across their end.

use crate::harness::{
    AwsClient, AwsClients, Case, Clock, Running, SOLO_ARN, World, patiently, terminal, terminals,
};
use rustix::process::Signal;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

/// An endpoint that runs, where it is, and its token.
struct Served {
    running: Running,
    port: u16,
    token: String,
}

fn served(world: &World, case: Case) -> Served {
    let running = case.start();
    let text = patiently("the variables", || {
        let text = std::fs::read_to_string(world.home.join("variables")).ok()?;
        (text.lines().count() == 2 && text.ends_with('\n')).then_some(text)
    });
    let value = |name: &str| {
        let (_, rest) = text.split_once(&format!("{name}=")).unwrap_or_else(|| panic!("no {name}"));
        rest.lines().next().unwrap().to_owned()
    };
    let url = value("AWS_CONTAINER_CREDENTIALS_FULL_URI");
    let port = url.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.strip_suffix("/credentials"));
    Served {
        running,
        port: port.unwrap().parse().unwrap(),
        token: value("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    }
}

fn serve(world: &World) -> Served {
    served(world, world.by_profile("exec oktapipe serve dev >variables"))
}

/// Status and body of the answer to bytes.
fn said(port: u16, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(15))).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    let _ = stream.read_to_string(&mut answer);
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
    (status, answer.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default())
}

fn get(served: &Served, host: &str, token: &str) -> (u16, String) {
    said(
        served.port,
        &format!(
            "GET /credentials HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\nAccept: application/json\r\n\r\n"
        ),
    )
}

fn credentials(served: &Served) -> Value {
    let (status, body) = get(served, &format!("127.0.0.1:{}", served.port), &served.token);
    assert_eq!(status, 200, "{status}");
    serde_json::from_str(&body).unwrap()
}

fn end(served: Served) {
    served.running.signal(Signal::TERM);
    let outcome = served.running.end();
    assert!(outcome.signal == Some(15) && outcome.stderr.is_empty(), "{outcome}");
}

#[test]
fn the_token_gets_the_credentials_and_nothing_else_does() {
    let world = World::with_profile();
    let served = serve(&world);
    let document = credentials(&served);
    let names: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(names, ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"]);
    assert!(document["Expiration"].as_str().unwrap().ends_with('Z'));
    assert_eq!(served.token.len(), 43);
    let here = format!("127.0.0.1:{}", served.port);
    for (host, token, status) in [
        (here.as_str(), "", 401),
        (&here, &served.token[1..], 401),
        (&format!("evil.example:{}", served.port), &served.token, 403),
        ("evil.example", &served.token, 403),
    ] {
        let (found, body) = get(&served, host, token);
        assert!(found == status && !body.contains("CANARY"), "{host} {found} {body}");
    }
    for (request, status) in [
        (
            "POST /credentials HTTP/1.1\r\nHost: HERE\r\nAuthorization: TOKEN\r\nContent-Length: 2\r\n\r\n{}",
            405,
        ),
        ("GET / HTTP/1.1\r\nHost: HERE\r\nAuthorization: TOKEN\r\n\r\n", 404),
        (
            "GET http://evil.example/credentials HTTP/1.1\r\nHost: evil.example\r\nAuthorization: TOKEN\r\n\r\n",
            403,
        ),
        ("GET /credentials HTTP/1.0\r\nAuthorization: TOKEN\r\n\r\n", 403),
        ("nonsense\r\n\r\n", 400),
    ] {
        let (found, body) =
            said(served.port, &request.replace("HERE", &here).replace("TOKEN", &served.token));
        assert!(found == status && !body.contains("CANARY"), "{request}: {found} {body}");
    }
    // One answer a connection, whatever follows.
    let twice =
        format!("GET /credentials HTTP/1.1\r\nHost: {here}\r\nAuthorization: {}\r\n\r\n", served.token)
            .repeat(2);
    assert_eq!(said(served.port, &twice).1.matches("AccessKeyId").count(), 1);
    // Nobody listens but on loopback.
    let listening = std::fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let port = format!(":{:04X} ", served.port);
    let all: Vec<&str> =
        listening.lines().filter(|line| line.contains(&port) && line.contains(" 0A ")).collect();
    assert!(all.iter().all(|line| line.contains("0100007F:")), "{all:?}");
    end(served);
}

#[test]
fn a_request_that_does_not_come_or_is_endless_holds_nobody_up() {
    let world = World::with_profile();
    let served = serve(&world);
    let silent: Vec<TcpStream> =
        (0..20).map(|_| TcpStream::connect(("127.0.0.1", served.port)).unwrap()).collect();
    let (status, _) = said(served.port, &format!("GET /{} HTTP/1.1\r\n", "a".repeat(100_000)));
    assert!(matches!(status, 0 | 400 | 414 | 431), "{status}");
    credentials(&served);
    drop(silent);
    end(served);
}

#[test]
fn the_aws_cli_and_the_sdks_take_what_it_serves() {
    let world = World::with_profile();
    let Some(clients) = AwsClients::new(&world) else { return };
    let served = serve(&world);
    for client in AwsClient::ALL {
        let script = format!("env $(cat variables) {}", clients.identity(client));
        let outcome = clients.serve(world.by_profile(&script)).run();
        assert!(
            outcome.status == Some(0) && outcome.stdout == format!("{SOLO_ARN}\n"),
            "{client:?}: {outcome}"
        );
    }
    end(served);
}

/// Serves with a clock that moves.
fn serve_in_time(world: &World, clock: &Clock) -> Served {
    served(world, clock.rules(world.by_profile("exec oktapipe serve dev >variables 2>said")))
}

#[test]
fn credentials_are_renewed_before_they_end_and_programs_go_on() {
    let world = World::with_profile();
    let Some(clock) = Clock::new(&world) else { return };
    let served = serve_in_time(&world, &clock);
    let first = credentials(&served)["AccessKeyId"].clone();
    assert_eq!(credentials(&served)["AccessKeyId"], first);
    clock.advance(&world, 50);
    patiently("new credentials", || (credentials(&served)["AccessKeyId"] != first).then_some(()));
    assert_eq!(std::fs::read_to_string(world.home.join("said")).unwrap(), "");
    served.running.signal(Signal::TERM);
    served.running.end();
}

/// Programs that run on: at once, half an hour later, and when what they have is at its end.
#[test]
fn programs_that_run_on_get_new_credentials_when_their_own_end() {
    let world = World::with_profile();
    let (Some(clients), Some(clock)) = (AwsClients::new(&world), Clock::new(&world)) else { return };
    let served = serve_in_time(&world, &clock);
    let first = credentials(&served)["AccessKeyId"].clone();
    let programs = AwsClient::SDKS.map(|client| {
        let script = |script: &str| world.by_profile(&format!("set -a; . ./variables; set +a; {script}"));
        (client, clients.start(client, &world, &clock, script))
    });
    let turn = |name: &str| programs.iter().for_each(|(_, program)| program.turn(name));
    turn("first");
    clock.advance(&world, 30);
    turn("second");
    clock.advance(&world, 35);
    patiently("new credentials", || {
        let (status, body) = get(&served, &format!("127.0.0.1:{}", served.port), &served.token);
        (status == 200 && !body.contains(first.as_str().unwrap())).then_some(())
    });
    turn("third");
    for (client, program) in programs {
        let [first, second, third] = program.keys(SOLO_ARN);
        assert!(first == second && second != third, "{client:?}: {first} {second} {third}");
    }
    assert_eq!(world.asked(), 1);
    served.running.signal(Signal::TERM);
    served.running.end();
}

#[test]
fn after_a_failed_renewal_nothing_is_tried_again_and_a_login_helps() {
    let world = World::with_profile();
    let Some(clock) = Clock::new(&world) else { return };
    let served = serve_in_time(&world, &clock);
    let first = credentials(&served)["AccessKeyId"].clone();
    // The Okta session has ended too, and the password is another one.
    let right = std::fs::read_to_string(world.home.join("password")).unwrap();
    std::fs::write(world.home.join("password"), "CANARY-wrong\n").unwrap();
    clock.advance(&world, 300);
    let here = format!("127.0.0.1:{}", served.port);
    patiently("the warning", || {
        let said = std::fs::read_to_string(world.home.join("said")).ok()?;
        said.contains("sign in with oktapipe login").then_some(())
    });
    let (status, body) = get(&served, &here, &served.token);
    assert!(status == 503 && body.contains("have ended"), "{status} {body}");
    let tried = || world.sandbox.log().iter().filter(|request| request.path == "/api/v1/authn").count();
    let before = tried();
    std::thread::sleep(Duration::from_secs(12));
    assert_eq!(tried(), before);
    std::fs::write(world.home.join("password"), right).unwrap();
    clock.rules(world.by_profile("oktapipe login dev >/dev/null")).run().succeeds();
    patiently("new credentials", || {
        let (status, body) = get(&served, &here, &served.token);
        (status == 200 && !body.contains(first.as_str().unwrap())).then_some(())
    });
    served.running.signal(Signal::TERM);
    served.running.end();
}

#[test]
fn a_failure_is_one_line_and_nothing_on_stdout() {
    let world = World::with_profile();
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    for (script, status, word) in [
        (format!("oktapipe serve dev --port {port}"), 74, "cannot be listened on"),
        ("oktapipe serve nobody".to_owned(), 78, "no profile nobody"),
        ("oktapipe serve dev --port x".to_owned(), 2, "--port"),
        ("oktapipe serve dev --no-cache --role nobody".to_owned(), 77, "none of the"),
    ] {
        world.sandbox.advance(Duration::from_secs(2));
        let outcome = world.by_profile(&script).run();
        assert!(outcome.status == Some(status) && outcome.stdout.is_empty(), "{outcome}");
        assert!(outcome.stderr.lines().count() == 1 && outcome.stderr.contains(word), "{outcome}");
    }
}

#[test]
fn a_terminal_is_shown_where_it_is_and_not_the_token() {
    if !terminals() {
        return;
    }
    let world = World::with_profile();
    let script = "unset OKTA_ORG OKTA_APP_ID OKTA_USERNAME; timeout 8 oktapipe serve dev; :";
    let ended = terminal(&world, "sh", script).run();
    assert!(ended.seen.contains("AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:"), "{ended:?}");
    assert!(ended.seen.contains("TOKEN=(hidden: --reveal)"), "{ended:?}");
}
