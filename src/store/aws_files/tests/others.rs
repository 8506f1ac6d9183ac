//! Tools that take no lock, as the AWS CLI.

use super::super::LINGER;
use super::super::late::Late;
use super::super::place::Place;
use super::super::replace::New;
use super::{Home, PATIENCE, one};
use crate::ini::Ini;
use std::fs;
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

/// As the AWS CLI writes: the old text is read, the file emptied, and filled again.
fn in_place(path: &Path, add: &str, gap: Duration) {
    let old = fs::read_to_string(path).unwrap();
    thread::sleep(gap);
    fs::write(path, "").unwrap();
    thread::sleep(gap);
    fs::write(path, old + add).unwrap();
}

#[test]
fn a_file_that_another_tool_has_just_emptied_is_not_taken_for_empty() {
    let home = Home::with("[b]\nk = 1\n", 0o600);
    let path = home.path();
    thread::scope(|scope| {
        scope.spawn(|| in_place(&path, "[cli]\nk = 2\n", Duration::from_millis(150)));
        // In the middle of it.
        thread::sleep(Duration::from_millis(200));
        home.set("a", "k", "x").unwrap();
    });
    assert_eq!(home.text(), "[b]\nk = 1\n[cli]\nk = 2\n\n[a]\nk = x\n");
}

#[test]
fn a_change_that_another_tool_undoes_is_made_again() {
    let home = Home::with("[b]\nk = 1\n", 0o600);
    let path = home.path();
    thread::scope(|scope| {
        // Reads before we write, and writes after it.
        scope.spawn(|| in_place(&path, "[cli]\nk = 2\n", LINGER));
        thread::sleep(Duration::from_millis(20));
        home.set("a", "k", "x").unwrap();
    });
    let text = home.text();
    assert!(
        text.contains("[a]\nk = x\n") && text.contains("[cli]\nk = 2\n") && text.contains("[b]\nk = 1\n"),
        "{text}"
    );
}

/// As the AWS CLI adds a profile: the file is opened to append, and something comes between.
#[test]
fn what_another_tool_writes_into_the_replaced_file_is_taken_over() {
    for (writes, expected) in [
        (&["[cli]\nk = 2\n"][..], "[b]\nk = 1\n\n[a]\nk = x\n\n[cli]\nk = 2\n"),
        (&["[cli]\nk =", " 2\n"], "[b]\nk = 1\n\n[a]\nk = x\n\n[cli]\nk = 2\n"),
        (&["l = 2\n[a]\nk = theirs\n"], "[b]\nk = 1\nl = 2\n\n[a]\nk = x\n"),
        (&["[not a name]\nk = 2\n"], "[b]\nk = 1\n\n[a]\nk = x\n"),
    ] {
        let home = Home::with("[b]\nk = 1\n", 0o600);
        let mut opened = fs::File::options().append(true).open(home.path()).unwrap();
        thread::scope(|scope| {
            scope.spawn(|| {
                let inode = opened.metadata().unwrap().ino();
                while fs::metadata(home.path()).unwrap().ino() == inode {
                    thread::sleep(Duration::from_millis(1));
                }
                for part in writes {
                    opened.write_all(part.as_bytes()).unwrap();
                    thread::sleep(Duration::from_millis(10));
                }
            });
            home.set("a", "k", "x").unwrap();
        });
        assert_eq!(home.text(), expected);
    }
}

#[test]
fn a_file_that_changes_before_ours_takes_its_place_is_read_again() {
    let home = Home::with("[b]\nk = 1\n", 0o600);
    let mut seen = 0;
    let plan = |ini: &Ini<'_>| {
        seen += 1;
        if seen == 1 {
            fs::write(home.path(), "[b]\nk = 1\n[cli]\nk = 2\n").unwrap();
        }
        assert_eq!(ini.section("cli").is_some(), seen > 1);
        Ok(vec![one("a", "k", "x")])
    };
    home.file().edit(PATIENCE, plan).unwrap();
    assert_eq!(home.text(), "[b]\nk = 1\n[cli]\nk = 2\n\n[a]\nk = x\n");
    assert_eq!((seen, home.names()), (2, vec!["credentials".to_owned()]));
}

#[test]
fn what_turns_one_file_into_another_is_what_an_edit_can_do() {
    let turned = |before: &str, now: &str| {
        let late = Late::between(before.as_bytes(), now.as_bytes());
        Ini::parse(before.as_bytes()).unwrap().edit(&late.beside(vec![])).unwrap().to_string()
    };
    for now in [
        "",
        "[a]\nk = 1\n",
        "[a]\nk = 2\nl = 3\n",
        "[a]\n",
        "[a]\nk = 1\n\n[b]\n",
        "[a]\nk = 1\n\n[profile b]\nk = 1\n",
    ] {
        let whole = if now.is_empty() { "[a]\nk = 1\n" } else { now };
        assert_eq!(turned("[a]\nk = 1\n", now), whole, "{now}");
    }
    // What cannot be read, or set, is left.
    for now in ["[a]\nk = 9\n[a]\n", "[a]\nk = 9 # x\n", "[b c]\nk = 9\n"] {
        assert_eq!(turned("[a]\nk = 1\n", now), "[a]\nk = 1\n", "{now}");
    }
}

#[test]
fn a_file_that_another_tool_makes_in_between_is_not_replaced_unseen() {
    let home = Home::new();
    home.set("a", "k", "x").unwrap();
    let place = Place::find(&home.path()).unwrap();
    let new = New::write(&place, None, "[b]\n").unwrap();
    assert!(new.take_place(true).unwrap().is_none());
    assert_eq!((home.text().as_str(), home.names()), ("[a]\nk = x\n", vec!["credentials".to_owned()]));
}
