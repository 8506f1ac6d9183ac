//! What is decoded, encoded again, is the text that goes to STS: nothing was dropped but blanks and references.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::assertion::{Encoded, LIMIT, XML_LIMIT, decode};

fuzz_target!(|input: (u16, &str)| {
    let (times, text) = input;
    // A text of a hundred bytes comes to the limits of STS only by being repeated.
    let text = text.repeat(if text.len() > 50 && times % 64 == 63 { usize::from(times) / 32 } else { 1 });
    assert!(Encoded::from_xml(text.as_bytes()).is_ok() == (text.trim_ascii().len() <= XML_LIMIT));
    let Ok(encoded) = decode(&text) else { return };
    assert_eq!(format!("{encoded:?}"), format!("Encoded({} characters)", encoded.base64().len()));
    let base64 = encoded.base64();
    assert!(!base64.is_empty() && base64.len() <= LIMIT && base64.len() % 4 == 0);
    assert!(base64.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)));
    assert_eq!(decode(base64).ok().as_ref(), Some(&encoded));
    if encoded.xml().trim_ascii() == encoded.xml() {
        assert_eq!(Encoded::from_xml(encoded.xml()).ok(), Some(encoded));
    }
});
