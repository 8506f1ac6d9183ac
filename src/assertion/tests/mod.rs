mod base64;
mod refused;

use super::*;

const HEAD: &str = "<saml2p:Response Destination=\"https://signin.aws.amazon.com/saml\" ID=\"id1\" IssueInstant=\"2026-03-01T10:16:00.000Z\" Version=\"2.0\" \
    xmlns:saml2p=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\">\
    <saml2:Issuer xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">http://www.okta.com/exk1</saml2:Issuer>\
    <saml2p:Status><saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></saml2p:Status>";
const ASSERTION: &str = "<saml2:Assertion ID=\"id2\" IssueInstant=\"2026-03-01T10:15:57.000Z\" Version=\"2.0\" xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\">\
    <saml2:Issuer>http://www.okta.com/exk1</saml2:Issuer><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><!-- c --><?pi x?></ds:Signature>\
    <saml2:Subject><saml2:NameID>ada@acme.example</saml2:NameID><saml2:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
    <saml2:SubjectConfirmationData NotOnOrAfter=\"2026-03-01T10:21:00.000Z\" Recipient=\"https://signin.aws.amazon.com/saml\"/></saml2:SubjectConfirmation></saml2:Subject>\
    <saml2:Conditions NotBefore=\"2026-03-01T10:11:00.000Z\" NotOnOrAfter=\"2026-03-01T10:20:00.000Z\"><saml2:AudienceRestriction>\
    <saml2:Audience>urn:amazon:webservices</saml2:Audience></saml2:AudienceRestriction></saml2:Conditions>\
    <saml2:AuthnStatement AuthnInstant=\"2026-03-01T10:15:00.000Z\" SessionNotOnOrAfter=\"2026-03-01T12:00:00Z\"/>\
    <saml2:AttributeStatement>ATTRIBUTES</saml2:AttributeStatement></saml2:Assertion>";
const TAIL: &str = "</saml2p:Response>";
const DEV: &str = "arn:aws:iam::111122223333:role/Dev";
const OPS: &str = "arn:aws:iam::111122223333:role/Ops";
const IDP: &str = "arn:aws:iam::111122223333:saml-provider/OKTA";

fn attribute(name: &str, values: &[&str]) -> String {
    let values: String = values
        .iter()
        .map(|value| {
            format!(
                "<saml2:AttributeValue xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"xs:string\">{value}</saml2:AttributeValue>"
            )
        })
        .collect();
    format!(
        "<saml2:Attribute Name=\"https://aws.amazon.com/SAML/Attributes/{name}\">{values}</saml2:Attribute>"
    )
}

fn response(attributes: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>{HEAD}{}{TAIL}",
        ASSERTION.replace("ATTRIBUTES", attributes)
    )
}

fn dev() -> String {
    attribute("Role", &[&format!("{IDP},{DEV}")])
}

fn roles(xml: &str) -> Vec<String> {
    let assertion = parse(xml.as_bytes()).unwrap_or_else(|error| panic!("{error} in {xml}"));
    assertion.roles.iter().map(|role| format!("{} {}", role.role.path_and_name(), role.principal)).collect()
}

fn refusal(xml: &[u8]) -> (Kind, String) {
    match parse(xml) {
        Err(Error::Failed(failure)) => (failure.kind, failure.message),
        other => panic!("{other:?} in {}", String::from_utf8_lossy(xml)),
    }
}

#[test]
fn oktas_own_response_is_read() {
    let xml = response(&format!(
        "{}{}{}{}{}",
        attribute("Role", &[&format!("{IDP},{DEV}"), &format!("{IDP},{OPS}")]),
        attribute("RoleSessionName", &["ada@acme.example"]),
        attribute("SessionDuration", &["3600"]),
        attribute("SourceIdentity", &["ada"]),
        attribute("PrincipalTag:team", &["x<b/>y"])
    ));
    let out = parse(xml.as_bytes()).unwrap();
    let time = |text: &str| Some(Time { text: text.into(), epoch: crate::time::parse(text) });
    let role =
        |role| Role { role: RoleArn::parse(role).unwrap(), principal: PrincipalArn::parse(IDP).unwrap() };
    let expected = Assertion {
        roles: vec![role(DEV), role(OPS)],
        skipped: vec![],
        session_name: Some("ada@acme.example".into()),
        session_duration: Some(3600),
        source_identity: Some("ada".into()),
        issuer: Some("http://www.okta.com/exk1".into()),
        audience: Some("urn:amazon:webservices".into()),
        recipient: Some("https://signin.aws.amazon.com/saml".into()),
        destination: Some("https://signin.aws.amazon.com/saml".into()),
        subject: Some("ada@acme.example".into()),
        not_before: time("2026-03-01T10:11:00.000Z"),
        not_on_or_after: time("2026-03-01T10:20:00.000Z"),
        issue_instant: time("2026-03-01T10:15:57.000Z"),
        session_not_on_or_after: time("2026-03-01T12:00:00Z"),
        encrypted: false,
    };
    assert_eq!(out, expected);
    assert_eq!(out.issue_instant.unwrap().epoch, Some(1_772_360_157));
}

