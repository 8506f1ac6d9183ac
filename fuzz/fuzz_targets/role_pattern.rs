//! A glob fits what its definition says, whoever is asked, and every role is found by its own names.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::arn::{RoleArn, RolePattern, nearest};
use oktapipe_fuzz::readers::glob;

fuzz_target!(|input: (&str, &str, u64)| {
    let (pattern, path, account) = input;
    let text = format!("arn:aws:iam::{:012}:role/{path}", account % 1_000_000_000_000);
    let Some(role) = RoleArn::parse(&text) else { return };
    for own in
        [role.as_str(), role.name(), role.path_and_name(), &format!("{}/{}", role.account_id(), role.name())]
    {
        let is_odd =
            own.starts_with('/') || own.trim_start_matches('/').starts_with("arn:") && own != role.as_str();
        assert!(
            is_odd || RolePattern::parse(own).is_some_and(|pattern| pattern.matches(&role)),
            "{own} of {text}"
        );
    }
    let Some(read) = RolePattern::parse(pattern) else { return };
    let pattern = read.as_str();
    let fits = |pattern: &str, text: &str| glob(pattern.as_bytes(), text.as_bytes());
    let of_name = |pattern: &str| {
        let pattern = pattern.trim_start_matches('/');
        fits(pattern, role.name()) || fits(pattern, role.path_and_name())
    };
    let in_account = |(account, name): (&str, &str)| {
        !account.is_empty() && fits(account, role.account_id()) && of_name(name)
    };
    let expected = if pattern.starts_with("arn:") {
        fits(pattern, role.as_str())
    } else {
        of_name(pattern) || pattern.split_once('/').is_some_and(in_account)
    };
    // A part of a path with letters in it is no account, and could not be one: accounts are digits.
    assert_eq!(read.matches(&role), expected, "{pattern} {text}");
    assert!(nearest(pattern, &[role.name(), role.name()]).len() <= 1);
});
