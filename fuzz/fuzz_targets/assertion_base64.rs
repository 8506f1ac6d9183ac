//! What is decoded, encoded again, is the text that goes to STS: nothing was dropped but blanks and references.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::assertion::{Encoded, LIMIT, decode};

fuzz_target!(|text: &str| {
    let Ok(encoded) = decode(text) else { return };
    let base64 = encoded.base64();
    assert!(!base64.is_empty() && base64.len() <= LIMIT && base64.len() % 4 == 0);
    assert!(base64.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)));
    assert_eq!(decode(base64).ok().as_ref(), Some(&encoded));
    if encoded.xml().trim_ascii() == encoded.xml() {
        assert_eq!(Encoded::from_xml(encoded.xml()).ok(), Some(encoded));
    }
});
