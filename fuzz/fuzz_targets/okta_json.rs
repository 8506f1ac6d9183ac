//! Of Okta's answer no link leaves the org, a state that no pipe goes on from is a refusal, and its error document has no token.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::document::{error_document, object, to_line};
use oktapipe::error::Error;
use oktapipe::okta::{refused_body, refused_status};
use oktapipe::org::Org;
use oktapipe::transaction::Transaction;

fuzz_target!(|bytes: &[u8]| {
    let Some(members) = object(bytes) else { return };
    let org = Org::parse("acme").expect("an org");
    if let Some(transaction) = Transaction::read(&members) {
        let links = transaction.links().into_iter().chain(transaction.link("next", Some("poll")));
        for url in links.filter_map(|link| org.own(&org.url("/"), &link)) {
            assert!(url.as_str().starts_with("https://acme.okta.com/"), "{url}");
        }
        let _ = (
            transaction.correct_answer(),
            transaction.factors().iter().map(|factor| transaction.auto_push(factor)).count(),
        );
    }
    for error in [refused_status(&members), refused_body(0, members.clone())] {
        let Error::Failed(failure) = error else { panic!("{error}") };
        let line = to_line(&error_document("authn", &failure));
        assert_ne!(failure.kind.exit_code(), 0);
        for token in ["stateToken", "sessionToken", "recoveryToken"]
            .iter()
            .filter_map(|name| members.get(*name)?.as_str())
        {
            let token = serde_json::to_string(token).unwrap_or_default();
            assert!(token.len() < 10 || !line.contains(&format!(":{token}")), "{line}");
        }
    }
});
