//! What the machine may keep of a stage's memory, while it holds a secret.

use crate::harness::{Case, World, has, has_all, patiently};
use rustix::process::{Signal, geteuid};

const ADA: &str = "ada@acme.example";

/// Puts our program where every user can run it.
fn install(world: &World) {
    let (built, program) = (env!("CARGO_BIN_EXE_oktapipe"), world.home.join("oktapipe"));
    if std::fs::hard_link(built, &program).is_err() {
        std::fs::copy(built, &program).unwrap();
    }
}

/// A program run as a user who is not root: root may look at everything.
fn somebody(world: &World, program: &str, arguments: &[&str]) -> Case {
    if geteuid().is_root() {
        let who = ["--reuid", "65534", "--regid", "65534", "--clear-groups", program];
        Case::new("setpriv", &[&who, arguments].concat(), &world.home)
    } else {
        Case::new(program, arguments, &world.home)
    }
}

fn can_be_somebody() -> bool {
    cfg!(target_os = "linux") && (!geteuid().is_root() || has("setpriv"))
}

fn proc(pid: u32, name: &str) -> String {
    std::fs::read_to_string(format!("/proc/{pid}/{name}")).unwrap_or_default()
}

#[test]
fn a_stage_that_holds_a_secret_leaves_no_core_and_cannot_be_looked_at_by_its_user() {
    if !can_be_somebody() || !has_all(&["sh", "cat"]) {
        return;
    }
    let world = World::new();
    install(&world);
    let script = format!("ulimit -c unlimited 2>/dev/null; exec {}/oktapipe session", world.home.display());
    let running =
        somebody(&world, "sh", &["-c", &script]).env("OKTA_PASSWORD", "CANARY-password").start_idle();
    let pid = running.id();
    let seen = |pid: u32| somebody(&world, "cat", &[&format!("/proc/{pid}/environ")]).run().status == Some(0);
    patiently("the stage", || (proc(pid, "comm") == "oktapipe\n" && !seen(pid)).then_some(()));
    // A program that does nothing about it can be looked at.
    let other = somebody(&world, "cat", &[]).start_idle();
    patiently("another program", || seen(other.id()).then_some(()));

    let limits = proc(pid, "limits");
    let cores = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(cores.split_whitespace().nth(4), Some("0"), "{cores}");
    // A signal that dumps core, and that Rust has no handler for.
    running.signal(Signal::ABORT);
    let outcome = running.end();
    assert_eq!(outcome.signal, Some(Signal::ABORT.as_raw()), "{outcome}");
    assert!(!outcome.dumped, "{outcome}");
    other.signal(Signal::KILL);
    other.end();
    let left: Vec<_> =
        std::fs::read_dir(&world.home).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["oktapipe"]);
}

/// /dev/fd belongs to root in such a process, and is its own to open all the same.
#[test]
fn a_password_by_descriptor_is_read_in_a_process_that_cannot_be_looked_at() {
    if !can_be_somebody() {
        return;
    }
    let world = World::new();
    install(&world);
    for source in ["printf 'CANARY\\n'", "cat /dev/null"] {
        let script = format!(
            "{source} | {{ {}/oktapipe authn --password-fd 3 3<&0 </dev/null; }}",
            world.home.display()
        );
        let case = somebody(&world, "sh", &["-c", &script]).env("OKTA_ORG", "http://127.0.0.1:1");
        let (code, kind) = if source.starts_with("printf") { (69, "network") } else { (78, "config") };
        case.env("OKTA_USERNAME", ADA).run().fails(code, kind);
    }
}

/// What a stage starts is not its secret: the soft limit stays, the hard one is untouched, and it may be looked at from its start on.
#[test]
fn a_password_command_runs_with_the_hard_limit_that_was_there() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let world = World::new();
    let script = "h=$(ulimit -H -c); oktapipe authn --password-command 'ulimit -H -c >hard; ulimit -S -c >soft; echo CANARY'; echo \"$h\" >before";
    let case = world.shell("sh", script).env("OKTA_ORG", "http://127.0.0.1:1").env("OKTA_USERNAME", ADA);
    case.run();
    let read = |name: &str| std::fs::read_to_string(world.home.join(name)).unwrap();
    assert_eq!(read("hard"), read("before"));
    assert_eq!(read("soft"), "0\n");
}
