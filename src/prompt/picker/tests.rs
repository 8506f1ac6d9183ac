//! The picker without a terminal: keys in, frames out.

use super::super::keys::Key;
use super::super::width::columns;
use super::frame::{Frame, page};
use super::list::{List, Pressed};
use crate::terminal::Choice;
use proptest::prelude::*;

fn choice(columns: &[&str]) -> Choice {
    Choice { name: columns.join("/"), columns: columns.iter().map(|cell| (*cell).to_owned()).collect() }
}

fn roles() -> List {
    List::new(
        "Which role?",
        &[
            choice(&["111122223333", "Admin"]),
            choice(&["111122223333", "Dev"]),
            choice(&["444455556666", "ReadOnly"]),
            choice(&["444455556666", "team/DevOps"]),
            choice(&["444455556666", "管理者"]),
        ],
    )
}

fn many() -> List {
    let choices: Vec<Choice> =
        (0..250).map(|n| choice(&[&format!("1111{:08}", n / 50), &format!("Role{n}")])).collect();
    List::new("Which role?", &choices)
}

fn type_in(list: &mut List, text: &str) {
    text.chars().for_each(|c| assert_eq!(list.press(Key::Text(c), 10), Pressed::On));
}

fn names(list: &List) -> Vec<&str> {
    list.found.iter().map(|place| list.rows[*place].name.as_str()).collect()
}

#[test]
fn what_is_typed_is_searched_in_all_columns_word_by_word() {
    for (typed, expected) in [
        ("dev", &["111122223333/Dev", "444455556666/team/DevOps"][..]),
        ("4444 dev", &["444455556666/team/DevOps"]),
        ("dev 4444", &["444455556666/team/DevOps"]),
        ("rdonly", &["444455556666/ReadOnly"]),
        ("管理", &["444455556666/管理者"]),
        // Smart case: a capital letter means itself.
        ("DO", &["444455556666/team/DevOps"]),
        ("nothing", &[]),
        ("  ", &names(&roles())[..]),
    ] {
        let mut list = roles();
        type_in(&mut list, typed);
        assert_eq!(names(&list), expected, "{typed}");
    }
}

#[test]
fn enter_takes_the_marked_one_by_its_place_in_the_list() {
    let mut list = roles();
    assert_eq!(list.press(Key::Enter, 10), Pressed::Taken(0));
    list.press(Key::Down, 10);
    assert_eq!(list.press(Key::Enter, 10), Pressed::Taken(1));
    type_in(&mut list, "ro");
    assert_eq!(list.press(Key::Enter, 10), Pressed::Taken(2));
    type_in(&mut list, "zzz");
    assert_eq!(list.press(Key::Enter, 10), Pressed::On);
}

#[test]
fn keys_move_within_the_list_and_stop_at_its_ends() {
    let mut list = many();
    for (key, at) in [
        (Key::Up, 0),
        (Key::Down, 1),
        (Key::PageDown, 11),
        (Key::End, 249),
        (Key::Down, 249),
        (Key::PageDown, 249),
        (Key::PageUp, 239),
        (Key::Home, 0),
        (Key::PageUp, 0),
    ] {
        assert_eq!(list.press(key, 10), Pressed::On);
        assert_eq!(list.at, at, "{key:?}");
    }
}

#[test]
fn what_was_typed_can_be_taken_back() {
    let mut list = roles();
    type_in(&mut list, "dev ops x");
    assert_eq!(list.found.len(), 0);
    list.press(Key::Backspace, 10);
    assert_eq!(list.filter, "dev ops ");
    list.press(Key::DropWord, 10);
    assert_eq!((list.filter.as_str(), list.found.len()), ("dev ", 2));
    list.press(Key::DropAll, 10);
    assert_eq!((list.filter.as_str(), list.found.len()), ("", 5));
    list.press(Key::Backspace, 10);
    list.press(Key::DropWord, 10);
    assert_eq!(list.filter, "");
}

#[test]
fn escape_cancels_and_ctrl_d_only_with_nothing_typed() {
    let mut list = roles();
    type_in(&mut list, "d");
    assert_eq!(list.press(Key::EndOfInput, 10), Pressed::On);
    assert_eq!(list.press(Key::Escape, 10), Pressed::Cancelled);
    list.press(Key::Backspace, 10);
    assert_eq!(list.press(Key::EndOfInput, 10), Pressed::Cancelled);
}

