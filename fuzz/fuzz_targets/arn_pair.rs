//! A pair read from either order is the same pair, and its halves are whole ARNs of their own kind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::arn::{Partition, PrincipalArn, RoleArn, RolePattern, assumed_role, parse_pair};

const KNOWN: [&str; 8] =
    ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f"];

fuzz_target!(|value: &str| {
    if let Some(pattern) = RolePattern::parse(value) {
        let _ = pattern.account();
    }
    if let Some(handle) = assumed_role(value) {
        let (account, name) = handle.split_once('/').unwrap_or_default();
        assert!(value.contains(account) && value.contains(&format!("/{name}/")), "{handle} of {value}");
    }
    let region = Partition::from_region(value);
    assert!(region.default_region().is_some_and(|own| Partition::from_region(own) == region), "{value}");
    let Some((role, principal)) = parse_pair(value) else { return };
    assert_eq!(Partition::from_arn(role.as_str()), Some(role.partition()), "{value}");
    assert_eq!(
        principal.partition().default_region().is_none(),
        !KNOWN.contains(&principal.partition().name())
    );
    assert_eq!((format!("{role:?}"), format!("{principal:?}")), (role.to_string(), principal.to_string()));
    assert!(principal.account_id().len() == 12);
    assert_eq!(parse_pair(&format!("{role},{principal}")), Some((role.clone(), principal.clone())));
    assert_eq!(parse_pair(&format!(" {principal} ,\n{role}")), Some((role.clone(), principal.clone())));
    assert_eq!(RoleArn::parse(role.as_str()).as_ref(), Some(&role));
    assert_eq!(PrincipalArn::parse(principal.as_str()).as_ref(), Some(&principal));
    assert!(RoleArn::parse(principal.as_str()).is_none() && PrincipalArn::parse(role.as_str()).is_none());
    assert!(RolePattern::parse(role.as_str()).is_some_and(|pattern| pattern.matches(&role)));
    assert!(role.account_id().len() == 12 && role.path_and_name().ends_with(role.name()));
});
