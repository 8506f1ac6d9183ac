//! What each stage touches, by strace(1): no file is opened and no host contacted but those that oktapipe(1) names for it, and nothing
//! is written but what `to-profile` is for.

use crate::harness::{Case, World, has};
use std::collections::BTreeSet;
use std::path::Path;

const ADA: &str = "ada@acme.example";

/// What the loader and the C library open before any of our code runs, by the beginning of the path.
const LOADER: [&str; 7] = [
    "/etc/ld.so.",
    "/lib/",
    "/lib64/",
    "/usr/lib/",
    "/usr/lib64/",
    // Rust's start-up looks for the end of the main thread's stack.
    "/proc/self/maps",
    "/sys/",
];

/// A file of ours, and as what the manual knows it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Ours {
    CaFiles,
    AwsFiles,
    AwsConfig,
    Profiles,
    Terminal,
    Dispositions,
    Configuration,
}

impl Ours {
    const ALL: [Ours; 7] = [
        Ours::CaFiles,
        Ours::AwsFiles,
        Ours::AwsConfig,
        Ours::Profiles,
        Ours::Terminal,
        Ours::Dispositions,
        Ours::Configuration,
    ];

    /// The one that a stage writes.
    fn is_written(self) -> bool {
        self == Ours::Profiles
    }

    fn in_the_manual(self) -> &'static [&'static str] {
        match self {
            Ours::CaFiles => &["/etc/ssl/certs/ca-certificates.crt"],
            Ours::AwsFiles => &["~/.aws/config", "~/.aws/credentials"],
            Ours::AwsConfig => &["~/.aws/config"],
            Ours::Profiles => {
                &["~/.aws/credentials", ".credentials.oktapipe-lock", ".credentials.oktapipe-new"]
            }
            Ours::Terminal => &["/dev/tty"],
            Ours::Dispositions => &["/proc/self/status"],
            Ours::Configuration => &["$XDG_CONFIG_HOME/oktapipe/config.toml"],
        }
    }

    fn paths(self, world: &World) -> Vec<String> {
        let below = |name: &str| world.home.join(name).display().to_string();
        match self {
            Ours::CaFiles => vec![world.sandbox.ca_file().display().to_string()],
            Ours::AwsFiles => vec![below(".aws/config"), below(".aws/credentials")],
            Ours::AwsConfig => vec![below(".aws/config")],
            // The folder is opened, and the files by their names in it.
            Ours::Profiles => {
                let names = ["credentials", ".credentials.oktapipe-lock", ".credentials.oktapipe-new"];
                names.map(str::to_owned).into_iter().chain([below(".aws")]).collect()
            }
            Ours::Terminal => vec!["/dev/tty".to_owned()],
            Ours::Dispositions => vec!["/proc/self/status".to_owned()],
            Ours::Configuration => vec![below(".config/oktapipe/config.toml")],
        }
    }
}

/// A stage: whom it talks to, and what it opens when all goes well and it is asked nothing.
struct Row {
    stage: &'static str,
    login: &'static str,
    after: Option<&'static str>,
    host: Option<&'static str>,
    files: &'static [Ours],
}

const fn row(
    stage: &'static str,
    after: Option<&'static str>,
    host: Option<&'static str>,
    files: &'static [Ours],
) -> Row {
    Row { stage, login: ADA, after, host, files }
}

const ORG: Option<&str> = Some("org");
const STS: Option<&str> = Some("STS");
/// The sandbox has it beside STS.
const SIGN_IN: Option<&str> = Some("AWS sign-in");

const STAGES: [Row; 11] = [
    row("authn", None, ORG, &[Ours::CaFiles, Ours::Configuration]),
    Row {
        login: "grace@acme.example",
        ..row("factor-verify", Some("authn"), ORG, &[Ours::CaFiles, Ours::Dispositions, Ours::Configuration])
    },
    row("session", Some("authn"), ORG, &[Ours::CaFiles, Ours::Configuration]),
    row("saml-fetch", Some("session"), ORG, &[Ours::CaFiles, Ours::Configuration]),
    row("saml-roles", Some("saml-fetch"), None, &[Ours::Configuration]),
    row("assume", Some("saml-roles"), STS, &[Ours::CaFiles, Ours::AwsFiles, Ours::Configuration]),
    row("export", Some("assume"), None, &[Ours::Configuration]),
    row("to-profile", Some("assume"), None, &[Ours::AwsConfig, Ours::Profiles]),
    row("caller-identity", Some("assume"), STS, &[Ours::CaFiles, Ours::AwsFiles, Ours::Configuration]),
    row("assume-role", Some("assume"), STS, &[Ours::CaFiles, Ours::AwsFiles, Ours::Configuration]),
    row("console", Some("assume"), SIGN_IN, &[Ours::CaFiles, Ours::AwsFiles, Ours::Configuration]),
];

/// What a program did: the paths that it named, those that it opened to write, and the ports that it called.
#[derive(Default, Debug)]
struct Touched {
    named: BTreeSet<String>,
    written: BTreeSet<String>,
    called: BTreeSet<String>,
    started: usize,
}

