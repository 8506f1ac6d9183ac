//! A document is read, written in ASCII, and read again as the same; cut anywhere it is refused; and serde_json agrees.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::document::{Input, read, read_lines, to_line, to_pretty};
use oktapipe::error::Error;
use oktapipe::secret::ExposeSecret;
use serde_json::Value;

fuzz_target!(|input: (u16, &[u8])| {
    let (at, bytes) = input;
    let lines = read_lines(bytes).map(|documents| documents.len());
    let Ok(Input::Document(document)) = read(bytes) else { return drop(format!("{:?}", read(bytes))) };
    assert_eq!(lines.ok(), Some(1));
    if let Ok(mut carry) = document.carry() {
        carry.set("org", "https://acme.okta.com");
        let cookies = carry.cookies();
        assert!(
            !format!("{carry:?} {document:?}").contains("https://acme.okta.com")
                || bytes.windows(21).any(|part| part == b"https://acme.okta.com")
        );
        carry.set_cookies(cookies.iter().map(|(name, value)| (name.as_str(), value.expose_secret())));
        let out = carry.beside(document.members().clone());
        assert!(
            out.upstream_error().is_none()
                && out.carry().is_ok_and(|again| again == carry || again.setting("v").is_none())
        );
        assert!(
            out.has("_oktapipe")
                && out.members().len() == document.members().len() + usize::from(!document.has("_oktapipe"))
        );
    }
    if let Some(error) = document.upstream_error() {
        assert!(matches!(error, Error::Upstream { exit_code: 1.., .. }) && !error.to_string().is_empty());
    }
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii();
    assert!(
        serde_json::from_slice::<Value>(plain)
            .is_ok_and(|value| value.as_object() == Some(document.members()))
    );
    for text in [to_line(&document), to_pretty(&document)] {
        assert!(text.bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)), "{text}");
        // A number that serde_json writes with a plus was read without.
        match read(text.as_bytes()) {
            Ok(Input::Document(again)) => assert!(to_line(&again) == to_line(&document), "{text}"),
            other => panic!("{other:?}"),
        }
        assert!(read_lines(text.as_bytes()).is_ok_and(|documents| documents.len() == 1));
        let whole = text.trim_end();
        let cut = &whole[..usize::from(at) % whole.len()];
        assert!(!matches!(read(cut.as_bytes()), Ok(Input::Document(_))), "{cut}");
    }
});
