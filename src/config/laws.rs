//! Laws of files of profiles, whatever stands in them.

use super::{Config, KEYS, Value, with_profile};
use proptest::prelude::*;

/// Pieces that such files are made of, and what is near to them.
fn text() -> impl Strategy<Value = String> {
    let keys = || {
        prop::sample::select(
            KEYS.iter().map(|key| key.name).chain(["inherit", "password"]).collect::<Vec<_>>(),
        )
    };
    let value = prop::sample::select(vec![
        "'a'",
        "\"b\"",
        "['a', 'b']",
        "[]",
        "1",
        "3600",
        "true",
        "''",
        "{}",
        "'/a'",
        "'''\na'''",
        "1979-05-27",
        "inf",
    ]);
    let name = prop::sample::select(vec!["a", "b", "c", "'d'", "default"]);
    let line = prop_oneof![
        4 => (keys(), value).prop_map(|(key, value)| format!("{key} = {value}")),
        2 => name.prop_map(|name| format!("[profile.{name}]")),
        1 => Just("[aliases]".to_owned()),
        1 => Just("123456789012 = 'prod'".to_owned()),
        1 => "(\\PC|[\\x00-\\x20'\"=#.\\[\\]])*",
    ];
    prop::collection::vec(line, 0..20).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused_on_one_of_its_lines(text in text()) {
        match Config::parse(&text) {
            Ok(config) => config.names().for_each(|name| assert!(config.profile(name).is_some())),
            Err(fault) => prop_assert!(fault.line <= text.split('\n').count() && fault.line > 0, "{fault:?}"),
        }
    }

    #[test]
    fn what_is_read_is_the_same_after_an_edit_of_another_profile(text in text(), org in "[a-z]{1,9}") {
        if let Ok(before) = Config::parse(&text) {
            let after = with_profile(&text, "other", &[("org", Some(Value::Text(org.clone())))]).unwrap();
            let after = Config::parse(&after).unwrap();
            for name in before.names() {
                let values = |config: &Config| {
                    let profile = config.profile(name).unwrap();
                    KEYS.iter().map(|key| profile.setting(key.name).map(|setting| setting.value.clone())).collect::<Vec<_>>()
                };
                prop_assert_eq!(values(&before), values(&after));
            }
            let other = after.profile("other").unwrap();
            prop_assert_eq!(other.text("org"), Some(org.as_str()));
        }
    }

    #[test]
    fn any_value_that_is_written_is_read_back(command in "\\PC*", user in "[^\\pC]{1,20}") {
        let settings =
            [("password-command", Some(Value::Text(command.clone()))), ("username", Some(Value::Text(user.clone())))];
        let text = with_profile("", "a", &settings).unwrap();
        let profile = Config::parse(&text).unwrap().profile("a").unwrap();
        let blank = |text: &str| text.trim().is_empty();
        prop_assert_eq!(profile.text("password-command").unwrap_or_default(), if blank(&command) { "" } else { &command });
        prop_assert_eq!(profile.text("username").unwrap_or_default(), if blank(&user) { "" } else { &user });
    }
}
