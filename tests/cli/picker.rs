//! Choosing from a list that is searched, on a real terminal, while stdin, stdout and stderr are pipes.

use crate::harness::{Terminal, World, has_all, terminal, terminals};

const ADA: &str = "ada@acme.example";

/// A world with the assertion of somebody, in the file `in`.
fn world(login: &str) -> World {
    let world = World::new();
    std::fs::write(world.home.join("in"), world.sandbox.assertion(login).unwrap()).unwrap();
    world
}

/// All three descriptors are pipes or files; what was assumed, and what was said, is shown in the end.
const SCRIPT: &str = "oktapipe saml-roles <in | oktapipe assume 2>err | cat >out; \
    jq -r '.AssumedRoleUser.Arn // ._oktapipe.error.kind' out; cat err; echo over";

fn picking<'w>(world: &'w World, shell: &'static str, script: &str) -> Terminal<'w> {
    terminal(world, shell, script).step("env", "TERM=xterm").step("size", "24x80")
}

fn is_there() -> bool {
    terminals() && has_all(&["jq"])
}

#[test]
fn what_is_typed_searches_and_enter_takes() {
    if !is_there() {
        return;
    }
    let world = world(ADA);
    let ended = picking(&world, "sh", SCRIPT)
        .expect("3/3")
        .step("type", "44 rdonly")
        .expect("1/3")
        .step("type", "\\r")
        .expect("over")
        .run();
    assert!(ended.seen.contains(":assumed-role/ReadOnly/"), "{ended:?}");
    // The list is gone, one line of it stays, and the terminal's own things are as before.
    assert!(ended.seen.contains("Which role? 444455556666/ReadOnly\n"), "{ended:?}");
    let at = |text: &str| ended.seen.rfind(text).unwrap_or(0);
    assert!(at("\x1b[?25h") > at("\x1b[?25l") && at("\x1b[?2004l") > at("\x1b[?2004h"), "{ended:?}");
}

#[test]
fn arrows_move_and_the_order_is_that_of_the_assertion() {
    if !is_there() {
        return;
    }
    for (keys, role) in [
        ("\\r", "Dev"),
        ("\\x1b[B\\x1b[B\\r", "ReadOnly"),
        ("\\x1bOB\\x1bOB\\x1bOA\\r", "Deploy"),
        ("\\x1b[F\\r", "ReadOnly"),
        ("\\x0e\\x10\\x0e\\r", "Deploy"),
        ("\\x1b[F\\x1b[H\\r", "Dev"),
        ("zzz\\x15dev\\r", "Dev"),
        ("devx\\x7f\\r", "Dev"),
    ] {
        let world = world(ADA);
        let ended = picking(&world, "sh", SCRIPT).expect("3/3").step("type", keys).expect("over").run();
        assert!(ended.seen.contains(&format!(":assumed-role/{role}/")), "{keys}: {ended:?}");
    }
}

#[test]
fn escape_and_end_of_input_are_no_answer() {
    if !is_there() {
        return;
    }
    for keys in ["\\x1b", "\\x04"] {
        let world = world(ADA);
        let ended = picking(&world, "sh", SCRIPT).expect("3/3").step("type", keys).expect("over").run();
        assert!(ended.seen.contains("no_terminal\n"), "{keys}: {ended:?}");
        assert!(
            ended.seen.contains("it was cancelled") && ended.seen.contains("--role"),
            "{keys}: {ended:?}"
        );
        assert!(world.sandbox.log().is_empty(), "{keys}");
    }
}

#[test]
fn a_smaller_window_is_drawn_for_anew_and_a_tiny_one_has_a_numbered_list() {
    if !is_there() {
        return;
    }
    let world = world(ADA);
    let ended = picking(&world, "sh", SCRIPT)
        .expect("3/3")
        .step("resize", "10x22")
        .expect("…")
        .step("type", "\\r")
        .expect("over")
        .run();
    assert!(ended.seen.contains(":assumed-role/"), "{ended:?}");
    let tiny = terminal(&world, "sh", SCRIPT).step("env", "TERM=xterm").step("size", "3x80");
    let ended = tiny.answer("Number (1-3)", "2").expect("over").run();
    assert!(ended.seen.contains(":assumed-role/"), "{ended:?}");
}

#[test]
fn two_hundred_roles_are_searched() {
    if !is_there() {
        return;
    }
    let many = World::new();
    let login = many
        .sandbox
        .users()
        .iter()
        .map(|user| user.login)
        .find(|login| many.sandbox.assertion(login).is_some_and(|form| form.len() > 60_000));
    let world = world(login.expect("a user with many roles"));
    let ended = picking(&world, "sh", SCRIPT)
        .expect("type to search")
        .step("type", "\\x1b[6~\\x1b[6~\\x1b[5~")
        .expect("\x1b[7m> ")
        .step("type", "\\r")
        .expect("over")
        .run();
    assert!(ended.seen.contains(":assumed-role/"), "{ended:?}");
}

#[test]
fn ctrl_c_in_the_picker_sends_nothing_and_leaves_the_terminal_as_it_was() {
    if !is_there() {
        return;
    }
    for shell in ["bash", "zsh", "dash", "mksh", "fish"].into_iter().filter(|shell| has_all(&[shell])) {
        let world = world(ADA);
        let ended = picking(&world, shell, "oktapipe saml-roles <in | oktapipe assume | cat >out")
            .flag("interactive")
            .expect("3/3")
            .key("C-c")
            .expect("ready$ ")
            .step("sleep", "1")
            .run();
        assert!(world.sandbox.log().is_empty(), "{shell}: {ended:?}");
        assert!(ended.seen.rfind("\x1b[?25h") > ended.seen.rfind("\x1b[?25l"), "{shell}: {ended:?}");
    }
}

#[test]
fn ctrl_z_stops_in_the_picker_and_fg_draws_it_anew() {
    if !is_there() {
        return;
    }
    for shell in ["bash", "zsh", "fish"].into_iter().filter(|shell| has_all(&[shell])) {
        let world = world(ADA);
        let ended = picking(&world, shell, "oktapipe assume <roles >out").flag("interactive");
        let roles = world.oktapipe(&["saml-roles"]).stdin(std::fs::read(world.home.join("in")).unwrap());
        std::fs::write(world.home.join("roles"), roles.run().document()).unwrap();
        let ended = ended
            .expect("3/3")
            .key("C-z")
            .expect("ready$ ")
            .step("type", "fg\\n")
            .expect("3/3")
            .step("type", "readonly")
            .expect("1/3")
            .step("type", "\\r")
            .expect("ready$ ")
            .run();
        let out = std::fs::read_to_string(world.home.join("out")).unwrap();
        assert!(out.contains(":assumed-role/ReadOnly/"), "{shell}: {ended:?}");
    }
}

#[test]
fn a_reader_that_leaves_closes_the_picker() {
    if !is_there() {
        return;
    }
    let world = world(ADA);
    let script = "oktapipe saml-roles <in | oktapipe assume | sleep 0.5; echo over";
    let ended = picking(&world, "bash", script).expect("3/3").expect("over").run();
    assert!(world.sandbox.log().is_empty(), "{ended:?}");
}
