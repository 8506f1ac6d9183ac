//! Profiles: what the configuration file gives where nothing stronger does, through every stage, and the files that are refused.

use crate::harness::{Case, World};
use oktapipe_sandbox::Sandbox;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

const ADA: &str = "ada@acme.example";
const GRACE: &str = "grace@acme.example";

fn file(world: &World) -> PathBuf {
    world.home.join(".config/oktapipe/config.toml")
}

fn write(world: &World, text: &str) {
    let file = file(world);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, text).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
}

/// A command without what the sandbox's environment says of org, app and region: only a profile says that.
fn bare(world: &World, arguments: &[&str]) -> Case {
    let case = world.oktapipe(arguments).without("OKTA_ORG").without("OKTA_APP_ID");
    case.without("AWS_REGION").without("AWS_DEFAULT_REGION").without("SSL_CERT_FILE").without("AWS_CA_BUNDLE")
}

/// A profile of ada's that alone gives all that a login needs, her password and the trust in the sandbox's certificate too.
fn whole(sandbox: &Sandbox, name: &str) -> String {
    format!(
        "[profile.{name}]\norg = '{}'\nusername = '{ADA}'\npassword-command = 'cat password'\napp = '{}'\nca-file = '{}'\nregion = 'eu-west-1'\n\
         duration = '2h'\nlabel = ['AWS_VAULT']\n",
        sandbox.org(),
        sandbox.app_link(),
        sandbox.ca_file().display()
    )
}

fn world() -> World {
    let world = World::new();
    fs::write(world.home.join("password"), world.password(ADA)).unwrap();
    world
}

/// The bodies of the requests so far to a path.
fn bodies(world: &World, path: &str) -> Vec<String> {
    world
        .sandbox
        .log()
        .into_iter()
        .filter(|request| request.path.starts_with(path))
        .map(|request| request.body)
        .collect()
}

const PIPE: [&[&str]; 6] = [
    &["factor-verify"],
    &["session"],
    &["saml-fetch"],
    &["saml-roles", "--role", "Dev*", "--first"],
    &["assume"],
    &["export", "--format", "json"],
];

#[test]
fn a_profile_that_the_first_stage_names_serves_the_whole_pipe() {
    let world = world();
    write(&world, &whole(&world.sandbox, "work"));
    let mut document = bare(&world, &["authn", "--profile", "work"]).run().succeeds().stdout;
    for stage in PIPE {
        assert_eq!(
            serde_json::from_str::<Value>(&document).unwrap()["_oktapipe"]["profile"],
            "work",
            "{stage:?}"
        );
        document = bare(&world, stage).stdin(&document).run().succeeds().stdout;
    }
    let variables: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(variables["AWS_REGION"], "eu-west-1");
    assert!(variables["AWS_VAULT"].as_str().unwrap().contains("/Dev"), "{variables}");
    let asked = bodies(&world, "/").into_iter().find(|body| body.contains("AssumeRoleWithSAML")).unwrap();
    assert!(asked.contains("DurationSeconds=7200"), "the profile's duration");
}

#[test]
fn the_variable_names_a_profile_too_and_the_flag_is_stronger() {
    let world = world();
    let other = "[profile.other]\norg = 'no-such-org'\n";
    write(&world, &format!("{}{other}", whole(&world.sandbox, "work")));
    let named = |flag: &[&str], variable: &str| {
        bare(&world, &[&["authn"], flag].concat()).env("OKTAPIPE_PROFILE", variable).run()
    };
    let document = named(&[], "work").succeeds().json();
    assert_eq!(document["_oktapipe"]["profile"], "work");
    named(&["--profile", "work"], "other").succeeds();
    // Blank is unset, as everywhere.
    named(&["--profile", ""], "work").succeeds();
    named(&[], " ").fails(2, "usage");
}

