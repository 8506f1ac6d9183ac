//! `import`: example configurations of the three peers, made by us in the forms that they document, are taken over, and the same login works.

use crate::harness::{Case, World};
use serde_json::Value;
use std::fs;

const ADA: &str = "ada@acme.example";

fn put(world: &World, name: &str, text: &str) {
    let path = world.home.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn ours(world: &World) -> String {
    fs::read_to_string(world.home.join(".config/oktapipe/config.toml")).unwrap_or_default()
}

/// A peer's file for ada's login at the sandbox.
fn example(world: &World, tool: &str) -> (&'static str, String) {
    let (org, app, role) =
        (world.sandbox.org(), world.sandbox.app_link(), "arn:aws:iam::111122223333:role/Dev");
    match tool {
        "saml2aws" => (
            ".saml2aws",
            format!(
                "[default]\nname = default\napp_id = \nurl = {app}\nusername = {ADA}\nprovider = Okta\nmfa = Auto\nskip_verify = false\n\
                 timeout = 0\naws_urn = urn:amazon:webservices\naws_session_duration = 7200\naws_profile = saml\nrole_arn = {role}\nregion = eu-west-1\n"
            ),
        ),
        "gimme-aws-creds" => (
            ".okta_aws_login_config",
            format!(
                "[DEFAULT]\nokta_org_url = {org}\ngimme_creds_server = appurl\napp_url = {app}\nokta_username = {ADA}\naws_rolename = {role}\n\
                 write_aws_creds = False\ncred_profile = role\naws_default_duration = 7200\nremember_device = n\noutput_format = json\n"
            ),
        ),
        _ => (
            ".okta/okta.yaml",
            format!(
                "---\nawscli:\n  idps:\n    \"arn:aws:iam::111122223333:saml-provider/OKTA\": \"Data Production\"\n  profiles:\n    default:\n      \
                 oidc-client-id: \"0oaOAuth\"\n      org-domain: \"{org}\"\n      aws-acct-fed-app-id: \"{}\"\n      aws-iam-role: \"{role}\"\n      \
                 aws-session-duration: 7200\n      username: {ADA}\n",
                world.sandbox.environment().into_iter().find(|(name, _)| name == "OKTA_APP_ID").unwrap().1
            ),
        ),
    }
}

/// A stage with nothing but what the profile says, and the password.
fn stage(world: &World, arguments: &[&str]) -> Case {
    let case = world.oktapipe(arguments).without("OKTA_ORG").without("OKTA_APP_ID");
    case.env("OKTA_PASSWORD", world.password(ADA))
}

#[test]
fn each_peers_settings_are_taken_over_and_the_same_login_works() {
    for tool in ["saml2aws", "gimme-aws-creds", "okta-aws-cli"] {
        let world = World::new();
        let (file, text) = example(&world, tool);
        put(&world, file, &text);
        let outcome = world.oktapipe(&["import", tool]).run();
        let told: Value =
            serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{error}: {outcome}"));
        assert_eq!(told["Profiles"], serde_json::json!(["default"]), "{outcome}");
        // Each setting that was left is told on stderr and in the document.
        let left = told["NotTaken"].as_array().unwrap();
        assert_eq!(left.len(), outcome.stderr.lines().count(), "{outcome}");
        assert_eq!(left.len(), 1, "{outcome}");
        let mut document = stage(&world, &["authn"]).run().succeeds().stdout;
        for name in ["session", "saml-fetch", "saml-roles", "assume"] {
            document = stage(&world, &[name]).stdin(&document).run().succeeds().stdout;
        }
        let credentials: Value = serde_json::from_str(&document).unwrap();
        assert!(credentials["AssumedRoleUser"]["Arn"].as_str().unwrap().contains("/Dev/"), "{tool}");
        let asked = world
            .sandbox
            .log()
            .into_iter()
            .find(|request| request.body.contains("AssumeRoleWithSAML"))
            .unwrap();
        assert!(asked.body.contains("DurationSeconds=7200"), "{tool}");
    }
}

#[test]
fn a_dry_run_prints_what_would_be_written_and_writes_nothing() {
    let world = World::new();
    put(&world, ".saml2aws", "[work]\nurl = https://acme.okta.com\nprovider = Okta\nusername = ada\n");
    let shown = world.oktapipe(&["import", "saml2aws", "--dry-run"]).run().succeeds().stdout;
    assert!(
        shown.ends_with("[profile.work]\norg = \"https://acme.okta.com\"\nusername = \"ada\"\n"),
        "{shown}"
    );
    assert_eq!(ours(&world), "");
    put(
        &world,
        "labels.yaml",
        "awscli:\n  idps:\n    \"arn:aws:iam::111122223333:saml-provider/OKTA\": Prod\n",
    );
    let shown = world
        .oktapipe(&["import", "okta-aws-cli", "--file", "labels.yaml", "--dry-run"])
        .run()
        .succeeds()
        .stdout;
    assert!(shown.ends_with("[aliases]\n111122223333 = \"Prod\"\n"), "{shown}");
}

#[test]
fn profiles_that_are_there_stay_unless_they_are_to_be_replaced() {
    let world = World::new();
    put(
        &world,
        ".saml2aws",
        "[a]\nurl = https://new.okta.com\nprovider = Okta\n[b]\nurl = https://b.okta.com\nprovider = Okta\n",
    );
    put(
        &world,
        ".config/oktapipe/config.toml",
        "# mine\n[profile.a]\norg = 'old' # why\nregion = 'eu-west-1'\n",
    );
    let outcome = world.oktapipe(&["import", "saml2aws"]).run();
    assert!(outcome.stderr.contains("a: not taken over: there is such a profile already"), "{outcome}");
    assert_eq!(outcome.json()["Profiles"], serde_json::json!(["b"]));
    assert_eq!(
        ours(&world),
        "# mine\n[profile.a]\norg = 'old' # why\nregion = 'eu-west-1'\n\n[profile.b]\norg = \"https://b.okta.com\"\n"
    );
    world.oktapipe(&["import", "saml2aws", "--overwrite"]).run().succeeds();
    assert!(
        ours(&world).starts_with("# mine\n[profile.a]\norg = \"https://new.okta.com\"\n\n[profile.b]"),
        "{}",
        ours(&world)
    );
}

#[test]
fn the_places_are_those_of_the_peer_or_the_file_that_is_named() {
    let world = World::new();
    let profiles = |case: Case| case.run().json()["Profiles"].clone();
    put(&world, "other", "[s]\nurl = https://a.okta.com\nprovider = Okta\n");
    let case = world.oktapipe(&["import", "saml2aws"]).env("SAML2AWS_CONFIGFILE", "other");
    assert_eq!(profiles(case), serde_json::json!(["s"]));
    put(&world, "gimme", "[g]\nokta_org_url = https://a.okta.com\n");
    let case = world.oktapipe(&["import", "gimme-aws-creds"]).env("OKTA_CONFIG", "gimme");
    assert_eq!(profiles(case), serde_json::json!(["g"]));
    assert_eq!(
        profiles(world.oktapipe(&["import", "saml2aws", "--overwrite", "--file", "other"])),
        serde_json::json!(["s"])
    );
    // Its variables, in the environment and in .env, are one profile: what is set outweighs the file, as it does there.
    put(
        &world,
        ".env",
        "OKTA_AWSCLI_ORG_DOMAIN=env.okta.com\nOKTA_AWSCLI_USERNAME=ada\nOKTA_AWSCLI_PROFILE=dot\n",
    );
    let case = world.oktapipe(&["import", "okta-aws-cli"]).env("OKTA_AWSCLI_ORG_DOMAIN", "a.okta.com");
    assert_eq!(profiles(case), serde_json::json!(["dot"]));
    let ours = ours(&world);
    assert!(ours.contains("[profile.dot]\norg = \"https://a.okta.com\"\nusername = \"ada\""), "{ours}");
}

#[test]
fn a_file_with_nothing_of_the_tool_in_it_is_an_error_and_nothing_is_written() {
    let world = World::new();
    put(&world, "other", "root:x:0:0:root:/root:/bin/bash\n");
    for tool in ["saml2aws", "gimme-aws-creds", "okta-aws-cli"] {
        let outcome = world.oktapipe(&["import", tool, "--file", "other"]).run();
        assert!(outcome.stderr.contains(&format!("there is nothing of {tool} in other")), "{outcome}");
        outcome.fails(78, "config");
    }
    assert_eq!(ours(&world), "");
}

#[test]
fn what_every_profile_has_and_none_can_take_over_is_told_in_one_line() {
    let world = World::new();
    let sections: String = (1..=5).map(|n| format!("[p{n}]\naws_default_duration = 900\n")).collect();
    let text = format!("[DEFAULT]\nokta_org_url = https://a.okta.com\ndevice_token = CANARY\n{sections}");
    put(&world, ".okta_aws_login_config", &text);
    let outcome = world.oktapipe(&["import", "gimme-aws-creds"]).run();
    assert_eq!(outcome.status, Some(0), "{outcome}");
    let told: Vec<&str> = outcome.stderr.lines().collect();
    assert_eq!(told.len(), 1, "{outcome}");
    assert!(told[0].contains("default, p1, p2 and 3 more: device_token not taken over"), "{outcome}");
    // The document has each for itself.
    assert_eq!(outcome.json()["NotTaken"].as_array().unwrap().len(), 6, "{outcome}");
}

#[test]
fn what_is_not_there_or_not_understood_is_an_error_and_no_secret_is_told() {
    let world = World::new();
    let outcome = world.oktapipe(&["import", "saml2aws"]).run();
    assert!(outcome.stderr.contains("there is nothing of saml2aws to take over: no "), "{outcome}");
    outcome.fails(78, "config");
    put(&world, ".okta/okta.yaml", "awscli:\n  profiles:\n    a: [CANARY]\n");
    let outcome = world.oktapipe(&["import", "okta-aws-cli"]).run();
    assert!(outcome.stderr.contains("okta.yaml line 3 is not of the YAML"), "{outcome}");
    outcome.fails(78, "config");
    put(
        &world,
        ".okta/okta.yaml",
        "awscli:\n  profiles:\n    a:\n      org-domain: a.okta.com\n      password: CANARY\n      private-key: CANARY\n",
    );
    let outcome = world.oktapipe(&["import", "okta-aws-cli"]).run();
    assert!(
        outcome.stderr.contains("a: password not taken over: no password stands in the file"),
        "{outcome}"
    );
    assert!(!outcome.stdout.contains("CANARY") && !ours(&world).contains("CANARY"), "{outcome}");
    world.oktapipe(&["import", "aws-vault"]).run().fails(2, "usage");
}
