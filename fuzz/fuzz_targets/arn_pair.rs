//! A pair read from either order is the same pair, and its halves are whole ARNs of their own kind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::arn::{PrincipalArn, RoleArn, RolePattern, parse_pair};

fuzz_target!(|value: &str| {
    if let Some(pattern) = RolePattern::parse(value) {
        let _ = pattern.account();
    }
    let Some((role, principal)) = parse_pair(value) else { return };
    assert_eq!(parse_pair(&format!("{role},{principal}")), Some((role.clone(), principal.clone())));
    assert_eq!(parse_pair(&format!(" {principal} ,\n{role}")), Some((role.clone(), principal.clone())));
    assert_eq!(RoleArn::parse(role.as_str()).as_ref(), Some(&role));
    assert_eq!(PrincipalArn::parse(principal.as_str()).as_ref(), Some(&principal));
    assert!(RoleArn::parse(principal.as_str()).is_none() && PrincipalArn::parse(role.as_str()).is_none());
    assert!(RolePattern::parse(role.as_str()).is_some_and(|pattern| pattern.matches(&role)));
    assert!(role.account_id().len() == 12 && role.path_and_name().ends_with(role.name()));
});
