//! `serve -- COMMAND`: the endpoint for as long as a command runs, whose status, signals and terminal are its own.

use crate::harness::{
    AwsClient, AwsClients, CANARY, Clock, SOLO_ARN, World, has, patiently, terminal, terminals,
};
use rustix::process::Signal;
use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;

#[test]
fn the_command_gets_the_endpoint_and_nothing_that_leads_elsewhere() {
    let world = World::with_profile();
    let stale = [
        "AWS_PROFILE",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SECURITY_TOKEN",
        "AWS_CREDENTIAL_EXPIRATION",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_ROLE_ARN",
        "OKTAPIPE_EXPIRES_EPOCH",
        "MFA_CODE",
    ];
    let case = world.by_profile("exec oktapipe serve dev -- env").without("AWS_DEFAULT_REGION");
    let case = stale.iter().fold(case, |case, name| case.env(name, "CANARY-stale"));
    let outcome = case.env("MINE", "kept").run().succeeds();
    let set: BTreeMap<&str, &str> = outcome.stdout.lines().filter_map(|line| line.split_once('=')).collect();
    assert!(stale.iter().all(|name| !set.contains_key(name)), "{outcome}");
    assert!(!outcome.stdout.contains(CANARY), "{outcome}");
    assert!(set["AWS_CONTAINER_CREDENTIALS_FULL_URI"].starts_with("http://127.0.0.1:"), "{outcome}");
    assert_eq!(set["AWS_CONTAINER_AUTHORIZATION_TOKEN"].len(), 43);
    assert_eq!((set["MINE"], set["OKTAPIPE_ROLE"]), ("kept", "111122223333/Dev"));
    assert_eq!((set["AWS_REGION"], set["AWS_DEFAULT_REGION"]), ("us-east-1", "us-east-1"));
}

#[test]
fn the_aws_cli_and_the_sdks_are_served_and_afterwards_nobody_is() {
    let world = World::with_profile();
    let Some(clients) = AwsClients::new(&world) else { return };
    for client in AwsClient::ALL {
        let script = format!("exec oktapipe serve dev -- {}", clients.identity(client));
        // Somebody else's profile is in the environment.
        let outcome = clients.serve(world.by_profile(&script)).env("AWS_PROFILE", "nobody").run();
        let arn = format!("{SOLO_ARN}\n");
        assert!(outcome.status == Some(0) && outcome.stdout == arn, "{client:?}: {outcome}");
    }
    let script = "oktapipe serve dev -- sh -c 'echo \"$AWS_CONTAINER_CREDENTIALS_FULL_URI\"'";
    let url = world.by_profile(script).run().succeeds().stdout;
    let address = url.strip_prefix("http://").unwrap().split('/').next().unwrap();
    assert!(std::net::TcpStream::connect(address).is_err(), "{url}");
}

#[test]
fn a_command_that_runs_on_gets_new_credentials_when_its_own_end() {
    let world = World::with_profile();
    let (Some(clients), Some(clock)) = (AwsClients::new(&world), Clock::new(&world)) else { return };
    let program = clients.start(AwsClient::Rust, &world, &clock, |script| {
        world.by_profile("exec oktapipe serve dev -- sh -c \"$SCRIPT\"").env("SCRIPT", script)
    });
    let assumed = || world.sandbox.log().iter().filter(|request| request.body.contains("WithSAML")).count();
    program.turn("first");
    assert_eq!(assumed(), 1);
    clock.advance(&world, 50);
    patiently("new credentials", || (assumed() == 2).then_some(()));
    program.turn("second");
    clock.advance(&world, 15);
    program.turn("third");
    let [first, second, third] = program.keys(SOLO_ARN);
    assert!(first == second && second != third, "{first} {second} {third}");
    assert_eq!(world.asked(), 1);
}

#[test]
fn it_ends_as_the_command_does_and_stdin_and_stdout_are_the_commands() {
    let world = World::with_profile();
    for (script, status, signal) in [
        ("exit 0", Some(0), None),
        ("exit 7", Some(7), None),
        ("exit 255", Some(255), None),
        ("kill -TERM $$", None, Some(15)),
        ("kill -KILL $$", None, Some(9)),
        ("kill -PIPE $$", None, Some(13)),
    ] {
        let outcome = world.by_profile(&format!("exec oktapipe serve dev -- sh -c '{script}'")).run();
        assert_eq!((outcome.status, outcome.signal), (status, signal), "{script}: {outcome}");
        assert!(outcome.stdout.is_empty() && outcome.stderr.is_empty() && !outcome.dumped, "{outcome}");
    }
    let script = "oktapipe serve dev -- sh -c 'read x; echo got:$x'; cat; oktapipe serve dev -- sh -c 'kill -TERM $$'; echo $?";
    let outcome = world.by_profile(script).stdin("a\nb\n").run();
    assert_eq!(outcome.stdout, "got:a\nb\n143\n", "{outcome}");
    // Its core limit, and what is ignored, as if it ran alone; nothing of ours is open in it.
    let seen = "grep -E \"SigBlk|SigIgn|SigCgt\" /proc/self/status; ulimit -c; ls /proc/self/fd | wc -l";
    for before in ["ulimit -c 4096", "trap \"\" HUP"] {
        let [alone, ours] = ["env", "oktapipe serve dev --"].map(|command| {
            world.by_profile(&format!("{before}; {command} sh -c '{seen}'")).run().succeeds().stdout
        });
        assert_eq!(alone, ours, "{before}");
    }
}

