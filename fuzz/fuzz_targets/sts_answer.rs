//! STS's answer is whole credentials or an error, and no error repeats what was sent.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::error::Error;
use oktapipe::time;
use oktapipe_fuzz::wire::{CANARY, assume, identify};

fuzz_target!(|input: (u8, &[u8])| {
    let (choice, body) = input;
    let status = [200, 200, 400, 403, 413, 429, 500, 503][usize::from(choice) % 8];
    let is_assume = choice < 128;
    let result = if is_assume { assume(status, body) } else { identify(status, body) };
    if let Some(document) = result.as_ref().ok().filter(|_| is_assume) {
        let text = |name: &str| document["Credentials"][name].as_str().filter(|text| !text.is_empty());
        assert!(
            text("AccessKeyId").is_some()
                && text("SecretAccessKey").is_some()
                && text("SessionToken").is_some()
        );
        assert!(text("Expiration").is_some_and(|text| time::parse(text).is_some()), "{document:?}");
        assert_eq!(status, 200);
    }
    let Err(error) = result else { return };
    let Error::Failed(failure) = &error else { panic!("{error}") };
    let shown = format!("{error} {:?}", failure.body);
    assert!(!shown.contains(CANARY), "{shown}");
    assert!(!failure.message.chars().any(|c| c.is_control() || matches!(c, '"' | '\\')), "{shown}");
});
