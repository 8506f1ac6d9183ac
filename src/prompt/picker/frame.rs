//! A picker's state as lines of text, and those as what a terminal obeys.
//!
//! The cursor stays in the first line, behind what is typed. So all that is drawn lies below it and goes by "erase to the end of the
//! screen", also after a change of size, when nobody knows where a terminal has put its lines.

use super::super::width::{columns, cut, padded, tail};
use super::list::List;
use std::fmt::Write as _;

/// The most choices that are shown at once.
const ROWS: usize = 12;
/// The lines around them: the question above, the counter below.
const AROUND: usize = 2;
const KEYS: &str = "type to search, arrows move, Enter takes, Esc cancels";

/// The lines of a picker, each of which fits the terminal. No control characters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    /// The question and what was typed; the cursor stands behind it.
    pub(super) head: String,
    /// The choices, and whether it is the marked one.
    pub(super) rows: Vec<(bool, String)>,
    /// How many are left of how many. Not where there is no room.
    pub(super) foot: Option<String>,
}

/// How many choices are shown in a terminal of so many lines.
pub(super) fn page(lines: usize) -> usize {
    ROWS.min(lines.saturating_sub(AROUND + 1))
}

impl Frame {
    /// The frame for a terminal of that size. One column stays free: a full line wraps in some terminals and not in others. One line
    /// stays free too, so that what was there before is still seen.
    pub(super) fn new(list: &List, width: usize, lines: usize) -> Frame {
        let width = width.saturating_sub(1);
        let page = page(lines);
        // The marked one is in sight, and the window moves only by whole pages: an eye that reads does not lose its line.
        let first = list.at.checked_div(page).unwrap_or(0) * page;
        let widths = shares(&list.widths, width.saturating_sub(2));
        let line = |(place, row): (usize, &usize)| {
            let cells = list.rows.get(*row).map(|row| row.cells.as_slice()).unwrap_or_default();
            let cells: Vec<String> =
                cells.iter().zip(&widths).map(|(cell, width)| padded(cell, *width)).collect();
            let is_marked = place == list.at;
            let mark = if is_marked { "> " } else { "  " };
            (is_marked, cut(format!("{mark}{}", cells.join("  ")).trim_end(), width))
        };
        let rows = list.found.iter().enumerate().skip(first).take(page).map(line).collect();
        let count = format!("  {}/{}", list.found.len(), list.rows.len());
        let foot =
            if columns(&count) + columns(KEYS) + 2 <= width { format!("{count}  {KEYS}") } else { count };
        Frame { head: head(list, width), rows, foot: (lines > 1).then(|| cut(&foot, width)) }
    }

    /// What draws it where an older frame may stand, beginning at that one's first line.
    pub(super) fn draw(&self) -> String {
        let mut text = format!("\x1b[?25l{ERASE}{}", self.head);
        let mut below = 0;
        for (is_marked, row) in &self.rows {
            below += 1;
            // Writing to a String cannot fail.
            let _ = match is_marked {
                true => write!(text, "\r\n\x1b[7m{row}\x1b[0m"),
                false => write!(text, "\r\n{row}"),
            };
        }
        if let Some(foot) = &self.foot {
            below += 1;
            let _ = write!(text, "\r\n\x1b[2m{foot}\x1b[0m");
        }
        text.push('\r');
        for (count, letter) in [(below, 'A'), (columns(&self.head), 'C')] {
            if count > 0 {
                let _ = write!(text, "\x1b[{count}{letter}");
            }
        }
        text + "\x1b[?25h"
    }
}

/// Puts the cursor at the beginning of the first line, and removes all from there.
pub(super) const ERASE: &str = "\r\x1b[J";

fn head(list: &List, width: usize) -> String {
    // What is typed has half of the line at least.
    let typed = columns(&list.filter).min(width / 2);
    let question = cut(&list.question, width.saturating_sub(typed + 1));
    let room = width.saturating_sub(columns(&question) + 1);
    cut(&format!("{question} {}", tail(&list.filter, room)), width)
}

/// The widths of the columns, two blanks between them, in a line of `width`: the widest ones give way.
fn shares(widths: &[usize], width: usize) -> Vec<usize> {
    let mut shares = widths.to_vec();
    let room = width.saturating_sub(2 * widths.len().saturating_sub(1));
    while shares.iter().sum::<usize>() > room {
        match shares.iter_mut().max() {
            Some(widest) if *widest > 1 => *widest -= 1,
            _ => break,
        }
    }
    shares
}
