use super::strict::is_blank;
use super::{Change, Ini, LIMIT, LINES, is_profile_name, is_value};
use proptest::prelude::*;
use std::time::{Duration, Instant};

type Pairs<'c> = &'c [(&'c str, &'c str)];

fn edited(text: &str, section: &str, set: Pairs<'_>, remove: &[&str]) -> Result<String, String> {
    let ini = Ini::parse(text.as_bytes()).map_err(|fault| fault.to_string())?;
    let change = Change { section, set: set.to_vec(), remove: remove.to_vec() };
    ini.edit(&[change]).map(|text| text.to_string()).map_err(|fault| fault.to_string())
}

#[track_caller]
fn becomes(text: &str, section: &str, set: Pairs<'_>, remove: &[&str], expected: &str) {
    assert_eq!(edited(text, section, set, remove).as_deref(), Ok(expected));
    assert_eq!(
        edited(expected, section, set, remove).as_deref(),
        Ok(expected),
        "not the same when done again"
    );
}

#[test]
fn a_key_is_replaced_where_it_stands_and_all_else_stays() {
    let text = "# mine\n[a]\nk=1\n\n[ b ] # why\nk = 2\n; old\n[c]\n  K :  1  \n# tail\n[d]\nk = 3";
    becomes(text, "c", &[("k", "x")], &[], &text.replace("  K :  1  \n", "  K :  x\n"));
    becomes(text, "a", &[("k", "x")], &[], &text.replace("k=1", "k=x"));
    becomes(text, "d", &[("k", "x")], &[], &text.replace("k = 3", "k = x"));
    becomes("[a]\nk =\nl=\n", "a", &[("k", "x"), ("l", "y")], &[], "[a]\nk = x\nl=y\n");
}

/// Found by proptest: the blanks before a key and before its `=` made one behind it.
#[test]
fn a_new_value_stands_as_close_as_the_old_one() {
    for (old, new) in [
        ("\tk=1", "\tk=x"),
        ("k =1", "k =x"),
        ("k: 1", "k: x"),
        ("k\t=\t 1", "k\t=\t x"),
        ("k =", "k = x"),
        ("\tk=", "\tk=x"),
        ("k = ", "k = x"),
        ("k=  ", "k=x"),
    ] {
        becomes(&format!("[a]\n{old}\n"), "a", &[("k", "x")], &[], &format!("[a]\n{new}\n"));
    }
}

#[test]
fn a_value_that_is_there_stays_as_it_is_written() {
    let text = "[a]\nK  :  x  \n";
    becomes(text, "a", &[("k", "x")], &[], text);
}

#[test]
fn a_new_key_stands_behind_the_last_one_of_its_section() {
    becomes("[a]\nk = 1\n\n# of b\n[b]\n", "a", &[("l", "x")], &[], "[a]\nk = 1\nl = x\n\n# of b\n[b]\n");
    becomes("[a]\nk = 1", "a", &[("l", "x"), ("m", "y")], &[], "[a]\nk = 1\nl = x\nm = y\n");
    becomes("[a]", "a", &[("l", "x")], &[], "[a]\nl = x\n");
    becomes(
        "[a]\ns3 =\n  b = 1\n\n  c = 2\n\n[b]\n",
        "a",
        &[("l", "x")],
        &[],
        "[a]\ns3 =\n  b = 1\n\n  c = 2\nl = x\n\n[b]\n",
    );
}

#[test]
fn a_new_key_is_as_deep_as_the_one_before_or_the_line_below_would_go_on_with_it() {
    becomes("  [a]\n    k = 1\n  [b]\n", "a", &[("l", "x")], &[], "  [a]\n    k = 1\n    l = x\n  [b]\n");
    becomes("[a]\n   [b]\n   k = 1\n", "a", &[("l", "x")], &[], "[a]\n   l = x\n   [b]\n   k = 1\n");
}

#[test]
fn a_value_of_many_lines_goes_whole_and_comments_in_it_stay() {
    let text = "[a]\nk = 1\n  2\n  # why\n\n  3\nl = 4\n";
    becomes(text, "a", &[("k", "x")], &[], "[a]\nk = x\n  # why\n\nl = 4\n");
    becomes(text, "a", &[], &["k"], "[a]\n  # why\n\nl = 4\n");
    let ini = Ini::parse(text.as_bytes()).unwrap();
    assert_eq!(ini.section("a").unwrap().value("K").as_deref(), Some("1\n2\n\n3"));
    assert_eq!(ini.section("a").unwrap().names().collect::<Vec<_>>(), ["k", "l"]);
}

