//! A page that was cut shows the value of the whole page, or none.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::page::{Page, read};

fuzz_target!(|input: (u16, &[u8])| {
    let (at, html) = input;
    let form = |html: &[u8]| match read(html) {
        Ok(Page::Form(form)) => form.field("SAMLResponse").map(str::to_owned),
        _ => None,
    };
    let Some(value) = form(html) else { return };
    let Some((cut, _)) = html.split_at_checked(usize::from(at) % (html.len() + 1)) else { return };
    assert!(form(cut).is_none_or(|other| other == value), "{}", String::from_utf8_lossy(cut));
});
