//! What parsers differ on, put anywhere into a good response, has it refused or changes nothing; a cut has it refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::assertion::parse;
use oktapipe_fuzz::model::{Model, Style};

const INSERTIONS: [&str; 14] = [
    "<!---->",
    "<!-- -->",
    "<?x y?>",
    "<x/>",
    "&e;",
    "\u{1b}",
    "\0",
    "<!DOCTYPE x>",
    "]]><",
    "<?xml version='1.0'?>",
    "\u{feff}<",
    "<x ID='1' ID='2'/>",
    "<Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'/>",
    "<a xmlns='urn:oasis:names:tc:SAML:2.0&#58;assertion'/>",
];

fuzz_target!(|input: (Model, Style, u16, u8)| {
    let (model, style, at, insertion) = input;
    let xml = model.xml(&style.without_cdata());
    let xml = xml.trim_end();
    let Some((before, behind)) = xml.split_at_checked(usize::from(at) % xml.len()) else { return };
    let Ok(read) = parse(xml.as_bytes()) else { panic!("{xml}") };
    assert!(
        parse(before.as_bytes()).is_err() && (before.is_empty() || parse(behind.as_bytes()).is_err()),
        "{before}"
    );
    let changed = format!("{before}{}{behind}", INSERTIONS[usize::from(insertion) % INSERTIONS.len()]);
    assert!(parse(changed.as_bytes()).ok().is_none_or(|again| again == read), "{changed}");
});