#[test]
fn a_new_section_is_never_glued_onto_the_last_value() {
    becomes("", "a", &[("k", "x")], &[], "[a]\nk = x\n");
    becomes("[b]\nk = 1", "a", &[("k", "x")], &[], "[b]\nk = 1\n\n[a]\nk = x\n");
    becomes("[b]\nk = 1\n\n", "a", &[("k", "x")], &[], "[b]\nk = 1\n\n[a]\nk = x\n");
    becomes("# only this", "profile a", &[], &[], "# only this\n\n[profile a]\n");
}

#[test]
fn a_file_from_windows_stays_one() {
    becomes(
        "[b]\r\nk = 1\r\nl=2\r\n",
        "b",
        &[("k", "x"), ("m", "y")],
        &[],
        "[b]\r\nk = x\r\nl=2\r\nm = y\r\n",
    );
    becomes("[b]\r\nk = 1", "a", &[("k", "x")], &[], "[b]\r\nk = 1\r\n\r\n[a]\r\nk = x\r\n");
}

#[test]
fn many_sections_change_at_once_and_each_once() {
    let ini = Ini::parse(b"[a]\nk = 1\n[b]\nk = 2\n").unwrap();
    let change = |section| Change { section, set: vec![("k", "x")], remove: vec!["old"] };
    let text = ini.edit(&[change("b"), change("c"), change("a"), change("d")]).unwrap();
    assert_eq!(*text, "[a]\nk = x\n[b]\nk = x\n\n[c]\nk = x\n\n[d]\nk = x\n");
    assert!(ini.edit(&[change("b"), change("b")]).unwrap_err().what.contains("twice"));
}

#[test]
fn what_botocore_cannot_read_is_refused_with_its_line() {
    for (text, line, word) in [
        ("[a]\nk = 1\n[a]\n", 3, "the section a is there twice"),
        ("[a]\nk = 1\n K = 2\nK:3\n", 4, "the key k is there twice"),
        ("# x\nk = 1\n", 2, "before the first section"),
        ("[a]\nno key\n", 2, "no = in it"),
        ("[a]\n= v\n", 2, "no name"),
        ("\u{feff}[a]\n", 1, "byte order mark"),
        ("[a]\ns3 =\n  b\nk = 1\n", 3, "nested line"),
        ("[a]\ns3 =\n  b = 1\u{2028}c", 3, "nested line"),
        ("[]\n", 1, "brackets"),
        // What others read otherwise.
        ("[a] ; see [b]\n", 1, "brackets"),
        ("[a\nk = 1\n", 1, "brackets"),
        ("[a] b\n", 1, "behind the section"),
        ("[a]\nk = 1\rl = 2\n", 2, "carriage return"),
        ("[a]\nk = 1\n\0\0\0", 3, "NUL"),
        ("[a]\nk = 1\n  [b]\n", 3, "indented section"),
    ] {
        let fault = Ini::parse(text.as_bytes()).unwrap_err();
        assert_eq!((fault.line, fault.what.contains(word)), (line, true), "{text:?}: {fault}");
        assert!(fault.to_string().starts_with(&format!("line {line}: ")));
    }
    assert_eq!(Ini::parse(b"[a]\nk = \xff\n").unwrap_err().line, 2);
    assert!(edited("[ a ]\n", "a", &[], &[]).unwrap_err().starts_with("line 1: some tools take"));
    assert!(edited("[a]\n[a ]\n", "a", &[], &[]).unwrap_err().starts_with("line 2: some tools take"));
}

#[test]
fn debug_names_sections_and_keys_with_their_lines_and_no_value() {
    let ini = Ini::parse(b"[a]\nk = CANARY\n").unwrap();
    let shown = format!("{ini:?}");
    assert!(shown.contains("k on line 2") && shown.contains("\"a\"") && !shown.contains("CANARY"), "{shown}");
}