#[test]
fn every_legitimate_way_to_write_it_gives_the_same_role() {
    let base = response(&dev());
    let pair = format!("{IDP},{DEV}");
    let value = |text: &str| base.replace(&pair, text);
    let numbers: String = pair.chars().map(|c| format!("&#{};", u32::from(c))).collect();
    for xml in [
        base.clone(),
        format!("\u{feff}{base}"),
        base.replace("<?xml version=\"1.0\" encoding=\"UTF-8\"?>", ""),
        base.replace("\"UTF-8\"", "\"utf-8\"").replace("?>", " standalone='no' ?>"),
        format!("{base}\n<!-- after -->\n<?pi?>\n"),
        base.replace("<saml2p:Response", "<!-- before --><saml2p:Response"),
        value(&format!("{DEV},{IDP}")),
        value(&format!("\n   {IDP} ,\n\t{DEV}\r\n ")),
        value(&format!("<![CDATA[{pair}]]>")),
        value(&format!("<![CDATA[{IDP}]]>,<![CDATA[{DEV}]]>")),
        value(&pair.replace("role/Dev", "&#x72;ole/&#68;ev")),
        value(&numbers),
        value(&format!("{pair}</saml2:AttributeValue><saml2:AttributeValue>{pair}")),
        value(&format!("{pair}</saml2:AttributeValue><!-- c --><saml2:AttributeValue>{DEV},{IDP}")),
        base.replace("saml2:", "saml:").replace("xmlns:saml2=", "xmlns:saml=").replace("saml2p", "samlp"),
        base.replace("saml2:", "X").replace("<X", "<").replace("</X", "</").replace("xmlns:saml2=", "xmlns="),
        base.replace("saml2p:", "\u{1}").replace("saml2:", "saml2p:").replace('\u{1}', "saml2:").replace("xmlns:saml2p=", "\u{1}").replace("xmlns:saml2=", "xmlns:saml2p=").replace('\u{1}', "xmlns:saml2="),
        base.replace(" xsi:type=\"xs:string\"", ""),
        base.replace('"', "'"),
        base.replace("<saml2:Attribute Name=", "<saml2:Attribute NameFormat=\"urn:x\"\n  Name = "),
        base.replace("https://aws.amazon.com/SAML", "https&#58;//aws.amazon.com/SAML"),
        base.replace("https://aws.amazon.com/SAML", "http://www.amazonaws.cn/SAML"),
        base.replace("><", ">\n  <"),
        response(&format!("{}{}", attribute("Role", &[""]), dev())),
        response(&format!("{}{}", attribute("Role", &["  ", "broken"]), dev())),
        response(&format!("{}{}", dev(), dev())),
        response(&format!("<saml2:Attribute Name=\"x\"><saml2:AttributeValue><a>b<!-- c --></a></saml2:AttributeValue></saml2:Attribute>{}", dev())),
        response(&format!("</saml2:AttributeStatement><saml2:AttributeStatement>{}", dev())),
        base.replace("<saml2p:Status><saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></saml2p:Status>", ""),
        base.replace("<saml2:Attribute Name=\"https://aws.amazon.com/SAML/Attributes/Role\"", "<saml2:Attribute Name=\"https://aws.amazon.com/SAML/Attributes/role\"><saml2:AttributeValue>no</saml2:AttributeValue></saml2:Attribute><saml2:Attribute Name=\"https://aws.amazon.com/SAML/Attributes/Role\""),
    ] {
        assert_eq!(roles(&xml), [format!("Dev {IDP}")], "{xml}");
    }
}

#[test]
fn none_one_and_many_roles_are_read() {
    assert!(roles(&response("")).is_empty());
    let many: Vec<String> = (0..250).map(|i| format!("{IDP},arn:aws:iam::{:012}:role/R{i}", i)).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(roles(&response(&attribute("Role", &many))).len(), 250);
    let two = format!("{}{}", attribute("Role", &[&format!("{OPS},{IDP}")]), dev());
    assert_eq!(roles(&response(&two)), [format!("Ops {IDP}"), format!("Dev {IDP}")]);
}

#[test]
fn a_value_that_is_no_pair_is_skipped_and_named() {
    let xml = response(&attribute("Role", &["", "a\u{202e}b", DEV, &format!("{IDP},{DEV}")]));
    let out = parse(xml.as_bytes()).unwrap();
    assert_eq!((out.roles.len(), out.skipped), (1, vec!["(an empty value)".into(), "ab".into(), DEV.into()]));
    for (text, duration) in
        [("3600", Some(3600)), ("", None), ("+1", None), ("1h", None), ("99999999999", None)]
    {
        assert_eq!(
            parse(response(&attribute("SessionDuration", &[text])).as_bytes()).unwrap().session_duration,
            duration
        );
    }
}

