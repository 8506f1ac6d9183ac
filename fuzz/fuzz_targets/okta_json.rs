//! Of Okta's answer no link leaves the org, a state that no pipe goes on from is a refusal, and its error document has no token.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::document::{error_document, object, to_line};
use oktapipe::error::Error;
use oktapipe::http::Response;
use oktapipe::okta::{is_refusal, refused_answer, refused_body, refused_status};
use oktapipe::org::Org;
use oktapipe::transaction::Transaction;

fuzz_target!(|input: (u8, i64, &[u8])| {
    let (status, reset, bytes) = input;
    let org = Org::parse("acme").expect("an org");
    let members = object(bytes).unwrap_or_default();
    if let Some(transaction) = Transaction::read(&members) {
        let links = transaction.links().into_iter().chain(transaction.link("next", Some("poll")));
        for url in links.filter_map(|link| org.own(&org.url("/"), &link)) {
            assert!(url.as_str().starts_with("https://acme.okta.com/"), "{url}");
        }
        for factor in transaction.factors() {
            assert!(factor.name().contains(':'));
            let _ = transaction.auto_push(&factor);
        }
        let _ = (
            transaction.correct_answer(),
            transaction.state_token().is_some(),
            transaction.session_token().is_some(),
        );
    }
    let mut response = Response {
        status: [400, 401, 403, 404, 429, 500, 200][usize::from(status) % 7],
        headers: http::HeaderMap::new(),
        body: bytes.to_vec().into(),
        url: org.url("/api/v1/authn"),
    };
    response.headers.insert("date", http::HeaderValue::from_static("Thu, 01 Jan 2026 00:00:30 GMT"));
    response.headers.insert("x-rate-limit-reset", reset.into());
    let answered = refused_answer(&response, Some(members.clone()).filter(|members| !members.is_empty()));
    for error in [refused_status(&members), refused_body(0, members.clone()), answered] {
        assert!(
            error.okta_code().is_some() == is_refusal(&members)
                && error.kind().is_some()
                && error.summary().is_none_or(|text| text.len() <= bytes.len() * 3)
        );
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