impl Touched {
    fn read(trace: &str) -> Touched {
        let mut touched = Touched::default();
        for line in trace.lines() {
            let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            let Some((name, rest)) = call.split_once('(') else { continue };
            let quoted = rest.split('"').nth(1).unwrap_or_default().to_owned();
            match name {
                "execve" => touched.started += 1,
                "connect" | "sendto" | "bind" if rest.contains("sa_family") => {
                    let port = rest.split_once("htons(").and_then(|(_, rest)| rest.split_once(')'));
                    let loopback =
                        ["inet_addr(\"127.0.0.1\")", "\"::1\""].iter().any(|address| rest.contains(address));
                    let port = port.filter(|_| loopback).map(|(port, _)| port.to_owned());
                    touched.called.insert(port.unwrap_or_else(|| call.to_owned()));
                }
                "open" | "openat" | "creat" | "access" | "faccessat" | "faccessat2" | "stat" | "lstat"
                | "statx" | "newfstatat" | "readlink" | "readlinkat" | "mkdir" | "mkdirat" | "unlink"
                | "unlinkat" | "rename" | "renameat" | "renameat2" | "chmod" | "link" | "linkat"
                | "symlink" | "symlinkat" | "truncate"
                    if !quoted.is_empty() =>
                {
                    let reads = [
                        "open",
                        "openat",
                        "access",
                        "faccessat",
                        "faccessat2",
                        "stat",
                        "lstat",
                        "statx",
                        "newfstatat",
                        "readlink",
                        "readlinkat",
                    ];
                    let writes =
                        ["O_WRONLY", "O_RDWR", "O_CREAT", "O_TRUNC"].iter().any(|flag| rest.contains(flag));
                    if (writes || !reads.contains(&name)) && quoted != "/dev/tty" {
                        touched.written.insert(quoted.clone());
                    }
                    touched.named.insert(quoted);
                }
                _ => {}
            }
        }
        touched
    }
}

/// Runs a stage under strace. The trace holds what the stage sent and got only as far as paths go, and no secret.
fn trace(world: &World, command: &str, prepare: impl Fn(Case) -> Case) -> Touched {
    let script = format!(
        "strace -f -qq -s 300 -o trace -e trace=%file,connect,sendto,bind oktapipe {command} <in >out 2>err"
    );
    prepare(world.shell("sh", &script)).run();
    let trace = std::fs::read_to_string(world.home.join("trace")).unwrap();
    Touched::read(&trace)
}

#[track_caller]
fn is_allowed(what: &str, world: &World, touched: &Touched, files: &[Ours], host: Option<&str>) {
    let ours: BTreeSet<String> = files.iter().flat_map(|ours| ours.paths(world)).collect();
    let foreign: Vec<&String> = touched
        .named
        .iter()
        .filter(|path| !ours.contains(*path) && !LOADER.iter().any(|start| path.starts_with(start)))
        .collect();
    assert!(foreign.is_empty(), "{what} opened {foreign:?}");
    let missing: Vec<&String> = ours.iter().filter(|path| !touched.named.contains(*path)).collect();
    assert!(missing.is_empty(), "{what} did not open {missing:?}: is the table stale?");
    let may_write: BTreeSet<String> =
        files.iter().filter(|ours| ours.is_written()).flat_map(|ours| ours.paths(world)).collect();
    assert!(touched.written.is_subset(&may_write), "{what} wrote {:?}", touched.written);
    let port = |origin: String| origin.rsplit(':').next().unwrap().to_owned();
    let hosts: BTreeSet<String> = match host {
        None => BTreeSet::new(),
        Some("org") => BTreeSet::from([port(world.sandbox.org())]),
        Some(_) => BTreeSet::from([port(world.sandbox.sts())]),
    };
    assert_eq!(touched.called, hosts, "{what}");
    assert_eq!(touched.started, 1, "{what} started another program");
}

#[test]
fn a_stage_opens_no_file_and_contacts_no_host_but_those_that_the_manual_names() {
    if !has("strace") {
        return;
    }
    for row in &STAGES {
        let world = World::new();
        let document = row.after.map(|last| world.document_after(row.login, last)).unwrap_or_default();
        std::fs::write(world.home.join("in"), document).unwrap();
        let code = world.sandbox.totp(row.login, "GOOGLE");
        let command = match row.stage {
            "saml-roles" => "saml-roles --first",
            "assume-role" => "assume-role --role arn:aws:iam::444455556666:role/Plain",
            stage => stage,
        };
        let touched = trace(&world, command, |case| {
            let case = case.env("OKTA_USERNAME", row.login).env("OKTA_PASSWORD", world.password(row.login));
            // One trust store is enough here; the sandbox's environment names it for every program.
            let case = case.without("AWS_CA_BUNDLE");
            code.iter().fold(case, |case, code| case.env("MFA_CODE", code))
        });
        let error = std::fs::read_to_string(world.home.join("err")).unwrap();
        assert!(error.is_empty(), "{}: {error}", row.stage);
        is_allowed(row.stage, &world, &touched, row.files, row.host);
    }
}

