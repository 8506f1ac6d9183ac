//! What saml-roles prints, assume takes, up to where it would ask AWS; what export prints says what came; cut anywhere, each is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::assertion::{Encoded, XML_LIMIT};
use oktapipe::cli::Cli;
use oktapipe::error::Kind;
use oktapipe_fuzz::model::{Model, Style};
use oktapipe_fuzz::stages;
use std::sync::LazyLock;

static ROLES: LazyLock<Cli> = LazyLock::new(|| stages::cli(&["oktapipe", "saml-roles", "--first"]));
static ASSUME: LazyLock<Cli> = LazyLock::new(|| stages::cli(&["oktapipe", "assume"]));
static EXPORT: LazyLock<Cli> =
    LazyLock::new(|| stages::cli(&["oktapipe", "export", "--format", "process", "--region", "eu-west-1"]));

fuzz_target!(|input: (Model, Style, u16)| {
    let (model, style, at) = input;
    let xml = model.xml(&style);
    let Some(encoded) = Encoded::from_xml(xml.as_bytes()).ok().filter(|_| xml.len() <= XML_LIMIT) else {
        return;
    };
    let form = format!("{{\"SAMLResponse\":\"{}\",\"_oktapipe\":{{\"v\":1}}}}", encoded.base64());
    let Ok(roles) = stages::run(&ROLES, form.as_bytes()) else {
        return assert!(model.roles().is_empty(), "{xml}");
    };
    let assumed = stages::run(&ASSUME, roles.as_bytes()).expect_err("no region");
    assert!(
        assumed.kind() == Some(Kind::Config) && assumed.to_string().contains("no region"),
        "{assumed} {roles}"
    );
    let keys = format!(
        "{{\"Version\":1,\"AccessKeyId\":\"ASIA{at}\",\"SecretAccessKey\":\"a/b+{at}\",\"SessionToken\":\"t=\",\"Expiration\":\"2026-03-01T11:15:57Z\"}}\n"
    );
    let exported = stages::run(&EXPORT, keys.as_bytes()).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(exported, keys);
    for (cli, text) in [(&ROLES, &form), (&ASSUME, &roles), (&EXPORT, &exported)] {
        let cut = &text.trim_end()[..usize::from(at) % text.trim_end().len()];
        let kind = stages::run(cli, cut.as_bytes()).expect_err(cut).kind();
        assert!(matches!(kind, Some(Kind::WrongDocument | Kind::NoDocument)), "{kind:?} {cut}");
    }
});
