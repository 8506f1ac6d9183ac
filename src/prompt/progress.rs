//! A wait that a person sees: one line on a terminal's stderr, brought up to date in its place and removed at the end.

use super::tty::is_foreground;
use crate::error::printable;
use crate::terminal::Waiting;
use rustix::termios::tcgetwinsize;
use std::cell::Cell;
use std::io::{IsTerminal, Write, stderr};
use std::os::fd::AsFd;
use std::time::Instant;

/// How waits are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not at all: `--quiet`, or `--verbose`, whose log tells as much.
    Off,
    /// By a line that stays as it is: a terminal that can do no more (`TERM=dumb`).
    Plain,
    /// By a line that changes.
    Live,
}

/// The line, if it is on the screen now.
#[derive(Debug, Default)]
pub(super) struct Line {
    is_shown: Cell<bool>,
}

impl Line {
    /// Removes it, so that something else can be shown. The next tick brings it back.
    pub(super) fn clear(&self) {
        if self.is_shown.replace(false) {
            write("\r\x1b[K");
        }
    }
}

/// A wait under way.
#[derive(Debug)]
struct Wait<'l> {
    line: &'l Line,
    what: String,
    since: Instant,
}

/// Begins to show a wait; `None` where stderr is no terminal.
pub(super) fn begin<'l>(progress: Progress, line: &'l Line, what: &str) -> Option<Box<dyn Waiting + 'l>> {
    if progress == Progress::Off || !stderr().is_terminal() {
        return None;
    }
    let what = printable(what);
    if progress == Progress::Plain {
        write(&format!("{what} (Ctrl-C cancels)\n"));
        return Some(Box::new(Plain));
    }
    let wait = Wait { line, what, since: Instant::now() };
    wait.tick();
    Some(Box::new(wait))
}

impl Waiting for Wait<'_> {
    fn tick(&self) {
        let stderr = stderr();
        // Behind an & the terminal belongs to somebody else.
        if !is_foreground(stderr.as_fd()) {
            return;
        }
        let columns = tcgetwinsize(stderr.as_fd()).map_or(0, |size| usize::from(size.ws_col));
        let columns = if columns == 0 { 80 } else { columns };
        let text = text(&self.what, self.since.elapsed().as_secs(), columns);
        self.line.is_shown.set(true);
        write(&format!("\r\x1b[K{text}"));
    }
}

impl Drop for Wait<'_> {
    fn drop(&mut self) {
        self.line.clear();
    }
}

#[derive(Debug)]
struct Plain;

impl Waiting for Plain {
    fn tick(&self) {}
}

/// The line. One that wrapped could not be removed, so it is cut; the seconds outlive the rest.
fn text(what: &str, seconds: u64, columns: usize) -> String {
    let room = columns.saturating_sub(1);
    let time = format!(" ... {seconds} s");
    let cancel = " (Ctrl-C cancels)";
    let all = format!("{what}{time}{cancel}");
    if super::width::columns(&all) <= room {
        return all;
    }
    let what = super::width::cut(what, room.saturating_sub(time.len()));
    super::width::cut(&format!("{what}{time}"), room)
}

/// One write: the stages of a pipe share a stderr. A stderr that is gone is no reason to fail.
fn write(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_fits_the_terminal() {
        let what = "waiting for the push to be answered on Ada's iPhone";
        assert_eq!(text(what, 12, 80), format!("{what} ... 12 s (Ctrl-C cancels)"));
        assert_eq!(text(what, 12, 40), "waiting for the push to be an… ... 12 s");
        for columns in 0..100 {
            assert!(super::super::width::columns(&text(what, 7, columns)) < columns.max(1), "{columns}");
        }
    }

    #[test]
    fn off_shows_nothing() {
        assert!(begin(Progress::Off, &Line::default(), "waiting").is_none());
    }
}
