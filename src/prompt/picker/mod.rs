//! Choosing from a list on the terminal: type to search, arrows, Enter. Drawn below the cursor and removed again; the
//! screen's other lines, and what scrolled away, stay as they were.

mod frame;
mod list;
#[cfg(test)]
mod tests;

use super::keys::Keys;
use super::signals::{Caught, Turn, Watch, turns};
use super::tty::{Awake, Modes, Unanswered, is_foreground, show, wait, watched};
use crate::terminal::Choice;
use frame::{ERASE, Frame, page};
use list::{List, Pressed};
use rustix::io::{Errno, read};
use rustix::termios::tcgetwinsize;
use signal_hook::consts::SIGWINCH;
use std::os::fd::BorrowedFd;
use std::time::Duration;

/// How long ESC may be the beginning of an arrow key: over a slow line, its bytes do not come together.
const ESCAPE_PATIENCE: Duration = Duration::from_millis(100);
/// The smallest terminal in which a list that moves is of use.
const SMALLEST: (usize, usize) = (20, 4);

/// Pasted text comes in brackets, so that its newline takes nothing.
const BEGIN: &str = "\x1b[?2004h";
const END: &str = "\x1b[?2004l\x1b[?25h";

/// Whether the picker has room on this terminal. One that does not know its size (a serial line) has none.
pub(super) fn has_room(tty: BorrowedFd<'_>) -> bool {
    let (width, lines) = size(tty);
    width >= SMALLEST.0 && lines >= SMALLEST.1
}

/// Lets the person choose. What was taken stays on the screen, in one line.
pub(super) fn pick(tty: BorrowedFd<'_>, question: &str, choices: &[Choice]) -> Result<usize, Unanswered> {
    let stdout = std::io::stdout();
    let reader = watched(&stdout);
    let mut list = List::new(question, choices);
    turns(&[SIGWINCH], |watch| {
        let modes = Modes::for_keys(tty)?;
        let screen = Screen::begin(tty)?;
        let turn = turn(&screen, &mut list, watch, reader)?;
        drop(screen);
        drop(modes);
        let taken = match &turn {
            Turn::Over(Ok(place)) => list.rows.get(*place).map(|row| row.name.clone()),
            _ => None,
        };
        let question = &list.question;
        // Where this is not shown, nothing is lost.
        let _ =
            show(tty, &taken.map_or_else(|| format!("{question}\n"), |name| format!("{question} {name}\n")));
        Ok(turn)
    })
}

/// From the drawing of the list to an answer or a signal.
fn turn(
    screen: &Screen<'_>,
    list: &mut List,
    watch: &mut Watch,
    reader: Option<BorrowedFd<'_>>,
) -> Result<Turn<usize>, Errno> {
    let mut keys = Keys::default();
    // Room for a paste: one drawing a read, however much has come.
    let mut chunk = [0_u8; 4096];
    let mut drawn = None;
    loop {
        match watch.caught() {
            Some(Caught::End(signal)) => return Ok(Turn::Over(Err(Unanswered::Signal(signal)))),
            Some(Caught::Stop) => return Ok(Turn::Stop),
            Some(Caught::Resize) => drawn = None,
            None => {}
        }
        let (width, lines) = size(screen.tty);
        let frame = Frame::new(list, width, lines);
        if drawn.as_ref() != Some(&frame) {
            show(screen.tty, &frame.draw())?;
            drawn = Some(frame);
        }
        let patience = keys.is_open().then_some(ESCAPE_PATIENCE);
        let pressed = match wait(screen.tty, watch.wakes(), reader, patience)? {
            Awake::Signal => continue,
            Awake::ReaderGone => return Ok(Turn::Over(Err(Unanswered::ReaderGone))),
            Awake::Late => keys.late().into_iter().collect(),
            Awake::Input => match read(screen.tty, &mut chunk) {
                Ok(count) if count > 0 => keys.read(chunk.get(..count).unwrap_or_default()),
                Err(Errno::INTR | Errno::AGAIN) => continue,
                // The terminal hung up.
                _ => return Ok(Turn::Over(Err(Unanswered::InputEnded))),
            },
        };
        for key in pressed {
            match list.press(key, page(lines)) {
                Pressed::On => {}
                Pressed::Taken(place) => return Ok(Turn::Over(Ok(place))),
                Pressed::Cancelled => return Ok(Turn::Over(Err(Unanswered::Cancelled))),
            }
        }
    }
}

fn size(tty: BorrowedFd<'_>) -> (usize, usize) {
    tcgetwinsize(tty).map_or((0, 0), |size| (usize::from(size.ws_col), usize::from(size.ws_row)))
}

/// What is drawn, removed when this is dropped.
#[derive(Debug)]
struct Screen<'t> {
    tty: BorrowedFd<'t>,
}

impl Screen<'_> {
    fn begin(tty: BorrowedFd<'_>) -> Result<Screen<'_>, Errno> {
        let screen = Screen { tty };
        show(tty, BEGIN)?;
        Ok(screen)
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        // In the background somebody else draws, and under `stty tostop` we would be stopped.
        if is_foreground(self.tty) {
            let _ = show(self.tty, &format!("{ERASE}{END}"));
        }
    }
}
