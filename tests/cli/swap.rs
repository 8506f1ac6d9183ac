//! Any stage can be swapped: the pipe of seven, each step either our stage or the shell commands of the published recipe (`recipe.sh`),
//! with the real curl, jq, sed, recode, base64, xq, awk and aws, for a person with an authenticator app and several roles.
//!
//! `cargo test` takes 16 of the 128 mixtures: both ends, one step of the recipe among our stages, one stage of ours among its steps.
//! `OKTAPIPE_FULL=1` takes all of them, in bash and in dash, and has the AWS CLI say each time whom the variables belong to.

use crate::harness::{Case, World, has_all};
use std::time::Instant;

const LOGIN: &str = "grace@acme.example";
/// Her first role.
const ARN: &str = "arn:aws:sts::111122223333:assumed-role/Dev/grace@acme.example";

/// Our stage, the recipe's step, and where its request goes (service and beginning of the path), which tells who made it.
struct Step {
    ours: &'static str,
    recipe: &'static str,
    request: Option<(&'static str, &'static str)>,
}

const fn step(
    ours: &'static str,
    recipe: &'static str,
    request: Option<(&'static str, &'static str)>,
) -> Step {
    Step { ours, recipe, request }
}

const STEPS: [Step; 7] = [
    step("oktapipe authn", "recipe_authn", Some(("okta", "/api/v1/authn"))),
    step("oktapipe factor-verify", "recipe_factor_verify", Some(("okta", "/api/v1/authn/factors/"))),
    step("oktapipe session", "recipe_session", Some(("okta", "/api/v1/sessions"))),
    step("oktapipe saml-fetch", "recipe_saml_fetch", Some(("okta", "/app/"))),
    step("oktapipe saml-roles --first", "recipe_saml_roles", None),
    step("oktapipe assume", "recipe_assume", Some(("sts", "/"))),
    step("oktapipe export", "recipe_export", None),
];

const ALL: u8 = 127;

/// Whether the step is the recipe's in a mixture, which has a bit for each step.
fn is_recipe(mixture: u8, step: usize) -> bool {
    mixture & (1 << step) != 0
}

fn pipe(mixture: u8) -> String {
    let steps = STEPS.iter().enumerate();
    let steps = steps.map(|(at, step)| if is_recipe(mixture, at) { step.recipe } else { step.ours });
    steps.collect::<Vec<_>>().join(" | ")
}

fn tools() -> bool {
    has_all(&["bash", "dash", "curl", "jq", "sed", "recode", "base64", "xq", "awk", "aws"])
}

fn is_full() -> bool {
    std::env::var("OKTAPIPE_FULL").is_ok_and(|value| value == "1")
}

/// A script that has the recipe's steps at hand.
fn script(world: &World, shell: &str, script: &str) -> Case {
    let recipe = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cli/recipe.sh");
    world
        .shell(shell, &format!(". '{recipe}'\n{script}"))
        .env("OKTA_USERNAME", LOGIN)
        .env("OKTA_PASSWORD", world.password(LOGIN))
        .env("MFA_CODE", &world.sandbox.totp(LOGIN, "GOOGLE").unwrap())
}

/// Whom the variables belong to, by the program that the recipe ends with.
const BY_AWS: &str = "aws sts get-caller-identity --output json";
/// The same question by a third program, which starts faster than either.
const BY_CURL: &str = r#"curl -sS --aws-sigv4 aws:amz:us-east-1:sts --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
  -H "X-Amz-Security-Token: $AWS_SESSION_TOKEN" -d 'Action=GetCallerIdentity&Version=2011-06-15' "$AWS_ENDPOINT_URL_STS""#;

/// Runs a mixture in a sandbox of its own, since codes are good once.
#[track_caller]
fn ends_in_an_identity(shell: &str, mixture: u8, identity: &str) {
    let world = World::new();
    let pipe = pipe(mixture);
    let outcome = script(&world, shell, &format!("eval \"$({pipe})\" &&\n{identity}")).run();
    assert!(
        outcome.status == Some(0) && outcome.stderr.is_empty() && outcome.stdout.contains(ARN),
        "{shell}: {pipe}: {outcome}"
    );
    // Each request was made by the program that the mixture names: a mixture is what it says.
    let log = world.sandbox.log();
    for (at, step) in STEPS.iter().enumerate() {
        let Some((service, path)) = step.request else { continue };
        let request = log.iter().find(|request| request.service == service && request.path.starts_with(path));
        let agent = request.and_then(|request| request.header("user-agent")).unwrap_or_default();
        let foreign = agent.starts_with("curl/") || agent.starts_with("aws-cli/");
        assert!(foreign == is_recipe(mixture, at) && !agent.is_empty(), "{shell}: {pipe}: {path}: {agent}");
    }
    assert!(world.sandbox.unspent_session_tokens().is_empty(), "{pipe}");
}