#[test]
fn the_default_profile_counts_where_none_is_named_and_is_not_carried() {
    let world = world();
    write(&world, &whole(&world.sandbox, "default"));
    let document = bare(&world, &["authn"]).run().succeeds().json();
    assert_eq!(document["_oktapipe"].get("profile"), None);
    bare(&world, &["session"]).stdin(document.to_string()).run().succeeds();
}

#[test]
fn flag_variable_and_document_are_stronger_than_the_profile() {
    let world = world();
    write(&world, &whole(&world.sandbox, "default").replace(ADA, "nobody@acme.example").replace("2h", "15m"));
    let ca = world.sandbox.ca_file().display().to_string();
    let username = |case: Case| {
        case.run();
        let body: Value = serde_json::from_str(bodies(&world, "/api/v1/authn").last().unwrap()).unwrap();
        body["username"].as_str().unwrap().to_owned()
    };
    assert_eq!(username(bare(&world, &["authn", "--username", "flag"])), "flag");
    assert_eq!(username(bare(&world, &["authn"]).env("OKTA_USERNAME", "variable")), "variable");
    assert_eq!(username(bare(&world, &["authn"])), "nobody@acme.example");
    let given = json!({"username": "document", "password": "x"}).to_string();
    let without_command =
        fs::read_to_string(file(&world)).unwrap().replace("password-command = 'cat password'\n", "");
    write(&world, &without_command);
    assert_eq!(username(bare(&world, &["authn"]).stdin(given)), "document");
    // The region of the document, and the duration and the role that saml-roles has settled.
    write(&world, "");
    let roles = world.document_after(ADA, "saml-roles");
    let mut settled: Value = serde_json::from_str(&roles).unwrap();
    settled["_oktapipe"]["region"] = "us-west-2".into();
    write(
        &world,
        "[profile.default]\nregion = 'eu-west-1'\nrole = 'NoSuchRole'\nduration = '15m'\npolicy = '{}'\n",
    );
    let assumed =
        bare(&world, &["assume", "--ca-file", &ca]).stdin(settled.to_string()).run().succeeds().json();
    assert_eq!(assumed["_oktapipe"]["region"], "us-west-2");
    let asked = bodies(&world, "/").into_iter().rfind(|body| body.contains("AssumeRoleWithSAML")).unwrap();
    assert!(
        asked.contains("DurationSeconds=3600") && asked.contains("Policy="),
        "what the document left open comes from the profile"
    );
}

#[test]
fn a_profile_chooses_role_and_provider_where_no_flag_does() {
    let world = World::new();
    let form = world.document_after(ADA, "saml-fetch");
    let offered = world.oktapipe(&["saml-roles"]).stdin(&form).run().succeeds().json();
    let role = |at: usize, name: &str| offered["Roles"][at][name].as_str().unwrap().to_owned();
    write(
        &world,
        &format!(
            "[profile.one]\nrole = '{}'\nprincipal = '{}'\nremember = true\n",
            role(1, "RoleArn"),
            role(1, "PrincipalArn")
        ),
    );
    let settled = |more: &[&str]| {
        let words = [&["saml-roles", "--profile", "one"], more].concat();
        world.oktapipe(&words).stdin(&form).run().succeeds().json()["RoleArn"].as_str().unwrap().to_owned()
    };
    assert_eq!(settled(&[]), role(1, "RoleArn"));
    assert!(
        fs::read_to_string(world.home.join(".cache/oktapipe/roles")).unwrap().contains(&role(0, "RoleArn")),
        "remember"
    );
    // One of several, and of all where each is wanted.
    write(&world, "[profile.one]\nfirst = true\n");
    assert_eq!(settled(&[]), role(0, "RoleArn"));
    let each = world.oktapipe(&["saml-roles", "--profile", "one", "--each"]).stdin(&form).run().succeeds();
    assert_eq!(each.stdout.lines().count(), offered["Roles"].as_array().unwrap().len());
    // The provider goes with the profile's role: another role may have another.
    write(&world, "[profile.one]\nrole = 'x'\nprincipal = 'arn:aws:iam::123456789012:saml-provider/none'\n");
    assert_eq!(settled(&["--role", &role(0, "RoleArn")]), role(0, "RoleArn"));
    world.oktapipe(&["saml-roles", "--profile", "one"]).stdin(&form).run().fails(77, "no_role");
}

