//! What reads our own code back takes only what we write: written again, the statements are the same bytes; and it takes all of that.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::secret::ExposeSecret;
use oktapipe::shell::{Dialect, Script, Statement, is_code, read};

fuzz_target!(|text: &str| {
    let mut script = Script::for_credentials(Dialect::Sh);
    if script.export("A", text).is_ok() {
        let code = script.into_code();
        let all = read(&code).unwrap_or_default();
        let [Statement::Unset(_), Statement::Export(name, value)] = all.as_slice() else { panic!("{code}") };
        assert!(name == "A" && value.expose_secret() == text && is_code(code.as_bytes()), "{code}");
    }
    let Some(statements) = read(text) else { return };
    let mut script = Script::new(Dialect::Sh);
    let mut exit = String::new();
    for statement in &statements {
        match statement {
            Statement::Unset(names) => {
                script.unset(&names.iter().map(String::as_str).collect::<Vec<_>>()).map(|_| ())
            }
            Statement::Export(name, value) => script.export(name, value.expose_secret()).map(|_| ()),
            Statement::Exit(code) => Ok(exit = Dialect::Sh.failure(*code)),
        }
        .unwrap_or_else(|error| panic!("{error} in {text}"));
    }
    let again = script.into_code() + &exit;
    assert!(again == text || again.strip_suffix('\n') == Some(text), "{again} is not {text}");
    assert!(is_code(text.as_bytes()), "{text}");
});