#[test]
fn two_different_values_of_one_attribute_are_refused() {
    for name in ["RoleSessionName", "SessionDuration", "SourceIdentity"] {
        let value = |value: &str| attribute(name, &[value]);
        for attributes in [
            attribute(name, &["1234", "5678"]),
            attribute(name, &["", "1234", "1234 ", "5678"]),
            format!("{}{}", value("1234"), value("5678")),
            format!("{}</saml2:AttributeStatement><saml2:AttributeStatement>{}", value("x"), value("1234")),
        ] {
            let message = refusal(response(&attributes).as_bytes()).1;
            assert!(message.contains(&format!("two different values of {name}")), "{message}");
        }
        let china = value("5678").replace("https://aws.amazon.com", "http://www.amazonaws.cn");
        for again in [value("1234"), value(" 1234\n"), value(""), china.clone()] {
            // The two worlds' names are two attributes, and the first one counts.
            let turned = format!("{again}{}", value("1234"));
            let orders = [format!("{}{again}", value("1234")), turned];
            for both in orders.iter().take(if again == china { 1 } else { 2 }) {
                let out = parse(response(both).as_bytes()).unwrap();
                let read =
                    [out.session_name, out.source_identity, out.session_duration.map(|n| n.to_string())];
                assert_eq!(read.iter().flatten().collect::<Vec<_>>(), ["1234"]);
            }
        }
    }
}

#[test]
fn only_blanks_of_xml_are_dropped_around_a_value() {
    for blank in ['\u{a0}', '\u{85}', '\u{2028}', '\u{3000}'] {
        let xml =
            response(&attribute("Role", &[&format!("{IDP},{DEV}{blank}"), &format!("{blank}{IDP},{DEV}")]));
        let out = parse(xml.as_bytes()).unwrap();
        assert_eq!((out.roles.len(), out.skipped.len()), (0, 2), "{blank:?}");
    }
}

#[test]
fn the_times_that_bind_are_told() {
    let of = |from: &str, to: &str| parse(response("").replace(from, to).as_bytes()).unwrap();
    assert_eq!(of("10:21:00.000Z", "10:19:00Z").not_on_or_after.unwrap().text, "2026-03-01T10:19:00Z");
    assert_eq!(
        of("2026-03-01T10:20:00.000Z", "soon").not_on_or_after.unwrap().text,
        "2026-03-01T10:21:00.000Z"
    );
    assert_eq!(
        of(" NotOnOrAfter=\"2026-03-01T10:20:00.000Z\"", "").not_on_or_after.unwrap().epoch,
        Some(1_772_360_460)
    );
    for text in
        ["2026-13-01T00:00:00Z", "10000-01-01T00:00:00Z", "2026-03-01T10:15:57", "2026-06-30T23:59:61Z", ""]
    {
        let time = of("2026-03-01T10:15:57.000Z", text).issue_instant.unwrap();
        assert_eq!((time.text.as_str(), time.epoch), (text, None));
    }
}

#[test]
fn an_encrypted_assertion_is_told_and_nothing_else_of_it() {
    let encrypted = "<saml2:EncryptedAssertion xmlns:saml2=\"urn:oasis:names:tc:SAML:2.0:assertion\"><x/></saml2:EncryptedAssertion>";
    let out = parse(format!("{HEAD}{encrypted}{TAIL}").as_bytes()).unwrap();
    assert!(out.encrypted && out.roles.is_empty());
    assert_eq!(out.issuer.as_deref(), Some("http://www.okta.com/exk1"));
    assert_eq!(out.destination.as_deref(), Some("https://signin.aws.amazon.com/saml"));
    assert!(refusal(format!("{HEAD}{encrypted}{encrypted}{TAIL}").as_bytes()).1.contains("more than one"));
    assert!(refusal(format!("{HEAD}{encrypted}{ASSERTION}{TAIL}").as_bytes()).1.contains("two assertions"));
}

#[test]
fn a_response_is_told_from_a_page() {
    for (text, expected) in [
        (response("").as_str(), true),
        ("<Response>", true),
        ("\u{feff} \n<p:Response\nx=''", true),
        ("<Response/>", true),
        ("<!-- a --><?b?><Response>", true),
        ("<!DOCTYPE x [<!ENTITY e \"f\">]><p:Response>", true),
        ("<!-- > <html> --><Response>", true),
        ("<?><Response>", true),
        ("<!-- > <Response> --><html>", false),
        ("<!DOCTYPE html><html><Response>", false),
        ("<html>", false),
        ("<!-- <Response> -->", false),
        ("<!-- <Response>", false),
        ("<Responses>", false),
        ("<response>", false),
        ("<", false),
        ("", false),
        ("UmVzcG9uc2U=", false),
        ("{}", false),
    ] {
        assert_eq!(is_response(text.as_bytes()), expected, "{text}");
    }
}
