//! What each dialect looks like.

use super::*;

#[test]
fn shells_of_the_sh_family_are_one_dialect() {
    for name in ["sh", "bash", "zsh", "dash", "ksh", "mksh"] {
        assert_eq!(Dialect::named(name), Some(Dialect::Sh));
    }
    assert_eq!(Dialect::named("cmd"), None);
    for dialect in Dialect::ALL {
        assert!(dialect.names().iter().all(|name| Dialect::named(name) == Some(dialect)), "{dialect:?}");
    }
}

/// What `export` sets, `unset` and what fails, in each dialect.
#[test]
fn the_dialects_look_like_this() {
    let look = |dialect| {
        let mut script = Script::new(dialect);
        script.unset(&["A", "B"]).unwrap().export("C", "it's \\ $x!").unwrap();
        let mut failed = Script::new(dialect);
        failed.unset(&["A"]).unwrap();
        (script.into_code(), failed.failing(77))
    };
    let both = |done: &str, failed: &str| (done.to_owned(), failed.to_owned());
    assert_eq!(look(Dialect::Sh), both("unset A B\nexport C='it'\\''s \\ $x!'\n", "unset A\n(exit 77)\n"));
    assert_eq!(
        look(Dialect::Fish),
        both(
            "set -eg A;\nset -eg B;\nset -gx C 'it\\'s \\\\ $x!';\ntrue;\n",
            "set -eg A;\nsh -c 'exit 77';\n"
        )
    );
    assert_eq!(
        look(Dialect::Tcsh),
        both("unsetenv A;\nunsetenv B;\nsetenv C 'it'\\''s \\ $x\\!';\n", "unsetenv A;\nsh -c 'exit 77';\n")
    );
    assert_eq!(
        look(Dialect::Elvish),
        both("unset-env A\nunset-env B\nset-env C 'it''s \\ $x!'\n", "unset-env A\n")
    );
    assert_eq!(
        look(Dialect::Xonsh),
        both(
            "${...}.pop('A', None)\n${...}.pop('B', None)\n$C = 'it\\'s \\\\ $x!'\n",
            "${...}.pop('A', None)\nraise __import__('subprocess').CalledProcessError(77, 'oktapipe')\n"
        )
    );
    assert_eq!(
        look(Dialect::PowerShell),
        both(
            "Remove-Item Env:A -ErrorAction Ignore\nRemove-Item Env:B -ErrorAction Ignore\n$env:C = 'it''s \\ $x!'\n",
            "Remove-Item Env:A -ErrorAction Ignore\nthrow 'oktapipe failed with 77'\n"
        )
    );
}

#[test]
fn powershell_knows_five_quotes_and_no_empty_variable() {
    let word = Dialect::PowerShell.quote("'\u{2018}\u{2019}\u{201a}\u{201b}\"`").unwrap();
    assert_eq!(
        word,
        "\u{27}\u{27}\u{27}\u{2018}\u{2018}\u{2019}\u{2019}\u{201a}\u{201a}\u{201b}\u{201b}\"`'"
    );
    assert_eq!(Dialect::PowerShell.quote("").unwrap_err().kind(), Some(Kind::WrongDocument));
}