#[test]
fn a_profile_chooses_the_factor_and_gives_its_code() {
    let world = World::new();
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    fs::write(world.home.join("code"), &code).unwrap();
    let mfa = world.authn(GRACE).run().document();
    write(
        &world,
        "[profile.g]\nfactor = ['sms', 'token:software:totp:GOOGLE']\npasscode-command = 'cat code'\npush-timeout = 7\n",
    );
    let answer = world.oktapipe(&["factor-verify", "--profile", "g"]).stdin(&mfa).run().succeeds().json();
    assert_eq!(answer["status"], "SUCCESS");
    // A code in the environment is stronger: the command is not run.
    let mfa = world.authn(GRACE).run().document();
    write(&world, "[profile.g]\nfactor = 'token:software:totp:GOOGLE'\npasscode-command = 'touch run'\n");
    let case = world.oktapipe(&["factor-verify", "--profile", "g"]).stdin(&mfa).env("MFA_CODE", "000000");
    case.run().fails(77, "passcode_wrong");
    assert!(!world.home.join("run").exists());
}

#[test]
fn a_profiles_password_leaves_stdin_alone_and_is_for_its_own_org_only() {
    let world = world();
    write(&world, &whole(&world.sandbox, "default").replace("cat password", "touch run; cat password"));
    // The loop's own lines stay its own.
    let script =
        "printf 'a\\nb\\n' | while read -r line; do oktapipe authn >out || exit; echo \"$line\"; done";
    let case =
        world.shell("sh", script).without("OKTA_ORG").without("AWS_CA_BUNDLE").without("SSL_CERT_FILE");
    assert_eq!(case.run().succeeds().stdout, "a\nb\n");
    fs::remove_file(world.home.join("run")).unwrap();
    // Another org, by a stale variable: the password is not its to have, and the person is asked.
    let outcome = bare(&world, &["authn"]).env("OKTA_ORG", "other").run();
    assert!(outcome.stderr.contains("the password-command of profile default is not used: it is for another org than https://other.okta.com"), "{outcome}");
    assert_eq!(outcome.json()["_oktapipe"]["error"]["kind"], "no_terminal");
    // Told once; and what helps is what login has, too.
    assert_eq!(outcome.stderr.lines().count(), 2, "{outcome}");
    assert!(
        outcome.stderr.ends_with("; give --password-command, --password-fd or OKTA_PASSWORD\n"),
        "{outcome}"
    );
    assert!(!world.home.join("run").exists());
    // The same for a code.
    let mfa = world.authn(GRACE).run().document();
    write(&world, "[profile.x]\norg = 'other'\npasscode-command = 'touch run'\n");
    let outcome = world
        .oktapipe(&["factor-verify", "--profile", "x", "--factor", "token:software:totp:GOOGLE"])
        .stdin(&mfa)
        .run();
    assert!(outcome.stderr.contains("the passcode-command of profile x is not used"), "{outcome}");
    assert!(!world.home.join("run").exists());
}

#[test]
fn a_document_that_has_an_org_is_not_led_elsewhere_by_a_profile() {
    let world = World::new();
    let document = world.document_after(ADA, "authn");
    write(&world, "[profile.x]\norg = 'other'\n");
    let session = world
        .oktapipe(&["session", "--profile", "x"])
        .without("OKTA_ORG")
        .stdin(&document)
        .run()
        .succeeds()
        .json();
    assert_eq!(session["_oktapipe"]["org"], world.sandbox.org());
}