#[test]
fn a_signal_to_us_alone_goes_on_to_the_command() {
    let world = World::with_profile();
    for (signal, name) in [(Signal::TERM, "TERM"), (Signal::HUP, "HUP"), (Signal::INT, "INT")] {
        let _ = std::fs::remove_file(world.home.join("ready"));
        let script = format!("trap \"echo {name}; exit 9\" {name}; : >ready; while :; do sleep 0.1; done");
        let running = world.by_profile(&format!("exec oktapipe serve dev -- sh -c '{script}'")).start();
        patiently("the command", || world.home.join("ready").exists().then_some(()));
        running.signal(signal);
        let outcome = running.end();
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(9), format!("{name}\n").as_str()));
    }
}

#[test]
fn what_is_typed_reaches_the_command_once_and_it_can_be_stopped() {
    if !terminals() {
        return;
    }
    let world = World::with_profile();
    // A shell would do for it, but for one moment: a signal between its look for traps and its next read waits for the read to end.
    let program = "import signal, sys\n\
        both = {signal.SIGINT, signal.SIGQUIT}\n\
        signal.pthread_sigmask(signal.SIG_BLOCK, both)\n\
        print(40 + 2, flush=True)\n\
        n = 0\n\
        while signal.sigwait(both) == signal.SIGINT:\n    n += 1\n    print(50 + n, flush=True)\n\
        print('end', n, flush=True)\n\
        sys.exit(5)\n";
    std::fs::write(world.home.join("wait.py"), program).unwrap();
    let command = "env -u OKTA_ORG -u OKTA_APP_ID -u OKTA_USERNAME oktapipe serve dev -- python3 wait.py";
    let ended = terminal(&world, "sh", &format!("exec {command}")).expect("42").key("C-c").expect("51");
    let ended = ended.key("C-\\").expect("end 1").run();
    assert_eq!(ended.status, Some(5), "{ended:?}");
    for shell in ["bash", "zsh"].into_iter().filter(|shell| has(shell)) {
        let ended = terminal(&world, shell, command)
            .flag("interactive")
            .expect("42")
            .key("C-z")
            .expect("ready$ ")
            .step("type", "jobs; fg\\n")
            .expect("oktapipe serve")
            .step("sleep", "0.5")
            .key("C-c")
            .expect("51")
            .key("C-\\")
            .expect("end 1")
            .expect("ready$ ")
            .run();
        let seen = ended.seen.to_lowercase();
        assert!(seen.contains("stopped") || seen.contains("suspended"), "{ended:?}");
    }
}

#[test]
fn while_a_command_has_the_terminal_nobody_is_asked() {
    if !terminals() {
        return;
    }
    let world = World::new();
    let Some(clock) = Clock::new(&world) else { return };
    // Five hours later the credentials have ended, and the session.
    let command = "sh -c 'echo +300m >time; read x; echo got $x'";
    let script =
        format!("exec env {} OKTA_USERNAME=solo@acme.example oktapipe serve -- {command}", clock.words());
    let ended = terminal(&world, "sh", &script)
        .answer("Okta password of", world.password("solo@acme.example"))
        .expect("the credentials are not renewed: nobody is asked now (Okta password of")
        .expect("sign in with oktapipe login")
        .step("type", "yes\\n")
        .expect("got yes")
        .run();
    assert_eq!(ended.status, Some(0), "{ended:?}");
}

#[test]
fn what_is_ours_is_125_what_cannot_be_run_126_and_what_is_not_there_127() {
    let world = World::with_profile();
    std::fs::write(world.home.join("plain"), "no program\n").unwrap();
    std::fs::set_permissions(world.home.join("plain"), PermissionsExt::from_mode(0o644)).unwrap();
    for (script, status, word) in [
        ("oktapipe serve dev -- no-such-program", 127, "oktapipe serve: no-such-program cannot be run"),
        ("oktapipe serve dev -- ./plain", 126, "Permission denied"),
        ("oktapipe serve nobody -- touch ran", 125, "no profile nobody"),
        ("oktapipe serve dev --port x -- touch ran", 125, "--port"),
        ("oktapipe serve dev touch ran", 2, "oktapipe serve"),
    ] {
        let outcome = world.by_profile(script).run();
        assert!(outcome.status == Some(status) && outcome.stdout.is_empty(), "{outcome}");
        assert!(outcome.stderr.lines().count() == 1 && outcome.stderr.contains(word), "{outcome}");
    }
    assert!(!world.home.join("ran").exists());
}