#[test]
fn there_is_room_for_all_of_the_text_before_the_first_key_is_written() {
    let text: String = (0..20).map(|n| format!("[s{n}]\nk = 1\n")).collect();
    let long = "x".repeat(500);
    let sections: Vec<String> = (0..21).map(|n| format!("s{n}")).collect();
    for set in [vec![("l", long.as_str())], vec![("l", &long), ("k", "2")]] {
        let changes: Vec<Change<'_>> =
            sections.iter().map(|section| Change { section, set: set.clone(), remove: Vec::new() }).collect();
        let written = Ini::parse(text.as_bytes()).unwrap().edit(&changes).unwrap();
        assert!(written.len() > 21 * 500);
        // A text that has grown has room for twice as much.
        assert!(written.capacity() <= written.len() + 300, "{} {}", written.capacity(), written.len());
    }
}

#[test]
fn what_is_data_to_botocore_is_data() {
    let text = "[a b]\n\"k\" = 'v' # not a comment\nl = 50% ; \u{85}\u{b}x\n\u{a0}\n[DEFAULT]\nk=\n";
    let ini = Ini::parse(text.as_bytes()).unwrap();
    assert_eq!(ini.section("a b").unwrap().value("\"k\"").as_deref(), Some("'v' # not a comment"));
    assert_eq!(ini.section("DEFAULT").unwrap().value("k").as_deref(), Some(""));
}

#[test]
fn names_are_those_that_all_of_awss_tools_take() {
    for name in ["a", "111122223333-Dev", "a.b@c/d:e+f%g_h", "default", &"x".repeat(128)] {
        assert!(is_profile_name(name), "{name}");
    }
    for name in [
        "",
        "DEFAULT",
        "Default",
        "a b",
        "a]",
        "a\n",
        "a,b",
        "a=b",
        "[a",
        "é",
        "a#b",
        "a'b",
        &"x".repeat(129),
    ] {
        assert!(!is_profile_name(name), "{name}");
        assert!(edited("", name, &[], &[]).is_err(), "{name}");
    }
}

#[test]
fn values_are_those_that_all_of_awss_tools_read_as_they_are() {
    for value in ["", "a", "a b", "a#b;c", "'a'", "é", "%(x)s", "=", "[a]"] {
        assert!(is_value(value), "{value}");
    }
    for value in [
        " a",
        "a\u{a0}",
        "a\nb",
        "a\rb",
        "a\0",
        "\u{1b}[0m",
        "a #b",
        "a\t;b",
        "#",
        "; a",
        "a\u{2028}[b]",
        "a\u{85}b",
    ] {
        assert!(!is_value(value), "{value:?}");
        assert!(edited("", "a", &[("k", value)], &[]).is_err(), "{value:?}");
    }
    for key in ["aws_access_key_id", "s3", "_", "0"] {
        becomes("[a]\n", "a", &[(key, "x")], &[], &format!("[a]\n{key} = x\n"));
    }
    for key in ["", "K", "a b", "a=", "a]", "a\n"] {
        assert!(edited("", "a", &[(key, "x")], &[]).is_err(), "{key:?}");
    }
    assert!(edited("", "a", &[("k", "x")], &["k"]).is_err());
}

