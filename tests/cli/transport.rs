//! TLS and proxies through the binary: what is wrong with a certificate is named, nothing turns the look at it off, and a proxy variable that
//! cannot be used stops a request instead of letting it pass the proxy by.

use crate::floors;
use crate::harness::{CANARY, World, has};
use clap::CommandFactory;
use oktapipe_sandbox::{Exchange, NamedFault};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

const ADA: &str = "ada@acme.example";

#[test]
fn what_is_wrong_with_a_certificate_is_named_and_nothing_is_sent() {
    for (fault, what, hint) in [
        ("tls-self-signed", "from an unknown issuer", "--ca-file"),
        ("tls-expired", "has expired", "clock"),
        ("tls-not-yet", "is not valid yet", "clock"),
        ("tls-other-name", "is for another name", "spelling"),
        ("tls-1-1", "no TLS that is still safe (1.2 or 1.3)", "TLS 1.2"),
        ("tls-alert", "alert", "scheme and port"),
        ("tls-none", "", "scheme and port"),
    ] {
        let world = World::new();
        let roles = world.document_after(ADA, "saml-roles");
        let asked = world.sandbox.log().len();
        let fault = NamedFault::named(fault).unwrap();
        world.sandbox.named_fault(fault, Exchange::Authn, 0, 9);
        let okta = world.authn(ADA).run();
        world.sandbox.named_fault(fault, Exchange::Assume, 0, 9);
        let sts = world.oktapipe(&["assume"]).stdin(roles).run();
        for outcome in [okta, sts] {
            outcome.fails(69, "tls");
            assert!(outcome.stderr.contains("no trusted connection to localhost:"), "{outcome}");
            assert!(
                outcome.stderr.contains(what) && outcome.stderr.contains(hint),
                "{}: {outcome}",
                fault.name
            );
        }
        assert_eq!(world.sandbox.log().len(), asked, "{}", fault.name);
    }
}

/// Words that others' switches for it have.
const SWITCHES: [&str; 6] =
    ["insecure", "no-verify", "skip-verify", "no-check-certificate", "verify-ssl", "trust-all"];

#[test]
fn no_flag_variable_or_line_of_code_turns_verification_off() {
    let command = oktapipe::cli::Cli::command();
    let commands = command.get_subcommands().chain([&command]);
    for flag in commands.flat_map(|command| command.get_arguments()).filter_map(|flag| flag.get_long()) {
        assert!(!SWITCHES.iter().any(|word| flag.contains(word)) && flag != "k", "--{flag}");
    }
    for (file, text) in floors::sources() {
        // The words of reqwest, rustls and OpenSSL for it, and of people for a variable.
        for word in [
            "danger_accept",
            "dangerous(",
            "danger::",
            "ServerCertVerifier",
            "tls_danger",
            "verify_none",
            "NODE_TLS_REJECT",
            "PYTHONHTTPSVERIFY",
            "AWS_NO_VERIFY",
            "INSECURE",
            "SSLKEYLOGFILE",
            "KeyLogFile",
            "key_log",
        ] {
            assert!(!text.contains(word), "{file} has {word}");
        }
    }
    // What others obey is nothing here.
    let world = World::new();
    std::fs::write(world.home.join("other.pem"), world.sandbox.idp_certificate()).unwrap();
    for (name, value) in [
        ("NODE_TLS_REJECT_UNAUTHORIZED", "0"),
        ("PYTHONHTTPSVERIFY", "0"),
        ("GIT_SSL_NO_VERIFY", "1"),
        ("AWS_NO_VERIFY_SSL", "true"),
        ("OKTAPIPE_INSECURE", "1"),
    ] {
        let case = world.authn(ADA).env("SSL_CERT_FILE", "other.pem").without("AWS_CA_BUNDLE");
        case.env(name, value).run().fails(69, "tls");
    }
}

#[test]
fn the_keys_of_a_connection_are_not_logged() {
    let world = World::new();
    let log = world.home.join("keys");
    let case = world.authn(ADA).env("SSLKEYLOGFILE", &log.display().to_string());
    case.run().succeeds();
    let roles = world.document_after(ADA, "saml-roles");
    world
        .oktapipe(&["assume"])
        .stdin(roles)
        .env("SSLKEYLOGFILE", &log.display().to_string())
        .run()
        .succeeds();
    assert!(!log.exists());
}

