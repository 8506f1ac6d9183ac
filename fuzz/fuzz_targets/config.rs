//! A file of profiles is read, or refused on one of its lines; what is read means the same after a change of another profile, and in an excerpt.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::config::{Config, KEYS, Value, excerpt, with_profile};

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
    for name in config.names() {
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