/// The mixtures of this run, in this shell: one of the single swaps is tried in one shell only.
fn mixtures(shell: &str) -> Vec<u8> {
    if is_full() {
        return (0..=ALL).collect();
    }
    let other = usize::from(shell == "dash");
    let single = (0..7).flat_map(|step| [(step, 1 << step), (step + 1, ALL ^ (1 << step))]);
    let single = single.filter(|(turn, _)| turn % 2 == other).map(|(_, mixture)| mixture);
    [0, ALL].into_iter().chain(single).collect()
}

fn swap_in(shell: &str) {
    if !tools() {
        return;
    }
    let start = Instant::now();
    let mixtures = mixtures(shell);
    for mixture in &mixtures {
        let end = *mixture == 0 || *mixture == ALL;
        ends_in_an_identity(shell, *mixture, if is_full() || end { BY_AWS } else { BY_CURL });
    }
    eprintln!("{} mixtures in {shell}: {:.1} s", mixtures.len(), start.elapsed().as_secs_f64());
}

#[test]
fn any_mixture_of_our_stages_and_the_recipes_steps_ends_in_an_identity_in_bash() {
    swap_in("bash");
}

#[test]
fn any_mixture_of_our_stages_and_the_recipes_steps_ends_in_an_identity_in_dash() {
    swap_in("dash");
}

/// What the recipe's step does then is its own affair (it looks at no status); what our export at the end says is ours.
#[test]
fn after_a_wrong_password_no_mixture_that_ends_in_our_export_sets_a_variable() {
    if !tools() {
        return;
    }
    let ours_last = 0..64;
    let mixtures: Vec<u8> = if is_full() { ours_last.collect() } else { vec![0, 1, 2, 4, 8, 16, 32, 62, 63] };
    for (turn, mixture) in mixtures.into_iter().enumerate() {
        let shell = ["bash", "dash"][turn % 2];
        let world = World::new();
        let pipe = pipe(mixture);
        let text = format!("eval \"$({pipe})\"\necho \"$? ${{AWS_ACCESS_KEY_ID-unset}}\"");
        let outcome = script(&world, shell, &text).env("OKTA_PASSWORD", "wrong").run();
        let (status, variable) = outcome.stdout.trim_end().split_once(' ').unwrap();
        assert!(status != "0" && variable == "unset", "{shell}: {pipe}: {outcome}");
        assert!(outcome.stdout.lines().count() == 1, "{shell}: {pipe}: {outcome}");
    }
}

/// curl exits with 0 whatever the service answers, so the first stage of ours behind it is the one that can tell.
#[test]
fn what_a_step_of_the_recipe_was_refused_is_told_by_our_next_stage() {
    if !tools() {
        return;
    }
    for (variable, value, pipe, status, kind) in [
        ("OKTA_PASSWORD", "wrong", "recipe_authn | oktapipe factor-verify", 77, "authentication_failed"),
        ("OKTA_PASSWORD", "wrong", "recipe_authn | oktapipe session", 77, "authentication_failed"),
        (
            "MFA_CODE",
            "000000",
            "recipe_authn | recipe_factor_verify | oktapipe session",
            77,
            "passcode_wrong",
        ),
        (
            "OKTA_APP_ID",
            "0oanothing00example0",
            "recipe_authn | recipe_factor_verify | recipe_session | recipe_saml_fetch | oktapipe saml-roles",
            76,
            "protocol",
        ),
        (
            "AWS_ENDPOINT_URL_STS",
            "https://localhost:1",
            "recipe_authn | recipe_factor_verify | recipe_session | recipe_saml_fetch | recipe_saml_roles | oktapipe assume",
            69,
            "network",
        ),
    ] {
        script(&World::new(), "bash", pipe).env(variable, value).run().fails(status, kind);
        let pipe = format!("{pipe} | oktapipe export --format json");
        let outcome = script(&World::new(), "dash", &pipe).env(variable, value).run();
        assert!(outcome.status == Some(status) && outcome.stdout.is_empty(), "{pipe}: {outcome}");
        assert!(outcome.stderr.lines().count() == 1, "{pipe}: {outcome}");
    }
}

#[test]
fn a_step_of_the_recipe_that_printed_nothing_is_no_document_for_our_next_stage() {
    if !tools() {
        return;
    }
    let world = World::new();
    // The AWS CLI prints nothing on stdout when it fails.
    let text =
        "eval \"$(printf '{}' | recipe_assume | oktapipe export)\"\necho \"$? ${AWS_ACCESS_KEY_ID-unset}\"";
    let outcome = script(&world, "dash", text).run();
    assert_eq!(outcome.stdout, "66 unset\n", "{outcome}");
    assert!(
        outcome.stderr.contains("oktapipe export: stdin is empty; did the stage before fail?"),
        "{outcome}"
    );
}