/// A failure opens nothing more, and one that nobody can be asked about looks for the terminal.
#[test]
fn a_stage_that_fails_or_asks_touches_nothing_else() {
    if !has("strace") {
        return;
    }
    let world = World::new();
    std::fs::write(world.home.join("in"), "").unwrap();
    for (command, files) in [
        ("authn", &[Ours::Terminal, Ours::Configuration][..]),
        ("session", &[]),
        ("assume", &[]),
        ("export", &[Ours::Configuration]),
        ("no-such-command", &[]),
        ("--help", &[]),
        ("--version", &[]),
    ] {
        let touched = trace(&world, command, |case| case.env("OKTA_USERNAME", ADA));
        is_allowed(command, &world, &touched, files, None);
    }
}

/// The system's certificates, where no variable replaces them.
#[test]
fn the_trust_store_is_one_file_of_the_systems() {
    const BUNDLE: &str = "/etc/ssl/certs/ca-certificates.crt";
    if !has("strace") || !Path::new(BUNDLE).exists() {
        return;
    }
    let world = World::new();
    std::fs::write(world.home.join("in"), "").unwrap();
    let touched = trace(&world, "authn", |case| {
        let case = case.without("SSL_CERT_FILE").without("AWS_CA_BUNDLE");
        case.env("OKTA_USERNAME", ADA).env("OKTA_PASSWORD", world.password(ADA))
    });
    let ours: Vec<&String> =
        touched.named.iter().filter(|path| !LOADER.iter().any(|start| path.starts_with(start))).collect();
    let profiles = world.home.join(".config/oktapipe/config.toml").display().to_string();
    let allowed: BTreeSet<&str> = BTreeSet::from([BUNDLE, profiles.as_str()]);
    assert_eq!(ours.into_iter().map(String::as_str).collect::<BTreeSet<_>>(), allowed);
}

#[test]
fn the_manual_names_the_files_and_the_hosts_of_each_stage() {
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("man/oktapipe.1")).unwrap();
    let files = page.split_once(".Sh FILES\n").unwrap().1.split_once("\n.Sh ").unwrap().0;
    for path in Ours::ALL.iter().flat_map(|ours| ours.in_the_manual()) {
        assert!(files.contains(&format!("Pa {path}")), "{path} is not in FILES");
    }
    let told: Vec<(&str, &str)> = files
        .lines()
        .filter_map(|line| line.strip_prefix(".It Cm "))
        .map(|line| line.split_once(" Ta ").unwrap())
        .collect();
    let rows: Vec<(&str, &str)> =
        STAGES.iter().map(|row| (row.stage, row.host.unwrap_or("nobody"))).collect();
    assert_eq!(told, rows);
}

/// What is kept: its folder, and the files in it by their names.
fn is_kept(world: &World, path: &str) -> bool {
    let state = world.home.join(".local/state/oktapipe").display().to_string();
    let name = path.split('.').next().unwrap();
    // The folder itself, to be listed.
    path == "."
        || state.starts_with(path)
        || (name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit()))
        || path == "key"
}

#[test]
fn login_writes_what_is_kept_and_nothing_else_and_what_is_kept_needs_no_host() {
    if !has("strace") {
        return;
    }
    let world = World::new();
    let solo = "solo@acme.example";
    std::fs::write(world.home.join("in"), "").unwrap();
    let run = |command: &str, files: &[Ours]| {
        let touched = trace(&world, command, |case| {
            let case = case.env("OKTA_USERNAME", solo).env("OKTA_PASSWORD", world.password(solo));
            case.without("AWS_CA_BUNDLE")
        });
        let error = std::fs::read_to_string(world.home.join("err")).unwrap();
        assert!(error.is_empty(), "{command}: {error}");
        let ours: BTreeSet<String> = files.iter().flat_map(|ours| ours.paths(&world)).collect();
        let loader = |path: &&String| LOADER.iter().any(|start| path.starts_with(start));
        let named: Vec<&String> = touched.named.iter().filter(|path| !loader(path)).collect();
        let foreign: Vec<&&String> =
            named.iter().filter(|path| !is_kept(&world, path) && !ours.contains(**path)).collect();
        assert!(foreign.is_empty(), "{command} opened {foreign:?}");
        assert!(touched.written.iter().all(|path| is_kept(&world, path)), "{command}: {touched:?}");
        assert_eq!(touched.started, 1, "{command} started another program");
        touched
    };
    let first = run("login", &[Ours::CaFiles, Ours::AwsFiles, Ours::Configuration]);
    assert!(first.called.len() == 2 && first.written.len() > 4, "{first:?}");
    for command in ["credential-process", "login", "whoami", "roles"] {
        let kept = run(command, &[Ours::Configuration]);
        assert!(kept.called.is_empty() && kept.written.is_empty(), "{command}: {kept:?}");
    }
}
