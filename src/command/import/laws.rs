//! Whatever stands in a peer's file, it is read or refused, and what is taken is something that our own file can hold.

use super::taken::{self, Taken};
use crate::cli::Peer;
use crate::config::{Config, Value, with_profile};
use proptest::prelude::*;
use std::path::Path;

fn text() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "[a]\n",
        "[DEFAULT]\n",
        "[default]\n",
        "inherits = a\n",
        "url = https://a.okta.com/x\n",
        "provider = Okta\n",
        "mfa = PUSH\n",
        "okta_org_url = ",
        "aws_rolename = ",
        "role_arn = ",
        "aws_session_duration = ",
        "awscli:\n",
        "  profiles:\n",
        "    a:\n",
        "      org-domain: ",
        "      aws-iam-role: ",
        "OKTA_AWSCLI_ORG_DOMAIN=",
        "https://a.okta.com\n",
        "arn:aws:iam::123456789012:role/x\n",
        "3600\n",
        "'x'\n",
        "\"",
        "\n",
    ]);
    let piece = prop_oneof![4 => piece.prop_map(str::to_owned), 1 => "\\PC{0,9}\n?"];
    prop::collection::vec(piece, 0..25).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn what_is_taken_can_be_written(text in text()) {
        for (tool, path) in [(Peer::Saml2aws, ""), (Peer::GimmeAwsCreds, ""), (Peer::OktaAwsCli, ".env"), (Peer::OktaAwsCli, "x.yaml")] {
            let mut taken = Taken::default();
            if taken::from(tool, Path::new(path), &text, &mut taken).is_err() {
                continue;
            }
            for profile in &taken.profiles {
                let settings: Vec<(&str, Option<Value>)> =
                    profile.settings.iter().map(|(key, value)| (*key, Some(value.clone()))).collect();
                let text = with_profile("", &profile.name, &settings).unwrap();
                prop_assert!(Config::parse(&text).unwrap().profile(&profile.name).is_some());
            }
        }
    }
}
