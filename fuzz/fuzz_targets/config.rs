//! A file of profiles is read, or refused on one of its lines; what is read means the same after a change of another profile or of the names of
//! accounts, and in an excerpt.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::config::{Config, KEYS, Value, excerpt, with_aliases, with_profile};
use std::path::Path;

fn values(config: &Config, name: &str) -> Vec<Option<Value>> {
    let profile = config.profile(name).unwrap();
    KEYS.iter().map(|key| profile.setting(key.name).map(|setting| setting.value.clone())).collect()
}

fuzz_target!(|text: &str| {
    let config = match Config::parse(text) {
        Ok(config) => config,
        Err(fault) => return assert!(fault.line <= text.split('\n').count(), "{fault:?}"),
    };
    let change = [("org", Some(Value::Text("x".to_owned()))), ("inherit", None)];
    let after = with_profile(text, "other", &change).map(|after| Config::parse(&after).unwrap());
    let part = Config::parse(&excerpt(text, &config.names().collect::<Vec<_>>())).unwrap();
    let named = with_aliases(text, &[("000000000001", "x")]).map(|named| Config::parse(&named).unwrap());
    assert!(named.as_ref().map_or(true, |named| named.aliases()["000000000001"] == "x"), "{text:?}");
    for name in config.names() {
        let at_home = config.profile(name).unwrap().at_home(Path::new("/h"));
        assert!(!at_home.text("ca-file").is_some_and(|path| path.starts_with("~/")), "{text:?}");
        assert!(
            named.as_ref().map_or(true, |named| values(named, name) == values(&config, name)),
            "{text:?}"
        );
        assert_eq!(values(&config, name), values(&part, name), "{text:?}");
        let Ok(after) = &after else { continue };
        assert!(
            name == "other"
                || config.profile(name).unwrap().chain().contains(&"other".to_owned())
                || values(&config, name) == values(after, name),
            "{text:?}"
        );
    }
});
