//! `configure`: a profile by flags and by questions, what is kept of the file, and what is written nowhere.

use crate::harness::{Case, World, terminal, terminals};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const FILE: &str = ".config/oktapipe/config.toml";

fn file(world: &World) -> PathBuf {
    world.home.join(FILE)
}

fn text(world: &World) -> String {
    fs::read_to_string(file(world)).unwrap_or_default()
}

fn write(world: &World, text: &str) {
    fs::create_dir_all(file(world).parent().unwrap()).unwrap();
    fs::write(file(world), text).unwrap();
    fs::set_permissions(file(world), fs::Permissions::from_mode(0o644)).unwrap();
    fs::set_permissions(file(world).parent().unwrap(), fs::Permissions::from_mode(0o755)).unwrap();
}

fn configure(world: &World, arguments: &[&str]) -> Case {
    world.oktapipe(&[&["configure", "--no-input"], arguments].concat())
}

#[test]
fn flags_write_a_profile_without_a_question_into_a_file_of_ones_own() {
    let world = World::new();
    let flags = [
        "prod",
        "--org",
        "acme",
        "-u",
        "ada@acme.example",
        "--password-command",
        "pass show okta",
        "--factor",
        "push",
        "--factor",
        "sms",
        "--role",
        "123456789012/Admin",
        "--duration",
        "1h",
        "--strict-duration",
        "--push-timeout",
        "60",
        "--timeout",
        "9",
    ];
    let told = configure(&world, &flags).run().succeeds().json();
    assert_eq!(told["Profile"], "prod");
    assert_eq!(told["File"].as_str(), file(&world).to_str());
    assert_eq!(
        text(&world),
        "[profile.prod]\norg = \"acme\"\nusername = \"ada@acme.example\"\npassword-command = \"pass show okta\"\n\
         factor = [\"push\", \"sms\"]\npush-timeout = 60\nrole = \"123456789012/Admin\"\nduration = \"1h\"\nstrict-duration = true\ntimeout = 9\n"
    );
    assert_eq!(fs::metadata(file(&world)).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(file(&world).parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
    // The profile is one that stages take.
    let outcome = world
        .oktapipe(&["authn", "--profile", "prod", "--org", "http://127.0.0.1:1"])
        .env("OKTA_PASSWORD", "x")
        .run();
    outcome.fails(69, "network");
}

#[test]
fn the_profile_is_the_one_that_is_named_or_the_default() {
    let world = World::new();
    let name = |case: Case| case.run().succeeds().json()["Profile"].as_str().unwrap().to_owned();
    assert_eq!(name(configure(&world, &["--org", "acme"])), "default");
    assert_eq!(name(configure(&world, &["--org", "acme", "--profile", "a"])), "a");
    assert_eq!(name(configure(&world, &["--org", "acme"]).env("OKTAPIPE_PROFILE", "b")), "b");
    assert_eq!(name(configure(&world, &["c", "--org", "acme", "--profile", "a"])), "c");
}

#[test]
fn one_setting_changes_and_every_other_byte_stays() {
    let world = World::new();
    let before = "# mine\n[profile.a] # first\norg = 'acme'  # the big one\nrole = ['A', 'B']\n\n[profile.b]\ninherit='a'\n\n[aliases]\n123456789012 = 'x' # why\n";
    write(&world, before);
    configure(&world, &["a", "--org", "other", "--unset", "role"]).run().succeeds();
    assert_eq!(text(&world), before.replace("'acme'", "\"other\"").replace("role = ['A', 'B']\n", ""));
    configure(&world, &["b", "--unset", "inherit", "--unset", "region"]).run().succeeds();
    assert!(text(&world).contains("[profile.b]\n\n[aliases]"), "{}", text(&world));
}

#[test]
fn a_dry_run_shows_the_profile_and_writes_nothing() {
    let world = World::new();
    let shown = configure(&world, &["a", "--org", "acme", "--dry-run"]).run().succeeds().stdout;
    assert_eq!(shown, format!("# {}\n[profile.a]\norg = \"acme\"\n", file(&world).display()));
    assert!(!file(&world).exists());
    write(&world, "[profile.b]\n[profile.a] # kept\nregion = 'eu-west-1'\n");
    let shown = configure(&world, &["a", "--org", "acme", "--dry-run"]).run().succeeds().stdout;
    assert!(shown.ends_with("\n[profile.a] # kept\nregion = 'eu-west-1'\norg = \"acme\"\n"), "{shown}");
}

#[test]
fn what_no_flag_takes_is_refused_before_anything_is_written() {
    let world = World::new();
    for (arguments, told) in [
        (&["a b", "--org", "acme"][..], "cannot be the name of a profile"),
        (&["--org", "acme@evil"], "--org is not usable; give a name (acme)"),
        (&["--duration", "1d"], "--duration is not usable"),
        (&["--role", "a b"], "--role is not usable"),
        (&["--ca-file", "corp.pem"], "--ca-file is not usable; give a path from / or"),
        (&["--unset", "password"], "there is no setting password"),
        (&["--password", "x"], "there is no flag --password"),
        (&["--push-timeout", "0"], "--push-timeout"),
    ] {
        let outcome = configure(&world, arguments).run();
        assert!(outcome.stderr.contains(told), "{outcome}");
        outcome.fails(2, "usage");
    }
    for (arguments, told) in [
        (&["a", "--inherit", "a"][..], "inherits from itself"),
        (&["a", "--inherit", "b"], "there is no profile b"),
    ] {
        let outcome = configure(&world, arguments).run();
        assert!(outcome.stderr.contains(told), "{outcome}");
        outcome.fails(78, "config");
    }
    assert!(!file(&world).exists());
    configure(&world, &[]).run().fails(69, "no_terminal");
}

#[test]
fn a_faulty_file_and_one_that_others_can_change_are_left_as_they_are() {
    let world = World::new();
    write(&world, "[profile.a]\nusrname = 'ada'\n");
    configure(&world, &["a", "--org", "acme"]).run().fails(78, "config");
    assert_eq!(text(&world), "[profile.a]\nusrname = 'ada'\n");
    write(&world, "");
    fs::set_permissions(file(&world), fs::Permissions::from_mode(0o666)).unwrap();
    configure(&world, &["a", "--org", "acme"]).run().fails(78, "config");
    assert_eq!(text(&world), "");
}

#[test]
fn a_symlink_stays_one_and_a_folder_of_everybodys_is_refused() {
    let world = World::new();
    let target = world.home.join("dotfiles");
    fs::create_dir(&target).unwrap();
    fs::write(target.join("oktapipe.toml"), "# mine\n").unwrap();
    fs::create_dir_all(file(&world).parent().unwrap()).unwrap();
    std::os::unix::fs::symlink(target.join("oktapipe.toml"), file(&world)).unwrap();
    configure(&world, &["a", "--org", "acme"]).run().succeeds();
    assert!(fs::symlink_metadata(file(&world)).unwrap().is_symlink());
    assert_eq!(
        fs::read_to_string(target.join("oktapipe.toml")).unwrap(),
        "# mine\n\n[profile.a]\norg = \"acme\"\n"
    );
    fs::set_permissions(&target, fs::Permissions::from_mode(0o777)).unwrap();
    configure(&world, &["a", "--org", "other"]).run().fails(74, "io");
    assert_eq!(fs::read_dir(&target).unwrap().count(), 1);
}

#[test]
fn questions_are_asked_shown_and_confirmed() {
    if !terminals() {
        return;
    }
    let world = World::new();
    write(&world, "[profile.work]\norg = 'acme'\nrole = 'Dev'\nregion = 'us-east-1'\n");
    let ended = terminal(&world, "sh", "oktapipe configure work 2>err >out; cat err out")
        .expect("Enter keeps what is in brackets")
        .answer("Okta org, a name, host or URL [acme]", "")
        .answer("Okta user name", "ada@acme.example")
        .answer("Command that prints the password", "pass show okta | head -n 1")
        .answer("Second factor", "push, sms")
        .answer("AWS app", "0oa1")
        .answer("Role, as NAME, ACCOUNT/NAME or an ARN [Dev]", "Dev,Ops Admin")
        .answer("Duration", "1d")
        .expect("That is not usable: give 15m to 12h")
        .answer("Duration", "1h")
        .answer("AWS region [us-east-1]", "-")
        .answer("AWS profile for", "")
        .expect("password-command = ")
        .answer("Write this?", "")
        .run();
    assert!(ended.seen.contains("\"Profile\":\"work\""), "{ended:?}");
    assert_eq!(
        text(&world),
        "[profile.work]\norg = 'acme'\nrole = [\"Dev,Ops\", \"Admin\"]\nusername = \"ada@acme.example\"\n\
         password-command = \"pass show okta | head -n 1\"\nfactor = [\"push\", \"sms\"]\napp = \"0oa1\"\nduration = \"1h\"\n"
    );
}

#[test]
fn no_is_a_no() {
    if !terminals() {
        return;
    }
    let world = World::new();
    let mut case =
        terminal(&world, "sh", "oktapipe configure 2>err >out; jq -r ._oktapipe.error.message out")
            .answer("Okta org", "acme");
    for question in
        ["Okta user name", "Command that", "Second factor", "AWS app", "Role", "Duration", "AWS region"]
    {
        case = case.answer(question, "");
    }
    let ended = case.answer("AWS profile for", "").answer("Write this?", "no").run();
    assert!(ended.seen.contains("it was not confirmed"), "{ended:?}");
    assert!(!file(&world).exists());
}

fn aws(world: &World, name: &str) -> String {
    fs::read_to_string(world.home.join(".aws").join(name)).unwrap_or_default()
}

fn put_aws(world: &World, name: &str, text: &str) {
    fs::create_dir_all(world.home.join(".aws")).unwrap();
    fs::write(world.home.join(".aws").join(name), text).unwrap();
}

#[test]
fn an_aws_profile_gets_the_line_and_all_else_of_the_file_stays() {
    let world = World::new();
    let before = "# mine\n[default]\nregion = us-east-1\n\n[profile other]\noutput=json\n";
    put_aws(&world, "config", before);
    let flags = ["prod", "--org", "acme", "--region", "eu-west-1", "--aws-profile", "prod"];
    let told = configure(&world, &flags).run().succeeds().json();
    let program = env!("CARGO_BIN_EXE_oktapipe");
    assert_eq!(told["AwsProfile"], "prod");
    assert_eq!(
        aws(&world, "config"),
        format!(
            "{before}\n[profile prod]\ncredential_process = {program} credential-process prod\nregion = eu-west-1\n"
        )
    );
    // Again, for another of our profiles, and for AWS's default, whose region stays.
    configure(&world, &["test", "--inherit", "prod", "--aws-profile", "prod"]).run().succeeds();
    assert!(aws(&world, "config").contains("credential-process test\nregion = eu-west-1\n"));
    configure(&world, &["test", "--aws-profile", "default"]).run().succeeds();
    assert!(aws(&world, "config").starts_with(&format!(
        "# mine\n[default]\nregion = us-east-1\ncredential_process = {program} credential-process test\n\n[profile other]"
    )), "{}", aws(&world, "config"));
}

#[test]
fn an_aws_profile_with_keys_or_another_way_is_not_changed_and_ours_is_not_written_then() {
    let world = World::new();
    for (name, text, told) in [
        ("config", "[profile p]\naws_access_key_id = AKIACANARY\n", "has aws_access_key_id"),
        ("config", "[profile p]\nrole_arn = arn:aws:iam::123456789012:role/x\n", "has role_arn"),
        ("config", "[profile p]\nsso_session = x\n", "has sso_session"),
        ("config", "[profile p]\ncredential_process = saml2aws login\n", "has another credential_process"),
        ("config", "[profile p]\nthis is no line\n", "line 2"),
        ("credentials", "[p]\naws_secret_access_key = CANARY\n", "has keys of its own in"),
    ] {
        put_aws(&world, "config", "");
        put_aws(&world, "credentials", "");
        put_aws(&world, name, text);
        let outcome = configure(&world, &["p", "--org", "acme", "--aws-profile", "p"]).run();
        assert!(outcome.stderr.contains(told), "{told}: {outcome}");
        outcome.fails(78, "config");
        assert_eq!(aws(&world, name), text);
        assert!(!file(&world).exists());
    }
    put_aws(&world, "config", "");
    configure(&world, &["p", "--aws-profile", "p"]).run().fails(78, "config");
    configure(&world, &["p", "--org", "acme", "--aws-profile", "a b"]).run().fails(2, "usage");
}

#[test]
fn the_line_names_the_program_as_it_is_called_and_in_quotes_where_it_has_blanks() {
    let world = World::new();
    let place = world.home.join("with blank");
    fs::create_dir(&place).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_oktapipe"), place.join("oktapipe")).unwrap();
    let flags = ["prod", "--org", "acme", "--aws-profile", "prod", "--dry-run"];
    let path = format!("{}:/bin", place.display());
    let shown = configure(&world, &flags).env("PATH", &path).run().succeeds().stdout;
    let line = format!(
        "[profile prod]\ncredential_process = \"{}/oktapipe\" credential-process prod\n",
        place.display()
    );
    assert!(shown.ends_with(&line), "{shown}");
    assert!(!world.home.join(".aws").exists() && !file(&world).exists());
    let odd = world.home.join("do$lar");
    fs::rename(&place, &odd).unwrap();
    let outcome = configure(&world, &flags).env("PATH", &odd.display().to_string()).run();
    outcome.fails(78, "config");
}

#[test]
fn a_configuration_file_of_ones_own_choice_has_to_be_known_to_aws_tools_too() {
    let world = World::new();
    let other = world.home.join("other.toml").display().to_string();
    let outcome =
        configure(&world, &["p", "--org", "acme", "--aws-profile", "p"]).env("OKTAPIPE_CONFIG", &other).run();
    assert!(outcome.stderr.contains("OKTAPIPE_CONFIG has to be set for AWS"), "{outcome}");
    assert_eq!(outcome.json()["File"], other);
}

#[test]
fn many_at_once_write_one_after_the_other_and_all_profiles_are_there() {
    let world = World::new();
    write(&world, "# mine\n");
    let names: Vec<String> = (0..10).map(|number| format!("p{number}")).collect();
    let started: Vec<_> =
        names.iter().map(|name| configure(&world, &[name, "--org", "acme"]).start()).collect();
    started.into_iter().for_each(|running| drop(running.end().succeeds()));
    let after = text(&world);
    assert!(after.starts_with("# mine\n\n[profile."), "{after}");
    assert!(
        names.iter().all(|name| after.contains(&format!("[profile.{name}]\norg = \"acme\"\n"))),
        "{after}"
    );
    // Nothing else is left in the folder.
    assert_eq!(fs::read_dir(file(&world).parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_folder_that_another_one_writes_to_all_the_time_is_locked_and_the_file_stays() {
    let world = World::new();
    write(&world, "# mine\n");
    let other = fs::File::open(file(&world).parent().unwrap()).unwrap();
    other.lock().unwrap();
    let error = configure(&world, &["a", "--org", "acme"]).run().fails(75, "locked_file");
    let message = error["_oktapipe"]["error"]["message"].as_str().unwrap();
    assert!(message.ends_with("is being written to by another oktapipe"), "{message}");
    assert_eq!(text(&world), "# mine\n");
    drop(other);
    configure(&world, &["a", "--org", "acme"]).run().succeeds();
}

#[test]
fn a_folder_that_cannot_be_made_exits_73() {
    let outcome = configure(&World::new(), &["--org", "acme"]).env("HOME", "/proc").run();
    assert!(outcome.stderr.contains("the folder /proc/.config/oktapipe cannot be made"), "{outcome}");
    outcome.fails(73, "io");
}
