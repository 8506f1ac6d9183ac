use super::*;
use proptest::prelude::*;

const ROLE: &str = "arn:aws:iam::111122223333:role/Dev";
const IDP: &str = "arn:aws:iam::111122223333:saml-provider/OKTA";

#[test]
fn a_role_is_taken_apart() {
    for (text, partition, path_and_name, name) in [
        (ROLE, "aws", "Dev", "Dev"),
        ("arn:aws-us-gov:iam::111122223333:role/team/x/Dev", "aws-us-gov", "team/x/Dev", "Dev"),
        ("arn:aws-cn:iam::111122223333:role/a,b+c=d.e@f-g_h", "aws-cn", "a,b+c=d.e@f-g_h", "a,b+c=d.e@f-g_h"),
        ("arn:aws:iam::111122223333:role/saml-provider/x", "aws", "saml-provider/x", "x"),
        ("arn:aws:iam::111122223333:role/a:role/b", "aws", "a:role/b", "b"),
        ("arn:aws-new-2:iam::111122223333:role/Dev", "aws-new-2", "Dev", "Dev"),
    ] {
        let role = RoleArn::parse(text).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(role.as_str(), text);
        assert_eq!(role.account_id(), "111122223333");
        assert_eq!(
            (role.partition().name(), role.path_and_name(), role.name()),
            (partition, path_and_name, name)
        );
        assert_eq!(PrincipalArn::parse(text), None);
    }
}

#[test]
fn what_iam_would_not_have_made_is_no_role() {
    let long_path = format!("arn:aws:iam::111122223333:role/{}/Dev", "p".repeat(511));
    let long_name = format!("arn:aws:iam::111122223333:role/{}", "n".repeat(65));
    for text in [
        "",
        "arn:",
        "Dev",
        "arn:aws:iam::11112222333:role/Dev",
        "arn:aws:iam::1111222233334:role/Dev",
        "arn:aws:iam::11112222333x:role/Dev",
        "arn:aws:iam:us-east-1:111122223333:role/Dev",
        "arn:aws:sts::111122223333:role/Dev",
        "ARN:aws:iam::111122223333:role/Dev",
        "arn:AWS:iam::111122223333:role/Dev",
        "arn:aws-:iam::111122223333:role/Dev",
        "arn:gcp:iam::111122223333:role/Dev",
        "arn:aws:iam::111122223333:Role/Dev",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:iam::111122223333:role/team/",
        "arn:aws:iam::111122223333:role/De v",
        "arn:aws:iam::111122223333:role/D\u{e9}v",
        " arn:aws:iam::111122223333:role/Dev",
        "arn:aws:iam::111122223333:role/Dev\n",
        "arn:aws:iam::111122223333:role/te\u{1b}am/Dev",
        &long_path,
        &long_name,
        IDP,
    ] {
        assert_eq!(RoleArn::parse(text), None, "{text}");
    }
}

#[test]
fn a_provider_is_taken_apart() {
    let idp = PrincipalArn::parse(IDP).unwrap();
    assert_eq!((idp.as_str(), idp.account_id(), idp.partition().name()), (IDP, "111122223333", "aws"));
    for text in
        ["arn:aws:iam::111122223333:saml-provider/", "arn:aws:iam::111122223333:saml-provider/a/b", ROLE]
    {
        assert_eq!(PrincipalArn::parse(text), None, "{text}");
    }
}