#[test]
fn a_profiles_timeout_bounds_a_request() {
    let world = World::new();
    let action = oktapipe_sandbox::Action::Delay(std::time::Duration::from_secs(20));
    world.sandbox.fault(oktapipe_sandbox::Fault {
        path_prefix: "/api/v1/authn".to_owned(),
        skip: 0,
        times: 1,
        action,
    });
    write(&world, "[profile.default]\ntimeout = 1\n");
    world.authn(ADA).run().fails(75, "timeout");
}

#[test]
fn a_profile_that_is_not_there_fails_with_the_nearest_name() {
    let world = World::new();
    let missing = |case: Case, told: &str| {
        let outcome = case.run();
        assert!(outcome.stderr.contains(told), "{outcome}");
        outcome.fails(78, "config");
    };
    missing(world.oktapipe(&["authn", "--profile", "prod"]), "config.toml would hold it, and is not there");
    write(&world, "[profile.production]\n[profile.test]\n");
    missing(
        world.oktapipe(&["authn", "--profile", "prod"]),
        "which --profile names; the nearest is production",
    );
    missing(world.oktapipe(&["login", "prod"]), "which the command line names; the nearest is production");
    missing(world.oktapipe(&["authn"]).env("OKTAPIPE_PROFILE", "x"), "which OKTAPIPE_PROFILE names");
    let mut document: Value = serde_json::from_str(&world.document_after(ADA, "authn")).unwrap();
    document["_oktapipe"]["profile"] = "tests".into();
    missing(
        world.oktapipe(&["session"]).stdin(document.to_string()),
        "which the document names; the nearest is test",
    );
}

#[test]
fn a_faulty_file_fails_with_its_line_and_only_where_a_profile_is_wanted() {
    let world = World::new();
    write(&world, "[profile.default]\norg = 'acme'\nusrname = 'ada'\npassword = 'CANARY-in-file'\n");
    let outcome = world.oktapipe(&["authn"]).run();
    assert!(
        outcome.stderr.contains("config.toml line 3: there is no key usrname; the nearest is username"),
        "{outcome}"
    );
    outcome.fails(78, "config");
    for command in [&["schema"][..], &["explain"], &["man", "--list"], &["init", "bash"], &["--version"]] {
        world.oktapipe(command).run().succeeds();
    }
}

#[test]
fn a_file_that_others_can_change_is_refused() {
    let world = World::new();
    let refused = |told: &str| {
        let outcome = world.oktapipe(&["authn"]).run();
        assert!(outcome.stderr.contains(told), "{outcome}");
        outcome.fails(78, "config");
    };
    for mode in [0o620, 0o602, 0o666] {
        write(&world, "");
        fs::set_permissions(file(&world), fs::Permissions::from_mode(mode)).unwrap();
        refused("can be written to by others");
    }
    fs::remove_file(file(&world)).unwrap();
    fs::create_dir(file(&world)).unwrap();
    refused("is no regular file");
    fs::remove_dir(file(&world)).unwrap();
    rustix::fs::mknodat(rustix::fs::CWD, file(&world), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
    refused("is no regular file");
    fs::remove_file(file(&world)).unwrap();
    write(&world, &"#".repeat((128 << 10) + 1));
    refused("has more than 128 KiB");
    fs::write(file(&world), [0xff]).unwrap();
    refused("is not UTF-8");
}

#[test]
fn another_users_file_is_refused_and_roots_is_taken() {
    let world = world();
    write(&world, &whole(&world.sandbox, "default"));
    // Only root can give a file away.
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(file(&world), Some(12345), None).unwrap();
        let outcome = bare(&world, &["authn"]).run();
        assert!(outcome.stderr.contains("belongs to another user"), "{outcome}");
        outcome.fails(78, "config");
    }
}