/// A proxy that says one thing, or, where it is given none, makes the tunnel to the port of this machine.
struct Proxy {
    port: u16,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    fn new(says: Option<&'static str>, to: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (port, heads) = (listener.local_addr().unwrap().port(), Arc::new(Mutex::new(Vec::new())));
        let seen = heads.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut head = Vec::new();
                let mut byte = [0];
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count > 0) {
                    head.push(byte[0]);
                }
                seen.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
                match says {
                    Some(answer) => drop(stream.write_all(answer.as_bytes())),
                    None => tunnel(stream, to),
                }
            }
        });
        Proxy { port, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn tunnel(mut near: TcpStream, to: u16) {
    let mut far = TcpStream::connect(("127.0.0.1", to)).unwrap();
    near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
    let (mut near2, mut far2) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    std::thread::spawn(move || drop(std::io::copy(&mut near2, &mut far2)));
    std::thread::spawn(move || drop(std::io::copy(&mut far, &mut near)));
}

#[test]
fn a_proxy_that_fails_is_named_by_host_and_variable_and_never_by_its_password() {
    for (says, kind, code, word) in [
        ("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n", "network", 69, "(407)"),
        (
            "HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n",
            "network",
            69,
            "made no connection to acme.example",
        ),
        (
            "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n",
            "network",
            69,
            "made no connection to acme.example",
        ),
        ("", "network", 69, "made no connection to acme.example"),
        ("SSH-2.0-OpenSSH_9.2\r\n\r\n", "network", 69, "made no connection to acme.example"),
    ] {
        let proxy = Proxy::new(Some(says), 0);
        let world = World::new();
        let value = format!("http://ada:CANARY-pw@127.0.0.1:{}", proxy.port);
        let case = world.authn(ADA).env("OKTA_ORG", "https://acme.example").env("HTTPS_PROXY", &value);
        let outcome = case.argument("-v").argument("--timeout").argument("3").run();
        let document = outcome.json();
        assert!(
            document["_oktapipe"]["error"]["kind"] == kind && outcome.status == Some(code),
            "{says}: {outcome}"
        );
        let named = format!("127.0.0.1:{} (HTTPS_PROXY)", proxy.port);
        assert!(outcome.stderr.contains(&named) && outcome.stderr.contains(word), "{says}: {outcome}");
        assert!(!outcome.stderr.contains("ada") && !outcome.stdout.contains(CANARY), "{outcome}");
        // The proxy got its own password and nothing of ours.
        let heads = proxy.heads();
        assert_eq!(heads.len(), 1, "{heads:?}");
        assert!(
            heads[0].contains("YWRhOkNBTkFSWS1wdw==") && !heads[0].contains("acme.example/"),
            "{heads:?}"
        );
    }
}

/// The tunnel ends at our own host, whose certificate is held against the name that was asked for, not against the proxy's.
#[test]
fn a_proxy_that_leads_elsewhere_gets_no_password() {
    let world = World::new();
    let to = world.sandbox.org().rsplit(':').next().unwrap().parse().unwrap();
    let proxy = Proxy::new(None, to);
    let value = format!("127.0.0.1:{}", proxy.port);
    let case = world.authn(ADA).env("OKTA_ORG", "https://acme.example").env("all_proxy", &value);
    let outcome = case.run();
    outcome.fails(69, "tls");
    assert!(outcome.stderr.contains("another name") && world.sandbox.log().is_empty(), "{outcome}");
    assert!(proxy.heads()[0].starts_with("CONNECT acme.example:443 HTTP/1.1\r\n"));
}

#[test]
fn a_proxy_variable_that_cannot_be_used_is_config_and_nothing_goes_past_it() {
    if !has("bash") {
        return;
    }
    let world = World::new();
    let password = world.password(ADA);
    for (variable, value) in [
        ("HTTPS_PROXY", "socks5://u:CANARY@p:1"),
        ("https_proxy", "http://u:CANARY@p:port"),
        ("ALL_PROXY", "http:/CANARY:1"),
        ("all_proxy", "http://"),
        ("HTTPS_PROXY", "ftp://CANARY@p"),
        ("HTTPS_PROXY", "\\xff\\xfe"),
        ("all_proxy", "http://CANARY:\\xff@p:1"),
        ("NO_PROXY", "acme.example:443"),
        ("no_proxy", "https://acme.example"),
        ("NO_PROXY", "10.0.0.0/99"),
        ("no_proxy", "acme.ex\\xffample"),
    ] {
        let is_exemption = variable.eq_ignore_ascii_case("no_proxy");
        let other = if is_exemption { "export HTTPS_PROXY=http://127.0.0.1:1;" } else { "" };
        let script = format!("{other} export {variable}=$'{value}'; oktapipe authn");
        // An org on this machine, which no proxy is asked for: the fault is found all the same, before the password goes anywhere.
        let case = world.shell("bash", &script).env("OKTA_USERNAME", ADA).env("OKTA_PASSWORD", password);
        let outcome = case.run();
        outcome.fails(78, "config");
        assert!(
            outcome.stderr.contains(variable) && !outcome.stdout.contains(CANARY),
            "{variable}={value}: {outcome}"
        );
        assert!(world.sandbox.log().is_empty(), "{variable}={value}");
        // What needs no network needs no proxy.
        let script = format!("{other} export {variable}=$'{value}'; oktapipe schema authn");
        world.shell("bash", &script).run().succeeds();
    }
    // A blank one is none.
    world.authn(ADA).env("HTTPS_PROXY", "").env("NO_PROXY", " ").run().succeeds();
}