#[test]
fn a_hostile_file_is_read_or_refused_soon() {
    let start = Instant::now();
    let long = Ini::parse(&vec![b'['; LIMIT + 1]).unwrap_err().to_string();
    assert!(long.contains("1 MiB") && !long.contains("line"), "{long}");
    assert!(Ini::parse(&vec![b' '; LIMIT]).is_ok());
    assert!(Ini::parse("\n".repeat(LINES).as_bytes()).is_ok());
    assert_eq!(Ini::parse(&vec![b'\n'; LINES + 1]).unwrap_err().line, LINES + 1);
    let sections: String = (0..LINES).map(|number| format!("[{number:x}]\n")).collect();
    let keys: String = std::iter::once("[a]\n".to_owned())
        .chain((1..LINES).map(|number| format!("{number:x}=\n")))
        .collect();
    let value = format!("[a]\nk = x\n{}", " x\n".repeat(LINES - 2));
    for text in [sections, keys, value, "[".repeat(LIMIT), " ".repeat(LIMIT), "\n".repeat(LINES)] {
        let Ok(ini) = Ini::parse(text.as_bytes()) else { continue };
        let names: Vec<String> = (0..250).map(|number| format!("n{number}")).collect();
        let changes =
            names.iter().map(|name| Change { section: name, set: vec![("k", "x")], remove: vec![] });
        assert!(ini.edit(&changes.collect::<Vec<_>>()).unwrap().starts_with(text.get(..2).unwrap_or("")));
    }
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

/// Texts of the pieces that matter, most of them files.
fn text() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        8 => "[ ]{0,2}\\[[a-d]\\]( # x)?",
        12 => "[ \t]{0,3}[a-dK]{1,2}[ ]?[=:][ ]?[a-c \u{a0}]{0,3}",
        3 => "[ ]{0,3}[#;] [a-c\\[\\]=]{0,5}",
        2 => "[ \t]{0,3}",
        1 => "[a-b\\[\\] =\r\u{2028}\u{feff}]{0,6}",
    ];
    let end = prop_oneof![8 => Just("\n"), 1 => Just("\r\n")];
    (prop::collection::vec((line, end), 0..14), any::<bool>()).prop_map(|(lines, cut)| {
        let text: String = lines.iter().flat_map(|(line, end)| [line.as_str(), end]).collect();
        if cut { text.trim_end_matches(['\r', '\n']).to_owned() } else { text }
    })
}

/// Each section's own lines, without what ends the last of the file: that a new section may add to.
fn pieces(text: &str) -> Vec<(String, String)> {
    let ini = Ini::parse(text.as_bytes()).unwrap();
    let starts: Vec<usize> = ini.sections.iter().map(|section| section.header).collect();
    let ends = starts.iter().skip(1).copied().chain([ini.lines.len()]);
    let piece = |(start, end): (&usize, usize)| ini.lines[*start..end].concat().trim_end().to_owned();
    let names = ini.sections.iter().map(|section| section.name.to_owned());
    names.zip(starts.iter().zip(ends).map(piece)).collect()
}

proptest! {
    #[test]
    fn an_edit_keeps_all_other_profiles_byte_for_byte_and_sets_what_it_says(
        text in text(), section in "[a-e]", value in "[a-c#]{0,3}", other in "[a-b]{1,2}",
    ) {
        let set = [("k", value.as_str()), ("new", "x y")];
        let Ok(after) = edited(&text, &section, &set, &[&other]) else { return Ok(()) };
        let others = |text: &str| pieces(text).into_iter().filter(|(name, _)| *name != section).collect::<Vec<_>>();
        prop_assert_eq!(others(&text), others(&after));
        let (old, new) = (Ini::parse(text.as_bytes()).unwrap(), Ini::parse(after.as_bytes()).unwrap());
        let found = new.section(&section).unwrap();
        prop_assert_eq!(found.value("k"), Some(value.clone()));
        prop_assert_eq!(found.value("new"), Some("x y".to_owned()));
        prop_assert_eq!(found.value(&other), None);
        for name in old.section(&section).iter().flat_map(|old| old.names()).filter(|name| *name != other && *name != "k") {
            prop_assert_eq!(found.value(name), old.section(&section).unwrap().value(name));
        }
        // Once more is nothing, a value and back is the same but for blanks behind a first one, and no comment is lost.
        prop_assert_eq!(edited(&after, &section, &set, &[&other]).unwrap(), after.clone());
        let there = edited(&after, &section, &[("k", "other")], &[]).unwrap();
        let back = edited(&there, &section, &set, &[]).unwrap();
        if !value.is_empty() {
            let lines = |text: &str| text.lines().map(|line| line.trim_end_matches(is_blank).to_owned()).collect::<Vec<_>>();
            prop_assert_eq!(lines(&after), lines(&back));
            prop_assert_eq!(edited(&back, &section, &[("k", "other")], &[]).unwrap(), there);
        }
        let comments = |text: &str| text.lines().filter(|line| line.trim().starts_with(['#', ';'])).map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(comments(&text), comments(&after));
    }

    #[test]
    fn an_edit_that_changes_nothing_gives_the_same_bytes(text in text()) {
        if let Ok(ini) = Ini::parse(text.as_bytes()) {
            prop_assert_eq!(&*ini.edit(&[]).unwrap(), &text);
        }
    }
}
