//! The value that we find is one that a second tokenizer sees in an input of that name.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::page::{Page, read};
use oktapipe_fuzz::pages::{needs_a_tree, tokens};

fuzz_target!(|html: &str| {
    let Ok(Page::Form(form)) = read(html.as_bytes()) else { return };
    if needs_a_tree(html) {
        return;
    }
    let value = form.field("SAMLResponse").unwrap_or_default();
    let seen = tokens(html);
    assert!(seen.iter().any(|other| other == value), "{value:?} is not in {seen:?} of {html}");
});