#[test]
fn regions_tell_partitions_and_partitions_have_a_region_of_their_own() {
    for (region, name) in [
        ("us-east-1", "aws"),
        ("eu-west-1", "aws"),
        ("", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-east-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-west-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
    ] {
        let partition = Partition::from_region(region);
        assert_eq!(partition.name(), name, "{region}");
        assert_eq!(Partition::from_region(partition.default_region().unwrap()), partition);
    }
    assert_eq!(Partition::of("aws-new").default_region(), None);
}

#[test]
fn the_partition_of_any_arn_is_its_second_field() {
    for (arn, name) in [
        ("arn:aws:sts::111122223333:assumed-role/Dev/ada", Some("aws")),
        ("arn:aws-cn:iam::aws:policy/ReadOnlyAccess", Some("aws-cn")),
        ("arn:aws-new:x", Some("aws-new")),
        ("arn:gcp:iam::111122223333:role/Dev", None),
        ("arn:aws", None),
        ("aws:iam", None),
        ("", None),
    ] {
        assert_eq!(Partition::from_arn(arn).as_ref().map(Partition::name), name, "{arn}");
    }
}

#[test]
fn arns_and_pairs_are_read_up_to_their_limits() {
    let long = |resource: &str, length: usize| {
        let rest = format!(":iam::111122223333:{resource}");
        format!("arn:aws-{}{rest}", "x".repeat(length - rest.len() - "arn:aws-".len()))
    };
    let (role, idp) = (long("role/Dev", LIMIT), long("saml-provider/OKTA", LIMIT));
    assert!(RoleArn::parse(&role).is_some() && PrincipalArn::parse(&idp).is_some());
    assert_eq!(RoleArn::parse(&long("role/Dev", LIMIT + 1)), None);
    // Two of the longest, and 256 characters between them.
    let pair = |blanks: usize| format!("{role},{}{idp}", " ".repeat(blanks));
    assert!(parse_pair(&pair(255)).is_some());
    assert_eq!(parse_pair(&pair(256)), None);
    assert!(
        parse_pair(&format!("{}{ROLE},{IDP}", "\n".repeat(10_000))).is_some(),
        "around it they do not count"
    );
}

#[test]
fn pairs_come_in_either_order_and_with_blanks() {
    for value in [format!("{ROLE},{IDP}"), format!("{IDP},{ROLE}"), format!("\n  {ROLE} ,\t{IDP}\r\n")] {
        let (role, idp) = parse_pair(&value).unwrap_or_else(|| panic!("{value}"));
        assert_eq!((role.as_str(), idp.as_str()), (ROLE, IDP));
    }
    let commas = "arn:aws:iam::111122223333:role/a,b,c";
    assert_eq!(parse_pair(&format!("{IDP},{commas}")).unwrap().0.as_str(), commas);
    assert_eq!(parse_pair(&format!("{commas},{IDP}")).unwrap().0.as_str(), commas);
    let named = "arn:aws:iam::111122223333:role/saml-provider-x";
    assert_eq!(parse_pair(&format!("{named},{IDP}")).unwrap().0.as_str(), named);
}

#[test]
fn what_is_no_pair_is_none() {
    let many = format!("{IDP}{}", ",arn:".repeat(100_000));
    for value in [
        "",
        ",",
        ROLE,
        IDP,
        &format!("{ROLE},{ROLE}"),
        &format!("{IDP},{IDP}"),
        &format!("{ROLE};{IDP}"),
        &format!("{ROLE},{IDP},{ROLE}"),
        &format!("{ROLE},{IDP},"),
        &many,
        &format!("{ROLE},{IDP},{IDP},{ROLE}"),
    ] {
        assert_eq!(parse_pair(value), None, "{}", &value[..value.len().min(300)]);
    }
}

#[test]
fn roles_are_chosen_by_arn_name_account_and_glob() {
    let role = RoleArn::parse("arn:aws:iam::111122223333:role/team/x/Dev").unwrap();
    for (pattern, expected) in [
        ("Dev", true),
        ("dev", false),
        ("D?v", true),
        ("*ev", true),
        ("De", false),
        ("*", true),
        ("?", false),
        ("team/x/Dev", true),
        ("/team/x/Dev", true),
        ("team/*", true),
        ("x/Dev", false),
        ("*/Dev", true),
        ("111122223333/Dev", true),
        ("111122223333/team/x/Dev", true),
        ("111122223333/*", true),
        ("444455556666/Dev", false),
        ("1111*/Dev", true),
        ("?1112222333?/Dev", true),
        ("?111222233/Dev", false),
        ("acme-prod/Dev", false),
        ("arn:aws:iam::111122223333:role/team/x/Dev", true),
        ("arn:aws:iam::111122223333:role/Dev", false),
        ("arn:aws:iam::*:role/*Dev", true),
        (" Dev ", true),
    ] {
        assert_eq!(RolePattern::parse(pattern).unwrap().matches(&role), expected, "{pattern}");
    }
    for text in ["", "  ", "a b", "arn:aws:iam::1:role/x", "a\u{7}", &"x".repeat(2049)] {
        assert_eq!(RolePattern::parse(text), None, "{text}");
    }
    assert_eq!(RolePattern::parse(" team/Dev\n").unwrap().as_str(), "team/Dev");
    for (text, account) in
        [("acme/Dev", Some("acme")), ("111122223333/Dev", Some("111122223333")), ("Dev", None), (ROLE, None)]
    {
        assert_eq!(RolePattern::parse(text).unwrap().account(), account, "{text}");
    }
}

#[test]
fn globs_do_not_explode() {
    let role =
        RoleArn::parse(&format!("arn:aws:iam::111122223333:role/{}/{}", "a".repeat(500), "a".repeat(64)));
    assert!(!RolePattern::parse(&format!("{}b", "*a".repeat(1000))).unwrap().matches(&role.unwrap()));
}

#[test]
fn names_near_by_are_offered() {
    let names = ["Developer", "Admin", "ReadOnly", "Billing", "admin"];
    for (wanted, expected) in [
        ("Develper", &["Developer"][..]),
        ("Develoepr", &["Developer"]),
        ("Devxxxxer", &[]),
        ("Dvlpr", &[]),
        ("Adm", &["Admin", "admin"]),
        ("readonly", &["ReadOnly"]),
        ("DeveloperAccess", &["Developer"]),
        ("Zebra", &[]),
        ("", &[]),
        ("*", &[]),
    ] {
        assert_eq!(nearest(wanted, &names), expected, "{wanted}");
    }
    assert_eq!(nearest("ab", &[""]), [""; 0]);
    let holding = ["AdminAccess", "SuperAdmin", "Admin"];
    assert_eq!(
        nearest("admin", &holding),
        ["Admin", "AdminAccess", "SuperAdmin"],
        "the very name is the likeliest"
    );
    assert_eq!(nearest("abc", &vec!["abd"; 100_000]), ["abd"]);
}

fn role_text() -> impl Strategy<Value = String> {
    ("aws(-cn|-us-gov|-[a-z0-9]{1,6})?", "[0-9]{12}", "([!-~]{1,20}/)?", "[A-Za-z0-9_+=,.@-]{1,64}").prop_map(
        |(partition, account, path, name)| format!("arn:{partition}:iam::{account}:role/{path}{name}"),
    )
}

fn principal_text() -> impl Strategy<Value = String> {
    ("aws(-cn|-us-gov)?", "[0-9]{12}", "[A-Za-z0-9_.-]{1,128}")
        .prop_map(|(partition, account, name)| format!("arn:{partition}:iam::{account}:saml-provider/{name}"))
}

proptest! {
    #[test]
    fn an_arn_is_written_as_it_was_read(role in role_text(), principal in principal_text()) {
        let parsed = RoleArn::parse(&role).unwrap();
        prop_assert_eq!(parsed.as_str(), &role);
        prop_assert_eq!(
            format!("arn:{}:iam::{}:role/{}", parsed.partition().name(), parsed.account_id(), parsed.path_and_name()),
            role
        );
        let parsed = PrincipalArn::parse(&principal).unwrap();
        prop_assert_eq!(parsed.as_str(), &principal);
    }

    #[test]
    fn the_order_of_a_pair_does_not_count(
        role in role_text(), principal in principal_text(), blank in "[ \t\r\n]{0,3}",
    ) {
        let there = parse_pair(&format!("{blank}{role}{blank},{blank}{principal}"));
        let back = parse_pair(&format!("{principal},{blank}{role}{blank}"));
        prop_assert_eq!(&there, &back);
        prop_assert_eq!(there.map(|(r, p)| (r.to_string(), p.to_string())), Some((role, principal)));
    }

    #[test]
    fn a_role_is_chosen_by_its_own_texts(role in role_text()) {
        let role = RoleArn::parse(&role).unwrap();
        let by_account = format!("{}/{}", role.account_id(), role.name());
        for text in [role.as_str(), role.name(), &by_account] {
            prop_assert!(RolePattern::parse(text).unwrap().matches(&role), "{}", text);
        }
    }

    #[test]
    fn no_text_is_a_panic(text in "\\PC{0,60}", pattern in "[*?a-c/]{0,12}") {
        let _ = (parse_pair(&text), RoleArn::parse(&text), nearest(&text, &[&pattern, "Dev"]));
        if let Some(pattern) = RolePattern::parse(&pattern) {
            let _ = pattern.matches(&RoleArn::parse(ROLE).unwrap());
        }
    }
}

#[test]
fn the_role_of_a_session_is_its_account_and_name() {
    for (arn, role) in [
        ("arn:aws:sts::111122223333:assumed-role/Dev/ada@acme.example", Some("111122223333/Dev")),
        ("arn:aws-us-gov:sts::111122223333:assumed-role/A,b=@.+_-1/x", Some("111122223333/A,b=@.+_-1")),
        ("arn:aws:iam::111122223333:role/Dev", None),
        ("arn:aws:sts::1:assumed-role/Dev/ada", None),
        ("arn:aws:sts::111122223333:assumed-role/Dev", None),
        ("arn:aws:sts::111122223333:assumed-role//ada", None),
        ("arn:aws:sts::111122223333:assumed-role/a'b/ada", None),
        ("arn:aws:sts::111122223333:federated-user/ada", None),
        ("", None),
    ] {
        assert_eq!(assumed_role(arn).as_deref(), role, "{arn}");
    }
}
