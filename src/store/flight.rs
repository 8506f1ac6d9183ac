//! Single flight: of many processes that want the same at the same time, one works for it, and the others wait for what comes of it.
//!
//! A file is locked while the one works, and says afterwards what came of it. The kernel frees the lock when the process ends, however it
//! ends, so a waiter takes over from one that was killed. The file lasts: removing it would let two processes lock two files of one name.

use super::cache::Cache;
use crate::document;
use crate::error::Error;
use serde_json::{Map, Value, json};
use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::FileExt;
use std::thread::sleep;
use std::time::Duration;

/// As much of the file as is read; an error document is far shorter.
const LIMIT: usize = 64 << 10;

/// What the file says of the last one that worked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// The number of its flight.
    number: u64,
    /// The process.
    pub pid: u32,
    state: State,
    /// When it ended, in seconds since 1970.
    pub time: i64,
    /// The error document, without secrets.
    pub error: Option<Map<String, Value>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum State {
    /// It works, or was killed over it.
    Running,
    Failed,
    /// What was good still could not be renewed, which is no failure to anybody.
    Unrenewed,
    /// It succeeded, or gave up without having failed.
    #[default]
    Done,
}

impl Record {
    fn read(file: &File) -> Option<Record> {
        let mut bytes = vec![0; LIMIT];
        let length = file.read_at(&mut bytes, 0).ok()?;
        let members = document::object(bytes.get(..length)?)?;
        let state = match members.get("state")?.as_str()? {
            "running" => State::Running,
            "failed" => State::Failed,
            "unrenewed" => State::Unrenewed,
            _ => State::Done,
        };
        Some(Record {
            number: members.get("number")?.as_u64()?,
            pid: u32::try_from(members.get("pid")?.as_u64()?).ok()?,
            state,
            time: members.get("time")?.as_i64()?,
            error: members.get("error").and_then(Value::as_object).cloned(),
        })
    }

    fn write(&self, file: &File) -> io::Result<()> {
        let state = match self.state {
            State::Running => "running",
            State::Failed => "failed",
            State::Unrenewed => "unrenewed",
            State::Done => "done",
        };
        let text = json!({"number": self.number, "pid": self.pid, "state": state, "time": self.time, "error": self.error});
        // A reader meets the old text, none, or the new one: never half of one and half of another.
        file.set_len(0)?;
        file.write_all_at(text.to_string().as_bytes(), 0)
    }
}

/// A process that wants to work, or to have what another one works for.
#[derive(Debug)]
pub struct Queue {
    file: File,
    /// The first flight whose failure is ours too; known once we have waited.
    ours_from: Option<u64>,
}

/// Whose turn it is.
#[derive(Debug)]
pub enum Turn {
    /// Ours, and nobody failed in our place meanwhile.
    Lead(Lead),
    /// Ours, but one whom we waited for has failed.
    Failed(Lead, Record),
    /// Another process's, which may have said who it is.
    Waiting(Option<u32>),
}

/// The lock, while we work. Dropped without a word it is as if we had been killed: a waiter takes over.
#[derive(Debug)]
pub struct Lead {
    file: File,
    number: u64,
    last: Record,
}

impl Queue {
    /// The queue of this name; see [`super::Owner::lock`].
    ///
    /// # Errors
    /// `io` for a file that is not safe or cannot be opened.
    pub fn new(cache: &Cache, name: &str) -> Result<Queue, Error> {
        Ok(Queue { file: cache.folder().lasting(name)?, ours_from: None })
    }

    /// Takes the turn, if nobody has it. To be asked again and again.
    ///
    /// # Errors
    /// What locking fails with, on a file system that has no locks, say.
    pub fn turn(&mut self) -> io::Result<Turn> {
        match self.file.try_lock() {
            Ok(()) => self.lead(),
            Err(TryLockError::WouldBlock) => {
                let record = self.settled();
                let is_running = record.as_ref().is_some_and(|record| record.state == State::Running);
                if self.ours_from.is_none() {
                    // Of one that has the lock and has not said so yet, the flight is the one after the last.
                    let number = record.as_ref().map_or(0, |record| record.number);
                    self.ours_from = Some(if is_running { number } else { number + 1 });
                }
                Ok(Turn::Waiting(record.filter(|_| is_running).map(|record| record.pid)))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn lead(&mut self) -> io::Result<Turn> {
        let file = self.file.try_clone()?;
        let record = Record::read(&file).unwrap_or_default();
        let number = record.number + 1;
        let failed =
            record.state == State::Failed && self.ours_from.is_some_and(|first| record.number >= first);
        let lead = Lead { file, number, last: record.clone() };
        Ok(if failed { Turn::Failed(lead, record) } else { Turn::Lead(lead) })
    }

    /// What the file says, once it says something: between two texts it is empty.
    fn settled(&self) -> Option<Record> {
        (0..20).find_map(|_| {
            Record::read(&self.file).or_else(|| {
                sleep(Duration::from_millis(1));
                None
            })
        })
    }
}

impl Lead {
    /// What the one before came to, if it failed: before we asked.
    pub fn last_failure(&self) -> Option<&Record> {
        Some(&self.last).filter(|last| last.state == State::Failed)
    }

    /// When the one before tried to renew what was good still, and could not.
    pub fn last_unrenewed(&self) -> Option<i64> {
        Some(self.last.time).filter(|_| self.last.state == State::Unrenewed)
    }

    /// Says that it could not be renewed, and lets the next one have the turn.
    pub fn give_up(self, now: i64) {
        self.say(State::Unrenewed, now, None);
    }

    /// Says that we work now: whoever waits reads who we are.
    pub fn begin(&self, now: i64) {
        self.say(State::Running, now, None);
    }

    /// Says what came of it, and lets the next one have the turn. `failure` is the error document, if it is one for the others too.
    pub fn end(self, now: i64, failure: Option<Map<String, Value>>) {
        self.say(if failure.is_some() { State::Failed } else { State::Done }, now, failure);
    }

    fn say(&self, state: State, time: i64, error: Option<Map<String, Value>>) {
        let record = Record { number: self.number, pid: std::process::id(), state, time, error };
        // A full disk takes the word from us, and nothing else: a waiter does the work once more.
        let _ = record.write(&self.file);
    }
}

impl Drop for Lead {
    fn drop(&mut self) {
        // By hand: the queue holds the same open file, and its lock lasts as long as either.
        let _ = self.file.unlock();
    }
}
