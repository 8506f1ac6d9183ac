//! A value, quoted for a shell, is read as itself by that shell's own rules, on one line; or it is refused.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::shell::{Dialect, File, Script, github_mask, is_name};
use oktapipe_fuzz::readers::word;

fuzz_target!(|value: &str| {
    let is_refused = value.contains(['\0', '\n', '\r']);
    for dialect in Dialect::ALL {
        match dialect.quote(value) {
            Ok(quoted) => assert_eq!(word(dialect, &quoted).as_deref(), Some(value), "{dialect:?} {quoted}"),
            Err(_) => assert!(is_refused || value.is_empty(), "{dialect:?} {value:?}"),
        }
        assert!(Dialect::named(value).is_none_or(|named| named.names().contains(&value)));
        let mut script = Script::for_credentials(dialect);
        assert!(script.unset(&[value]).is_err() || is_name(value), "{value:?}");
        let failing = Script::new(dialect).failing(value.len() as u8);
        assert!(failing.lines().count() <= 1 && !format!("{script:?}").contains("CANARY"));
        let mut script = Script::new(dialect);
        let code = script.export("A", value).map(|_| ()).map(|()| script.into_code());
        assert!(code.is_err() || code.is_ok_and(|code| code.ends_with('\n') && code.lines().count() <= 2));
    }
    assert!(github_mask(value).is_err() || github_mask(value).is_ok_and(|mask| mask.lines().count() == 1));
    for file in File::ALL {
        let Ok(line) = file.line("A", value) else { continue };
        let rest = line.strip_prefix("A=").and_then(|line| line.strip_suffix('\n')).unwrap_or_default();
        assert!(rest == value || word(Dialect::Sh, rest).as_deref() == Some(value), "{file:?} {line}");
        assert!(!rest.contains(char::is_control), "{file:?} {line}");
    }
});