#[test]
fn the_file_is_where_the_variable_or_xdg_says_and_a_symlink_is_followed() {
    let world = world();
    let elsewhere = world.home.join("dotfiles.toml");
    fs::write(&elsewhere, whole(&world.sandbox, "default")).unwrap();
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o644)).unwrap();
    bare(&world, &["authn"]).env("OKTAPIPE_CONFIG", &elsewhere.display().to_string()).run().succeeds();
    let xdg = world.home.join("xdg/oktapipe");
    fs::create_dir_all(&xdg).unwrap();
    std::os::unix::fs::symlink(&elsewhere, xdg.join("config.toml")).unwrap();
    bare(&world, &["authn"])
        .env("XDG_CONFIG_HOME", &world.home.join("xdg").display().to_string())
        .run()
        .succeeds();
    bare(&world, &["authn"]).run().fails(2, "usage");
    // A file that is not there is as an empty one.
    bare(&world, &["authn"]).env("OKTAPIPE_CONFIG", "/nonexistent/config").run().fails(2, "usage");
}

#[test]
fn labels_of_a_profile_are_unset_with_the_rest() {
    let world = World::new();
    write(&world, "[profile.default]\nlabel = 'AWS_VAULT'\n");
    let unset = world.oktapipe(&["export", "--unset"]).run().succeeds().stdout;
    assert!(unset.contains("AWS_VAULT"), "{unset}");
    let failed = world.oktapipe(&["export", "--on-error", "clear"]).stdin("").run();
    assert!(failed.stdout.contains("AWS_VAULT") && failed.status == Some(66), "{failed}");
    // A file with a fault is no reason to leave keys in the shell.
    write(&world, "[profile.default]\nlabels = 'AWS_VAULT'\n");
    let outcome = world.oktapipe(&["export", "--unset"]).run();
    assert!(outcome.status == Some(0) && outcome.stdout.contains("AWS_ACCESS_KEY_ID"), "{outcome}");
    assert!(outcome.stderr.contains("line 2: there is no key labels"), "{outcome}");
    write(&world, "[profile.default]\nlabel = 'PATH'\n");
    let document = world.document_after(ADA, "assume");
    let outcome = world.oktapipe(&["export"]).stdin(document).run();
    assert!(outcome.stderr.contains("PATH cannot be a label"), "{outcome}");
}

#[test]
fn tab_gives_the_names_of_profiles() {
    let world = World::new();
    write(
        &world,
        "[profile.prod]\nrole = '123456789012/Admin'\n[profile.prod-eu]\ninherit = 'prod'\n[profile.test]\n",
    );
    let complete = |words: &[&str]| world.oktapipe(&[&["complete"], words].concat()).run().succeeds().stdout;
    assert_eq!(complete(&["bash", "oktapipe", "authn", "--profile", "pr"]), "prod\nprod-eu\n");
    assert_eq!(complete(&["zsh", "oktapipe", "--profile=te"]), "--profile=test\n");
    assert_eq!(
        complete(&["fish", "oktapipe", "assume", "--profile", "prod-"]),
        "prod-eu\t123456789012/Admin\n"
    );
    // Positional too, and as what is inherited from; and what else configure takes.
    assert_eq!(complete(&["bash", "oktapipe", "doctor", "te"]), "test\n");
    assert_eq!(complete(&["bash", "oktapipe", "configure", "--inherit", "te"]), "test\n");
    assert_eq!(complete(&["bash", "oktapipe", "configure", "--unset", "strict"]), "strict-duration\n");
    fs::create_dir_all(world.home.join(".aws")).unwrap();
    fs::write(
        world.home.join(".aws/config"),
        "[default]\nregion=x\n[profile mine]\nregion=x\n[profile $(id)]\nregion=x\n",
    )
    .unwrap();
    assert_eq!(complete(&["bash", "oktapipe", "configure", "--aws-profile", ""]), "default\nmine\n");
    assert_eq!(complete(&["bash", "oktapipe", "import", "g"]), "gimme-aws-creds\n");
    write(&world, "[profile.prod]\nnope = 1\n");
    assert_eq!(complete(&["bash", "oktapipe", "authn", "--profile", ""]), "");
}
