//! What is written into a file that people edit too.

use super::super::{Value, excerpt, with_aliases, with_profile};
use crate::error::Error;
use std::path::Path;

#[test]
fn an_edit_changes_what_it_names_and_nothing_else() {
    let before =
        "# mine\n\n[profile.a] # first\norg = 'x'   # why\n# between\nrole = 'Dev'\n\n[profile.b]\norg='y'\n";
    let settings = [
        ("org", Some(Value::Text("z".into()))),
        ("role", None),
        ("factor", Some(Value::List(vec!["push".into(), "sms".into()]))),
        ("push-timeout", Some(Value::Number(9))),
        ("strict-duration", Some(Value::Switch(true))),
    ];
    let after = with_profile(before, "a", &settings).unwrap();
    assert_eq!(
        after,
        "# mine\n\n[profile.a] # first\norg = \"z\"   # why\nfactor = [\"push\", \"sms\"]\npush-timeout = 9\nstrict-duration = true\n\n[profile.b]\norg='y'\n"
    );
    let settings =
        [("inherit", Some(Value::Text("b".into()))), ("label", Some(Value::List(vec!["A".into()])))];
    let after = with_profile(before, "c/d", &settings).unwrap();
    assert_eq!(after, format!("{before}\n[profile.\"c/d\"]\ninherit = \"b\"\nlabel = \"A\"\n"));
    assert_eq!(with_profile("", "a", &settings[1..]).unwrap(), "[profile.a]\nlabel = \"A\"\n");
    let inline =
        with_profile("profile = {a = {org = 'x'}}\n", "a", &[("region", Some(Value::Text("eu".into())))]);
    assert_eq!(inline.unwrap(), "profile = {a = {org = 'x', region = \"eu\" }}\n");
}

/// Found by fuzzing: a table in it made toml_edit panic.
#[test]
fn a_profile_is_added_to_an_inline_table() {
    for (before, after) in [
        ("profile = {a = {org = 'x'}}\n", "profile = {a = {org = 'x'}, b = { org = \"y\" } }\n"),
        ("profile ={a ={org=''} ,}\n", "profile ={a ={org=''} , b = { org = \"y\" } ,}\n"),
        ("profile = {}\n", "profile = { b = { org = \"y\" } }\n"),
    ] {
        assert_eq!(with_profile(before, "b", &[("org", Some(Value::Text("y".into())))]).unwrap(), after);
    }
}

/// toml_edit would put it above that comment, which then would be about the wrong profile.
#[test]
fn a_new_profile_comes_behind_the_comment_at_the_end() {
    let before = "[profile.a]\norg = 'x'\n# about a";
    let after = with_profile(before, "b", &[("org", Some(Value::Text("y".into())))]).unwrap();
    assert_eq!(after, format!("{before}\n\n[profile.b]\norg = \"y\"\n"));
}

#[test]
fn aliases_are_put_in_beside_the_others() {
    let before = "# mine\n[aliases]\n111111111111 = 'one' # first\n222222222222 = 'two'\n";
    let after = with_aliases(before, &[("222222222222", "zwei"), ("333333333333", "three")]).unwrap();
    assert_eq!(
        after,
        "# mine\n[aliases]\n111111111111 = 'one' # first\n222222222222 = \"zwei\"\n333333333333 = \"three\"\n"
    );
    assert_eq!(with_aliases(before, &[]).unwrap(), before);
    assert_eq!(
        with_aliases("\u{feff}", &[("111111111111", "one")]).unwrap(),
        "[aliases]\n111111111111 = \"one\"\n"
    );
    with_aliases("", &[("not an account", "one")]).unwrap_err();
}

#[test]
fn an_excerpt_is_the_profiles_named_and_nothing_else() {
    let text = "# mine\n[profile.a] # first\norg='x'   # why\n\n[aliases]\n111111111111 = 'one'\n\n[profile.b]\norg = 'y'\n[profile.c]\norg = 'z'\n# end\n";
    assert_eq!(excerpt(text, &["b"]), "[profile.b]\norg = 'y'\n");
    assert_eq!(
        excerpt(text, &["c", "a"]),
        "# mine\n[profile.a] # first\norg='x'   # why\n[profile.c]\norg = 'z'\n"
    );
    assert_eq!(excerpt(text, &["nobody"]), "");
}

#[test]
fn an_edit_never_writes_what_would_not_be_read() {
    for (text, name, key, value) in [
        ("[profile.a]\nnope = 1", "a", "org", "x"),
        ("", "a b", "org", "x"),
        ("", "a", "inherit", "a"),
        ("", "a", "region", "no region"),
        ("", "a", "password", "CANARY"),
    ] {
        let fault = with_profile(text, name, &[(key, Some(Value::Text(value.into())))]).unwrap_err();
        assert!(
            matches!(fault.error(Path::new("f")), Error::Failed(_))
                && !format!("{fault:?}").contains("CANARY")
        );
    }
}
