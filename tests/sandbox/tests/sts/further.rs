//! AssumeRole: on from one role to the next.

use crate::support::{aws, lacks};
use crate::{DEV, PROVIDER, sandbox};
use oktapipe_sandbox::Sandbox;
use serde_json::Value;
use std::time::Duration;

/// What the AWS CLI gets for a further role, with keys as it printed them.
fn further(sandbox: &Sandbox, keys: &Value, arguments: &[&str]) -> Result<Value, String> {
    let at = |name: &str| keys.pointer(&format!("/Credentials/{name}")).and_then(Value::as_str).unwrap();
    let variables = [
        ("AWS_ACCESS_KEY_ID", at("AccessKeyId")),
        ("AWS_SECRET_ACCESS_KEY", at("SecretAccessKey")),
        ("AWS_SESSION_TOKEN", at("SessionToken")),
    ];
    let call = ["sts", "assume-role", "--output", "json", "--role-session-name", "ada", "--role-arn"];
    let (worked, output) = aws(sandbox, &[&call, arguments].concat(), &variables);
    if worked { Ok(serde_json::from_str(&output).unwrap()) } else { Err(output) }
}

#[test]
fn a_further_role_is_given_to_whom_its_trust_policy_names() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let sandbox = sandbox();
    let assertion = sandbox.assertion("ada").unwrap();
    let dev =
        ["sts", "assume-role-with-saml", "--output", "json", "--principal-arn", PROVIDER, "--role-arn", DEV];
    let (worked, output) = aws(&sandbox, &[&dev[..], &["--saml-assertion", &assertion]].concat(), &[]);
    assert!(worked, "{output}");
    let dev: Value = serde_json::from_str(&output).unwrap();
    let (deployer, partner) =
        ("arn:aws:iam::444455556666:role/chain/Deployer", "arn:aws:iam::999900001111:role/Partner");
    let marked = [deployer, "--tags", "Key=a,Value=b", "--transitive-tag-keys", "a"];
    let second = further(&sandbox, &dev, &marked).unwrap();
    assert_eq!(second["AssumedRoleUser"]["Arn"], "arn:aws:sts::444455556666:assumed-role/Deployer/ada");
    let refused = |keys: &Value, arguments: &[&str], words: &str| {
        let said = further(&sandbox, keys, arguments).unwrap_err();
        assert!(said.contains(words), "{words}: {said}");
    };
    refused(
        &dev,
        &[partner, "--external-id", "acme/42"],
        "is not authorized to perform: sts:AssumeRole on resource",
    );
    refused(&second, &[partner], "(AccessDenied)");
    refused(&second, &[partner, "--external-id", "acme/41"], "(AccessDenied)");
    refused(&second, &[partner, "--external-id", "acme/42", "--tags", "Key=A,Value=c"], "transitive tag");
    refused(
        &dev,
        &[deployer, "--duration-seconds", "3601"],
        "1 hour session limit for roles assumed by role chaining",
    );
    refused(
        &dev,
        &["arn:aws:iam::444455556666:role/Plain", "--source-identity", "ada"],
        "sts:SetSourceIdentity",
    );
    refused(&dev, &[deployer, "--tags", "Key=a!,Value=b"], "tags.1.member.key");
    assert!(further(&sandbox, &second, &[partner, "--external-id", "acme/42"]).is_ok());
    let mut forged = dev.clone();
    forged["Credentials"]["SecretAccessKey"] = "forged".into();
    refused(&forged, &[deployer], "SignatureDoesNotMatch");
    sandbox.advance(Duration::from_secs(3601));
    refused(&dev, &[deployer], "ExpiredToken");
}
