//! What a picker knows, without a terminal: the choices, what was typed, and which choice is marked.

use super::super::keys::Key;
use super::super::width::columns;
use crate::error::printable;
use crate::terminal::Choice;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32String};
use std::fmt;

/// The most characters that are kept of what is typed.
const FILTER_LIMIT: usize = 200;

/// A choice, made printable.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) cells: Vec<String>,
    searched: Utf32String,
}

/// The state of a picker.
pub(super) struct List {
    pub(super) question: String,
    pub(super) rows: Vec<Row>,
    /// The widest cell of each column.
    pub(super) widths: Vec<usize>,
    pub(super) filter: String,
    /// The rows that the filter leaves, best first.
    pub(super) found: Vec<usize>,
    /// Which one of `found` is marked.
    pub(super) at: usize,
    matcher: Matcher,
}

/// What a key led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pressed {
    /// It goes on.
    On,
    /// This choice was taken, by its place in the list that was given.
    Taken(usize),
    Cancelled,
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "List({} of {}, {:?})", self.found.len(), self.rows.len(), self.filter)
    }
}

impl List {
    pub(super) fn new(question: &str, choices: &[Choice]) -> List {
        let rows: Vec<Row> = choices.iter().map(Row::new).collect();
        let count = rows.iter().map(|row| row.cells.len()).max().unwrap_or(0);
        let widest = |column: usize| {
            rows.iter().filter_map(|row| row.cells.get(column)).map(|cell| columns(cell)).max().unwrap_or(0)
        };
        List {
            question: printable(question),
            widths: (0..count).map(widest).collect(),
            found: (0..rows.len()).collect(),
            rows,
            filter: String::new(),
            at: 0,
            matcher: Matcher::new(Config::DEFAULT),
        }
    }

    /// Does what a key asks for; `page` is how many rows are on the screen.
    pub(super) fn press(&mut self, key: Key, page: usize) -> Pressed {
        let last = self.found.len().saturating_sub(1);
        match key {
            Key::Enter => return self.marked().map_or(Pressed::On, Pressed::Taken),
            Key::Escape => return Pressed::Cancelled,
            Key::EndOfInput if self.filter.is_empty() => return Pressed::Cancelled,
            Key::EndOfInput => {}
            Key::Up => self.at = self.at.saturating_sub(1),
            Key::Down => self.at = (self.at + 1).min(last),
            Key::PageUp => self.at = self.at.saturating_sub(page.max(1)),
            Key::PageDown => self.at = (self.at + page.max(1)).min(last),
            Key::Home => self.at = 0,
            Key::End => self.at = last,
            Key::Text(c) => self.type_in(c),
            Key::Backspace => self.shorten(|filter| {
                filter.pop();
            }),
            Key::DropAll => self.shorten(String::clear),
            Key::DropWord => self.shorten(|filter| {
                let kept = filter.trim_end().rfind(' ').map_or(0, |blank| blank + 1);
                filter.truncate(kept);
            }),
        }
        Pressed::On
    }

    /// The place of the marked choice in the list that was given.
    pub(super) fn marked(&self) -> Option<usize> {
        self.found.get(self.at).copied()
    }

    fn type_in(&mut self, c: char) {
        // A peer's text can be pasted, so it is held to the same rule. Two blanks part words as one does.
        let is_shown = c == ' ' || !printable(c.encode_utf8(&mut [0; 4])).is_empty();
        if is_shown && self.filter.chars().count() < FILTER_LIMIT {
            self.filter.push(c);
            self.search();
        }
    }

    fn shorten(&mut self, by: impl FnOnce(&mut String)) {
        by(&mut self.filter);
        self.search();
    }

    /// The best first; among equals, and without a filter, in the order in which they were given.
    fn search(&mut self) {
        let words = Pattern::new(&self.filter, CaseMatching::Smart, Normalization::Smart, AtomKind::Fuzzy);
        let score = |(place, row): (usize, &Row)| {
            words.score(row.searched.slice(..), &mut self.matcher).map(|score| (score, place))
        };
        let mut found: Vec<(u32, usize)> = self.rows.iter().enumerate().filter_map(score).collect();
        found.sort_by(|(a, _), (b, _)| b.cmp(a));
        self.found = found.into_iter().map(|(_, place)| place).collect();
        self.at = 0;
    }
}

impl Row {
    fn new(choice: &Choice) -> Row {
        let name = printable(&choice.name);
        let cells: Vec<String> = choice.columns.iter().map(|cell| printable(cell)).collect();
        // A column may say more than the name does.
        let more = cells.iter().filter(|cell| !name.contains(cell.as_str()));
        let searched = more.fold(name.clone(), |text, cell| format!("{text} {cell}"));
        Row { name, cells, searched: Utf32String::from(searched.as_str()) }
    }
}
