//! Files of variables.

use super::*;

/// Each value is carried as it is or refused: read back as the file's readers do, by the rest of the line, and for `Bare` and `Dotenv`
/// by shells too, which expand what some readers of `.env` expand.
#[test]
fn files_carry_a_value_or_refuse_it() {
    let carries = |file: File, value: &str| file.line("A", value).is_ok();
    for value in ["", "FwoGZXIvYXdzEBYaD+/=", "111122223333/Dev", "eu-west-1", "2026-11-22T00:30:29Z"] {
        for file in File::ALL {
            assert_eq!(file.line("A", value).unwrap(), format!("A={value}\n"), "{file:?}");
        }
    }
    assert_eq!(File::Dotenv.line("A", "a #b \"").unwrap(), "A='a #b \"'\n");
    assert!(!carries(File::Bare, "a b") && !carries(File::Bare, "~"));
    for value in ["it's", "a\\", "$x", "`x`"] {
        assert!(
            !carries(File::Dotenv, value) && carries(File::Docker, value) && carries(File::Github, value)
        );
    }
    assert!(
        !carries(File::Docker, " a") && !carries(File::Docker, "a\u{a0}") && carries(File::Github, " a ")
    );
    assert!(!carries(File::Docker, "a\tb") && !carries(File::Github, "\u{1b}[31m"));
    assert_eq!(github_mask("a%0Ab").unwrap(), "::add-mask::a%250Ab\n");
    assert_eq!(File::Bare.line("A;id", "x").unwrap_err().kind(), Some(Kind::Usage));
    for file in [File::Bare, File::Dotenv] {
        let values: Vec<String> = nasty_values().into_iter().filter(|value| carries(file, value)).collect();
        assert!(values.len() > 50, "{}", values.len());
        let lines =
            values.iter().enumerate().map(|(number, value)| file.line(&name_of(number), value).unwrap());
        let code: String = lines.chain(["unset AWS_PROFILE\n".to_owned()]).collect();
        for shell in ["bash", "dash"] {
            runs(&[shell, "-c"], "set -a; . \"$CODE\"; exec env -0", &code, &values);
        }
    }
}
