//! An edit sets what it says, keeps the text of every other section, is nothing when done again, and is read back; another value and back, and
//! the text is the same.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::ini::{Change, Ini, entries};
use oktapipe_fuzz::readers::sections;

// Three lines of what to do, and the file.
fuzz_target!(|input: &str| {
    let parts: Vec<&str> = input.splitn(4, '\n').collect();
    let [section, value, gone, text] = parts.as_slice() else { return };
    let Ok(ini) = Ini::parse(text.as_bytes()) else { return };
    assert_eq!(*ini.edit(&[]).unwrap(), *text);
    let change = || [Change { section, set: vec![("k", value), ("new", "x y")], remove: vec![gone] }];
    let Ok(after) = ini.edit(&change()) else { return };
    let again = Ini::parse(after.as_bytes()).unwrap_or_else(|fault| panic!("{fault} in {after:?}"));
    let found = again.section(section).unwrap();
    assert_eq!(found.value("k").as_deref(), Some(*value), "{text:?}");
    assert!(found.value("new").as_deref() == Some("x y") && found.value(gone).is_none(), "{text:?}");
    assert_eq!(sections(text, section), sections(&after, section), "{text:?}");
    assert_eq!(*again.edit(&change()).unwrap(), *after, "{text:?}");
    let other = |text: &str| {
        let change = Change { section, set: vec![("k", "other")], remove: vec![] };
        Ini::parse(text.as_bytes()).unwrap().edit(&[change]).unwrap().to_string()
    };
    let there = other(&after);
    let back = Ini::parse(there.as_bytes()).unwrap().edit(&change()).unwrap().to_string();
    assert!(value.is_empty() || other(&back) == there, "{text:?}");
    let is_plain = |text: &str| after.contains(text) && !text.chars().any(|c| c.is_control() && c != '\t');
    assert!(entries(&after).all(|entry| is_plain(entry.key) && is_plain(entry.value)), "{after:?}");
});
