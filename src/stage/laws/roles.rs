//! Laws of roles and keys: what `saml-roles` prints `assume` takes, whatever the login, and what `export` prints says what came.

use super::*;

fn kind(words: &[&str], input: &[u8]) -> Option<Kind> {
    run(words, input).unwrap_err().kind()
}

/// A role of an account and a name.
fn role(role: &(u64, String)) -> (String, String) {
    (
        format!("arn:aws:iam::{:012}:role/{}", role.0, role.1),
        format!("arn:aws:iam::{:012}:saml-provider/OKTA", role.0),
    )
}

fn response(roles: &[(u64, String)]) -> Encoded {
    let value = |pair: &(u64, String)| {
        let (role, provider) = role(pair);
        format!(
            "<AttributeValue>{provider},{}</AttributeValue>",
            role.replace('&', "&amp;").replace('<', "&lt;")
        )
    };
    let values: String = roles.iter().map(value).collect();
    let xml = format!(
        "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'><Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'><AttributeStatement>\
         <Attribute Name='https://aws.amazon.com/SAML/Attributes/Role'>{values}</Attribute></AttributeStatement></Assertion></p:Response>"
    );
    Encoded::from_xml(xml.as_bytes()).unwrap()
}

fn roles() -> impl Strategy<Value = Vec<(u64, String)>> {
    prop::collection::btree_set(
        (0..1_000_000_000_000_u64, "([a-z&<;]{1,5}/){0,2}[A-Za-z0-9_+=,.@-]{1,20}"),
        1..6,
    )
    .prop_map(|roles| roles.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_saml_roles_prints_assume_takes(roles in roles(), pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let encoded = response(&roles);
        let form = json!({"SAMLResponse": encoded.base64(), "RelayState": "", "_oktapipe": {"v": 1, "cookies": {"sid": "CANARY"}}}).to_string();
        let wanted = role(&roles[pick.index(roles.len())]);
        let settled = run(&["saml-roles", "--role", &wanted.0], form.as_bytes()).unwrap();
        let document: Value = serde_json::from_str(&settled).unwrap();
        prop_assert_eq!((&document["RoleArn"], &document["PrincipalArn"]), (&json!(wanted.0), &json!(wanted.1)));
        prop_assert_eq!(document["SAMLAssertion"].as_str(), Some(encoded.base64()));
        prop_assert!(!settled.contains("CANARY"), "cookies end here");
        let all = run(&["saml-roles"], form.as_bytes()).unwrap();
        let lines = run(&["saml-roles", "--each"], form.as_bytes()).unwrap();
        let skeleton = run(&["saml-roles", "--skeleton", "--role", &wanted.0], form.as_bytes()).unwrap();
        prop_assert_eq!(lines.lines().count(), roles.len());
        for (words, text) in [(vec!["assume"], &settled), (vec!["assume", "--role", &wanted.0], &all), (vec!["assume"], &skeleton)] {
            let result = run(&words, text.as_bytes());
            prop_assert!(is_taken(&result), "{:?} {}", result, text);
        }
        for (words, text) in [(&["saml-roles"], &form), (&["assume"], &settled), (&["assume"], &skeleton), (&["assume"], &lines)] {
            let text = text.trim_end();
            let cut = &text.as_bytes()[..at.index(text.len())];
            // Cut between two lines, fewer documents are whole ones.
            if !cut.ends_with(b"}") && !cut.ends_with(b"\n") {
                let refused = kind(words, cut);
                prop_assert!(matches!(refused, Some(Kind::WrongDocument | Kind::NoDocument)), "{:?} {}", refused, text);
            }
        }
        prop_assert_eq!(kind(&["export"], settled.as_bytes()), Some(Kind::WrongDocument));
        prop_assert_eq!(kind(&["saml-roles"], settled.as_bytes()), Some(Kind::WrongDocument));
    }

    #[test]
    fn every_way_to_hand_over_an_assertion_gives_one_document(roles in roles()) {
        let encoded = response(&roles);
        let base64 = encoded.base64();
        let page = format!("<form><input name=SAMLResponse value='{}'></form>", base64.replace('+', "&#x2b;").replace('=', "&#x3d;"));
        let expected = run(&["saml-roles"], json!({"SAMLResponse": base64}).to_string().as_bytes()).unwrap();
        let wrapped: String = base64.chars().enumerate().map(|(i, c)| if i % 76 == 75 { format!("{c}\n") } else { c.to_string() }).collect();
        for text in [page.as_bytes(), base64.as_bytes(), wrapped.as_bytes(), encoded.xml(), base64.replace('+', "&#43;").as_bytes()] {
            prop_assert_eq!(&run(&["saml-roles"], text).unwrap(), &expected);
        }
    }

    #[test]
    fn what_export_prints_says_what_came(key in "[A-Za-z0-9/+=]{1,40}", token in "[A-Za-z0-9/+=_.-]{1,80}", at in any::<prop::sample::Index>()) {
        let keys = json!({"AccessKeyId": "ASIACANARY", "SecretAccessKey": key, "SessionToken": token, "Expiration": "2026-03-01T11:15:57Z"});
        let process = run(&["export", "--format", "process", "--region", "eu-west-1"], json!({"Credentials": keys}).to_string().as_bytes()).unwrap();
        let again: Value = serde_json::from_str(&process).unwrap();
        prop_assert!(keys.as_object().unwrap().iter().all(|(name, value)| again[name] == *value), "{}", process);
        // Its own output is input, and comes out the same.
        prop_assert_eq!(run(&["export", "--format", "process", "--region", "eu-west-1"], process.as_bytes()).unwrap(), process.clone());
        let code = run(&["export", "--region", "eu-west-1"], process.as_bytes()).unwrap();
        prop_assert!(code.contains(&format!("export AWS_SECRET_ACCESS_KEY='{key}'\n")), "{}", code);
        prop_assert!(code.contains(&format!("export AWS_SESSION_TOKEN='{token}'\n")), "{}", code);
        let cut = &process.as_bytes()[..at.index(process.trim_end().len())];
        prop_assert!(matches!(kind(&["export", "--region", "eu-west-1"], cut), Some(Kind::WrongDocument | Kind::NoDocument)));
    }
}