#[test]
fn a_frame_has_columns_a_mark_and_a_counter() {
    let mut list = roles();
    type_in(&mut list, "e");
    list.press(Key::Down, 10);
    let frame = Frame::new(&list, 80, 24);
    assert_eq!(frame.head, "Which role? e");
    let rows: Vec<&str> = frame.rows.iter().map(|(_, row)| row.as_str()).collect();
    assert!(
        rows.contains(&"  111122223333  Dev") && rows.iter().any(|row| row.starts_with("> ")),
        "{rows:?}"
    );
    let foot = frame.foot.unwrap();
    assert_eq!(foot, "  3/5  type to search, arrows move, Enter takes, Esc cancels");
}

#[test]
fn a_narrow_terminal_cuts_and_a_low_one_shows_fewer() {
    let list = many();
    let frame = Frame::new(&list, 20, 5);
    assert_eq!(frame.rows.len(), 2);
    assert_eq!(frame.rows[0], (true, "> 1111000…  Role0".to_owned()));
    assert_eq!(frame.foot.as_deref(), Some("  250/250"));
    assert_eq!(Frame::new(&list, 80, 50).rows.len(), 12);
}

#[test]
fn the_window_follows_the_mark() {
    let mut list = many();
    list.press(Key::End, 12);
    let frame = Frame::new(&list, 80, 24);
    assert_eq!(frame.rows.last(), Some(&(true, "> 111100000004  Role249".to_owned())));
}

#[test]
fn drawing_ends_with_the_cursor_behind_what_was_typed() {
    let mut list = List::new("Which?", &[choice(&["a"]), choice(&["b"])]);
    type_in(&mut list, "a");
    let text = Frame::new(&list, 80, 24).draw();
    assert!(text.starts_with("\x1b[?25l\r\x1b[JWhich? a\r\n\x1b[7m> a\x1b[0m\r\n"), "{text:?}");
    assert!(text.ends_with("\r\x1b[2A\x1b[8C\x1b[?25h"), "{text:?}");
}

#[test]
fn ten_thousand_roles_are_searched_while_one_types() {
    let choices: Vec<Choice> =
        (0..10_000).map(|n| choice(&["111122223333", &format!("Team{n}Role")])).collect();
    let mut list = List::new("Which role?", &choices);
    let start = std::time::Instant::now();
    type_in(&mut list, "team 99 role");
    // Twelve keys; unoptimised, on a busy machine.
    assert!(start.elapsed().as_secs() < 6, "{:?}", start.elapsed());
}

fn any_key() -> impl Strategy<Value = Key> {
    prop_oneof![
        4 => any::<char>().prop_map(Key::Text),
        8 => "[a-zA-Z0-9 /]".prop_map(|text| Key::Text(text.chars().next().unwrap_or('a'))),
        6 => prop::sample::select(vec![
            Key::Enter, Key::Up, Key::Down, Key::PageUp, Key::PageDown, Key::Home, Key::End, Key::Backspace, Key::DropWord,
            Key::DropAll, Key::EndOfInput, Key::Escape,
        ]),
    ]
}

proptest! {
    #[test]
    fn every_frame_fits_and_obeys_nobody(
        question in "\\PC{0,40}|(?s).{0,40}",
        rows in prop::collection::vec(prop::collection::vec("[a-zA-Z0-9]{0,12}|(?s).{0,60}", 1..4), 0..40),
        keys in prop::collection::vec(any_key(), 0..40),
        width in 0_usize..120,
        lines in 0_usize..40,
    ) {
        let choices: Vec<Choice> =
            rows.iter().map(|columns| Choice { name: columns.join("/"), columns: columns.clone() }).collect();
        let mut list = List::new(&question, &choices);
        for key in keys {
            let pressed = list.press(key, page(lines));
            prop_assert!(list.at < list.found.len() || (list.at == 0 && list.found.is_empty()));
            prop_assert!(list.found.iter().all(|place| *place < choices.len()));
            if let Pressed::Taken(place) = pressed {
                prop_assert!(place < choices.len());
            }
            let frame = Frame::new(&list, width, lines);
            let texts: Vec<&String> =
                frame.rows.iter().map(|(_, row)| row).chain([&frame.head]).chain(&frame.foot).collect();
            prop_assert!(texts.len() <= lines.max(1));
            for text in texts {
                prop_assert!(columns(text) < width.max(1), "{text:?} in {width}");
                prop_assert!(!text.chars().any(|c| c.is_control()), "{text:?}");
            }
            let marked = frame.rows.iter().filter(|(is_marked, _)| *is_marked).count();
            prop_assert_eq!(marked, usize::from(!frame.rows.is_empty()));
        }
    }
}
