//! The assertion: its signatures, its age, and the dresses that it comes in.

use crate::support::{Browser, assume, encoded, lacks, xml};
use crate::{DEV, PROVIDER, refused, sandbox};
use oktapipe_sandbox::{Sandbox, Switch};
use std::process::Command;
use std::time::Duration;

/// What xmlsec1 says to the signature at a place in a document; `None` if there is no xmlsec1 and need not be.
fn xmlsec1(sandbox: &Sandbox, document: &str, element: &str, place: &str) -> Option<bool> {
    let folder = sandbox.ca_file().parent().unwrap();
    let (certificate, file) = (folder.join("idp.pem"), folder.join("assertion.xml"));
    std::fs::write(&certificate, sandbox.idp_certificate()).unwrap();
    std::fs::write(&file, document).unwrap();
    let output = Command::new("xmlsec1")
        .args(["--verify", "--enabled-key-data", "x509,rsa", "--id-attr:ID", element])
        .args(["--node-xpath", place, "--pubkey-cert-pem"])
        .args([&certificate, &file])
        .output();
    match output {
        Ok(output) => Some(output.status.success()),
        Err(error) => {
            assert!(lacks(&["xmlsec1"]), "xmlsec1: {error}");
            None
        }
    }
}

#[test]
fn both_signatures_satisfy_xmlsec1_and_cover_everything() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let response = (
        "urn:oasis:names:tc:SAML:2.0:protocol:Response",
        "/*[local-name()='Response']/*[local-name()='Signature']",
    );
    let assertion = (
        "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
        "//*[local-name()='Assertion']/*[local-name()='Signature']",
    );
    let shapes = [
        ("ada", &[][..], "<saml2p:Response "),
        ("noroles", &[], "<saml2:Attribute "),
        ("many", &[], "<ds:Signature "),
        ("china", &[Switch::OtherPrefixes], "<samlp:Response "),
        ("crowd", &[Switch::OtherPrefixes, Switch::RoleBeforeProvider], "<dsig:Signature "),
        ("ada", &[Switch::NoPrefixes, Switch::AttributesReversed], "<Response "),
    ];
    for (login, switches, shape) in shapes {
        let sandbox = self::sandbox();
        switches.iter().for_each(|switch| sandbox.set(*switch));
        let document = xml(&sandbox.assertion(login).unwrap());
        assert!(document.contains(shape), "{document}");
        let changed = document.replace("AttributeValue ", "AttributeValue  ").replace("@acme", "@evil");
        for (element, place) in [response, assertion] {
            let Some(verified) = xmlsec1(&sandbox, &document, element, place) else { return };
            assert!(verified, "{login} {element}");
            assert_eq!(xmlsec1(&sandbox, &changed, element, place), Some(false), "{login} {element}");
        }
    }
}

#[test]
fn an_assertion_is_taken_as_it_is_or_not_at_all() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "assertion");
    let assertion = sandbox.assertion("quote").unwrap();
    let with = |assertion: &str| assume(&browser, DEV, PROVIDER, assertion, &[]);
    assert_eq!(with(&assertion).status, 200);
    assert_eq!(with(&assertion).status, 200, "an assertion may be redeemed more than once");

    let invalid =
        |assertion: &str, message: &str| refused(&with(assertion), 400, "InvalidIdentityToken", message);
    invalid(
        &assertion.replace('+', "&#x2b;"),
        "Invalid base64 SAMLResponse (Service: AWSOpenIdDiscoveryService",
    );
    invalid(&assertion.replacen('+', " ", 1), "Invalid base64 SAMLResponse");
    let (line, rest) = assertion.split_at(76);
    invalid(&format!("{line}\n{rest}"), "Invalid base64 SAMLResponse");
    assert_eq!(with(&format!("{assertion}\n")).status, 200, "a final line break passes");
    invalid(&encoded("no xml"), "Invalid SAMLResponse");
    let document = xml(&assertion);
    for (part, other) in [
        ("role/Dev<", "role/God<"),
        ("Version=\"2.0\"><saml2:Issuer", "Version=\"2.0\" ><saml2:Issuer"),
        ("Success\"></saml2p:StatusCode>", "Success\"/>"),
        ("rsa-sha256", "rsa-sha1"),
    ] {
        assert!(document.contains(part));
        invalid(&encoded(&document.replace(part, other)), "Response signature invalid (Service: AWSOpenId");
    }
    let too_long = with(&"A".repeat(100_004));
    refused(&too_long, 400, "ValidationError", "1 validation error detected: Value at 'sAMLAssertion'");

    sandbox.advance(Duration::from_secs(4 * 60));
    assert_eq!(with(&assertion).status, 200);
    sandbox.advance(Duration::from_secs(60));
    let message = "Token must be redeemed within 5 minutes of issuance";
    refused(&with(&assertion), 400, "ExpiredTokenException", message);
}

#[test]
fn an_assertion_in_another_dress_is_taken_too() {
    if lacks(&["curl"]) {
        return;
    }
    let plain = xml(&sandbox().assertion("quote").unwrap());
    for switch in
        [Switch::OtherPrefixes, Switch::NoPrefixes, Switch::RoleBeforeProvider, Switch::AttributesReversed]
    {
        let sandbox = sandbox();
        sandbox.set(switch);
        let browser = Browser::new(&sandbox, "dress");
        let assertion = sandbox.assertion("quote").unwrap();
        assert_eq!(assume(&browser, DEV, PROVIDER, &assertion, &[]).status, 200, "{switch:?}");
        let document = xml(&assertion);
        let pair = |document: &str| document.contains(&format!("{DEV},{PROVIDER}"));
        assert_eq!((pair(&document), pair(&plain)), (switch == Switch::RoleBeforeProvider, false));
        let changed = document.replace("role/Dev", "role/Ops");
        let refused_now = assume(&browser, DEV, PROVIDER, &encoded(&changed), &[]);
        refused(&refused_now, 400, "InvalidIdentityToken", "Response signature invalid");
    }
}
