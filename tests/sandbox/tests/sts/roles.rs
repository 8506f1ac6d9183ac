//! The role: whether the assertion has it, for how long, with which policy, and how often.

use crate::support::{Browser, assume, lacks};
use crate::{DEV, PROVIDER, refused, sandbox};

const OPS: &str = "arn:aws:iam::111122223333:role/Ops";
const DENIED: &str = "arn:aws:iam::111122223333:role/Denied";

#[test]
fn roles_are_given_as_the_assertion_and_the_role_allow() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "roles");
    let assertion = sandbox.assertion("quote").unwrap();
    let ask = |role: &str, provider: &str, more: &[(&str, &str)]| {
        assume(&browser, role, provider, &assertion, more)
    };

    let message = "SAML Assertion doesn't contain the requested Role and Metadata in the attributes";
    let audit = "arn:aws:iam::444455556666:role/Audit";
    refused(&ask(audit, PROVIDER, &[]), 400, "InvalidIdentityToken", message);
    let other_account = "arn:aws:iam::444455556666:saml-provider/OKTA";
    refused(&ask(DEV, other_account, &[]), 400, "InvalidIdentityToken", message);
    refused(&ask(PROVIDER, DEV, &[]), 400, "ValidationError", "Request ARN is invalid");
    let missing = "arn:aws:iam::111122223333:saml-provider/Okta";
    refused(
        &ask(DEV, missing, &[]),
        400,
        "InvalidIdentityToken",
        "Specified provider doesn't exist (Service",
    );
    let foreign = "arn:aws:iam::111122223333:saml-provider/OTHER";
    refused(&ask(DEV, foreign, &[]), 400, "InvalidIdentityToken", "Issuer not present in specified provider");
    refused(
        &ask(DENIED, PROVIDER, &[]),
        403,
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithSAML",
    );

    let exceeds = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    refused(&ask(OPS, PROVIDER, &[("DurationSeconds", "3601")]), 400, "ValidationError", exceeds);
    assert_eq!(ask(DEV, PROVIDER, &[("DurationSeconds", "43200")]).status, 200);
    for seconds in ["899", "43201"] {
        let got = ask(DEV, PROVIDER, &[("DurationSeconds", seconds)]);
        refused(
            &got,
            400,
            "ValidationError",
            &format!("1 validation error detected: Value '{seconds}' at 'durationSeconds'"),
        );
    }
    let policy = |text: &str| ask(DEV, PROVIDER, &[("Policy", text)]);
    refused(&policy("{"), 400, "MalformedPolicyDocument", "");
    assert_eq!(policy(r#"{"Version":"2012-10-17","Statement":[]}"#).status, 200);
    let many: Vec<String> = (1..=11).map(|number| format!("PolicyArns.member.{number}.arn")).collect();
    let many: Vec<(&str, &str)> =
        many.iter().map(|name| (name.as_str(), "arn:aws:iam::aws:policy/ReadOnlyAccess")).collect();
    assert_eq!(ask(DEV, PROVIDER, &many[..10]).status, 200);
    assert_eq!(ask(DEV, PROVIDER, &many).status, 400);
}

#[test]
fn a_crowd_of_roles_fits_just_below_the_limit() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "crowd");
    let assertion = sandbox.assertion("crowd").unwrap();
    assert!((99_900..100_000).contains(&assertion.len()), "{}", assertion.len());
    let user = sandbox.users().iter().find(|user| user.short_name() == "crowd").unwrap();
    assert_eq!(user.roles().len(), 250);
    let ask = |name: &str| {
        let role = user.roles().iter().find(|role| role.arn.ends_with(name)).unwrap();
        assume(&browser, &role.arn, &role.provider, &assertion, &[])
    };
    assert_eq!(ask("/Crowd-000-PlatformEngineering").status, 200);
    refused(&ask("/Crowd-Refused"), 403, "AccessDenied", "Not authorized");
    refused(&ask("/Crowd-Throttled"), 400, "Throttling", "Rate exceeded");
    assert_eq!(ask("/Crowd-Throttled").status, 200);
    sandbox.throttle("Crowd-001-PlatformEngineering", 2);
    let statuses = [0; 3].map(|_| ask("/Crowd-001-PlatformEngineering").status);
    assert_eq!(statuses, [400, 400, 200]);
    assert_eq!(ask("/Crowd-002-PlatformEngineering").status, 200);
}
