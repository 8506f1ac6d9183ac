//! Region, endpoint and switches.

use super::*;

#[test]
fn a_region_of_another_partition_gives_way() {
    let partition = |name: &str| Partition::from_arn(&format!("arn:{name}:iam::1:role/x"));
    let chosen = settings_of("http://127.0.0.1:1", Some("eu-west-1"));
    assert_eq!(
        (chosen.region(), format!("{chosen:?}").as_str()),
        (Some("eu-west-1"), "AwsSettings(eu-west-1)")
    );
    let choice = chosen.region_for(partition("aws").as_ref()).unwrap();
    assert_eq!((choice.name.as_str(), choice.warning), ("eu-west-1", None));
    let choice = chosen.region_for(partition("aws-us-gov").as_ref()).unwrap();
    assert_eq!(choice.name, "us-gov-west-1");
    assert!(choice.warning.unwrap().contains("eu-west-1"));
    assert_eq!(chosen.region_for(partition("aws-new").as_ref()).unwrap().name, "eu-west-1");
    assert_eq!(chosen.region_for(None).unwrap().name, "eu-west-1");
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let load = |variables: &[(&str, &str)]| {
        let environment = AwsEnvironment::choose(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        });
        run(AwsSettings::load(&environment)).map(|settings| settings.region().map(str::to_owned))
    };
    for variables in [
        &[("AWS_REGION", "x.example.com/#")][..],
        &[("AWS_REGION", "EU West")],
        &[("AWS_ENDPOINT_URL_STS", "not a url")],
        &[("AWS_ENDPOINT_URL", "http://example.com")],
        &[("AWS_USE_FIPS_ENDPOINT", "yes")],
    ] {
        let error = load(variables).unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Config), "{variables:?}");
        assert!(error.to_string().contains(variables[0].0), "{error}");
    }
    assert_eq!(
        load(&[("AWS_REGION", " "), ("AWS_DEFAULT_REGION", "eu-west-1")]).unwrap().as_deref(),
        Some("eu-west-1")
    );
    assert_eq!(
        load(&[("AWS_REGION", "a-1"), ("AWS_DEFAULT_REGION", "b-1")]).unwrap().as_deref(),
        Some("a-1")
    );
    let ignored = [
        ("AWS_REGION", "a-1"),
        ("AWS_ENDPOINT_URL", "nonsense"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
    ];
    assert!(load(&ignored).is_ok());
}

#[test]
fn what_awss_variables_say_is_taken_as_the_cli_takes_it() {
    let choose = |variables: &[(&str, &str)]| {
        AwsEnvironment::choose(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    };
    assert_eq!(choose(&[("AWS_PROFILE", " ")]).profile.as_deref(), Some("default"));
    assert_eq!(choose(&[("AWS_PROFILE", "prod")]).profile, None, "aws-config reads it by itself");
    assert_eq!(choose(&[("AWS_DEFAULT_REGION", " eu-west-1 ")]).variable.as_deref(), Some("eu-west-1"));
    let fits = |variables: &[(&str, &str)]| run(AwsSettings::load(&choose(variables))).is_ok();
    let region = ("AWS_REGION", "eu-west-1");
    for switch in
        ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"]
    {
        for (value, expected) in
            [("true", true), ("FALSE", true), ("", true), ("1", false), ("truefalse", false)]
        {
            assert_eq!(fits(&[region, (switch, value)]), expected, "{switch}={value}");
        }
    }
    // Nothing but the one switch lets an endpoint pass that cannot be meant.
    let endpoint = ("AWS_ENDPOINT_URL", "nonsense");
    for other in [("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "false"), ("AWS_USE_FIPS_ENDPOINT", "true")] {
        assert!(!fits(&[region, endpoint, other]), "{other:?}");
    }
    assert!(fits(&[region, ("AWS_ENDPOINT_URL_STS", "https://sts.acme.example")]));
}

#[test]
fn a_region_is_a_label_of_a_hosts_name() {
    let longest = "a".repeat(63);
    for region in ["eu-west-1", "x", "1", "-", &longest] {
        assert!(check_region(region).is_ok(), "{region}");
    }
    for region in ["", "EU-west-1", "eu_west_1", "eu.west", "x/", "x#", "\u{e9}", &format!("{longest}a")] {
        assert_eq!(check_region(region).unwrap_err().kind(), Some(Kind::Config), "{region}");
    }
    let error =
        run(AwsSettings::load(&AwsEnvironment { flag: Some("x#".to_owned()), ..AwsEnvironment::default() }));
    assert_eq!(error.unwrap_err().kind(), Some(Kind::Config));
}

#[test]
fn an_endpoint_that_a_flag_gives_is_checked_too() {
    let load = |url: &str| {
        run(AwsSettings::load(&AwsEnvironment {
            flag: Some("eu-west-1".to_owned()),
            endpoint_url: Some(url.to_owned()),
            ..AwsEnvironment::default()
        }))
    };
    assert!(load(" ").is_ok() && load("http://127.0.0.1:1").is_ok());
    let error = load("http://sts.acme.example").unwrap_err();
    assert!(error.to_string().starts_with("the STS endpoint: "), "{error}");
}
