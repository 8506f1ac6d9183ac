//! One for many: while one process signs in, or assumes a role, the others that want the same wait, ask nobody, and share what comes of it.

use super::Failed;
use super::fresh::Demand;
use crate::cli::Step;
use crate::context::Context;
use crate::document::{RESERVED, error_document};
use crate::error::{Error, Kind};
use crate::store::{Cache, Queue, Record, Turn};
use crate::terminal::Waiting;
use serde_json::{Map, Value};
use std::time::{Duration, Instant};

/// How often it is looked whether the other one has ended.
const PAUSE: Duration = Duration::from_millis(50);

/// For so long, in seconds, a refusal is also the answer to an SDK that asks again at once: a wrong password that is sent again and again
/// locks the account.
const REFUSED: i64 = 5;
/// The member of what is told to the others that names the app.
const APP: &str = "app";

/// A process among others.
pub(super) struct Many<'c, 'w> {
    pub(super) context: &'c Context<'w>,
    pub(super) cache: &'c Cache,
    /// The app that a sign-in is to lead to; those to several apps of one org wait for each other.
    pub(super) app: &'c str,
    pub(super) demand: Demand,
    /// Since when others are waited for, and for how long: for all of them together.
    pub(super) start: Instant,
    pub(super) patience: Duration,
}

impl<'c, 'w> Many<'c, 'w> {
    /// As patient as those are for whom it is.
    pub(super) fn new(
        context: &'c Context<'w>,
        (cache, app): (&'c Cache, &'c str),
        demand: Demand,
        start: Instant,
    ) -> Many<'c, 'w> {
        Many { context, cache, app, demand, start, patience: demand.patience() }
    }

    /// What `ready` finds, once it is there; else what `work` comes to, done by one of all that ask for `name` at a time.
    ///
    /// # Errors
    /// Those of the work, ours or that of the one we waited for; `timeout` when that one has not ended in time; [`Error::ReaderGone`].
    pub(super) async fn one<T>(
        &self,
        name: &str,
        ready: impl Fn() -> Option<T>,
        work: impl Future<Output = Result<T, Failed>>,
    ) -> Result<T, Failed> {
        let mut queue = match Queue::new(self.cache, name) {
            Ok(queue) => queue,
            Err(error) => {
                (self.context.warn)(&format!("nothing keeps others from signing in meanwhile: {error}"));
                return work.await;
            }
        };
        let mut notice = None;
        let (lead, failed) = loop {
            match queue.turn() {
                Ok(Turn::Lead(lead)) => break (lead, None),
                Ok(Turn::Failed(lead, record)) => break (lead, Some(record)),
                Ok(Turn::Waiting(pid)) => {
                    if self.start.elapsed() > self.patience {
                        return Err(too_long(pid, self.patience).into());
                    }
                    if self.context.terminal.reader_is_gone() {
                        return Err(Error::ReaderGone.into());
                    }
                    let notice = notice.get_or_insert_with(|| self.notice(pid));
                    if let Some(notice) = notice {
                        notice.tick();
                    }
                    tokio::time::sleep(PAUSE).await;
                }
                // A file system without locks: then everybody works.
                Err(_) => return work.await,
            }
        };
        drop(notice);
        if let Some(found) = ready() {
            return Ok(found);
        }
        let failed = failed.filter(|record| self.is_ours_too(record));
        let last = || lead.last_failure().filter(|last| self.is_refused_still(last));
        if let Some(record) = failed.as_ref().or_else(last) {
            return Err(shared(record));
        }
        lead.begin(self.context.clock.now());
        let result = work.await;
        let failure = result.as_ref().err().and_then(|failed| told(failed, self.app));
        lead.end(self.context.clock.now(), failure);
        result
    }

    /// Tells the person why nothing happens.
    fn notice(&self, pid: Option<u32>) -> Option<Box<dyn Waiting + '_>> {
        let who = pid.map_or_else(|| "another oktapipe".to_owned(), |pid| format!("oktapipe (pid {pid})"));
        let text = format!("waiting for {who} to sign in");
        self.context.terminal.waiting(&text, (!self.context.common.quiet).then_some(&text))
    }

    /// Whether another one's failure is ours. One that could ask nobody says nothing about us, if we can, and what became of the way to another app
    /// nothing at all: that app may not be assigned.
    fn is_ours_too(&self, record: &Record) -> bool {
        let is_about_people = matches!(
            kind(record),
            Some(Kind::NoTerminal | Kind::RoleAmbiguous | Kind::FactorAmbiguous | Kind::AppAmbiguous)
        );
        !(is_about_people && self.context.terminal.can_ask()) && self.is_on_our_way(record)
    }

    fn is_on_our_way(&self, record: &Record) -> bool {
        let app = || reserved(record)?.get(APP)?.as_str();
        let is_of_the_app =
            error_of(record).is_some_and(|error| error.get("stage") == Some(&"saml-fetch".into()));
        !is_of_the_app || app() == Some(self.app)
    }

    fn is_refused_still(&self, record: &Record) -> bool {
        let age = self.context.clock.now() - record.time;
        let is_refusal = kind(record).is_some_and(|kind| kind.exit_code() == 77);
        self.demand == Demand::Process
            && is_refusal
            && (0..REFUSED).contains(&age)
            && self.is_on_our_way(record)
    }
}

/// The error document of a failure that the others share. A signal, or a reader that left, is this process's alone.
fn told(failed: &Failed, app: &str) -> Option<Map<String, Value>> {
    let Error::Failed(failure) = &failed.error else { return None };
    let mut members = error_document(failed.stage.unwrap_or("login"), failure).into_members();
    if let Some(Value::Object(reserved)) = members.get_mut(RESERVED) {
        reserved.insert(APP.to_owned(), app.into());
    }
    Some(members)
}

fn reserved(record: &Record) -> Option<&Map<String, Value>> {
    record.error.as_ref()?.get(RESERVED)?.as_object()
}

fn error_of(record: &Record) -> Option<&Map<String, Value>> {
    reserved(record)?.get("error")?.as_object()
}

/// The kind, by its name and number: `io` has two.
fn kind(record: &Record) -> Option<Kind> {
    let error = error_of(record)?;
    let (name, code) = (error.get("kind")?.as_str()?, error.get("exit_code")?.as_u64()?);
    Kind::ALL.into_iter().find(|kind| kind.name() == name && u64::from(kind.exit_code()) == code)
}

/// The failure of the one that we waited for: its stage, kind and words, and who told them first.
fn shared(record: &Record) -> Failed {
    let text = |name: &str| error_of(record).and_then(|error| error.get(name)?.as_str()).unwrap_or_default();
    let stage = Step::ALL.into_iter().map(Step::name).find(|stage| *stage == text("stage"));
    let message =
        format!("{} (told by oktapipe, pid {}, which this one waited for)", text("message"), record.pid);
    let mut body = record.error.clone().unwrap_or_default();
    body.remove(RESERVED);
    let error = Error::new(kind(record).unwrap_or(Kind::Internal), message, text("hint")).with_body(body);
    Failed { stage, error }
}

fn too_long(pid: Option<u32>, patience: Duration) -> Error {
    let who = pid.map_or_else(|| "another oktapipe".to_owned(), |pid| format!("oktapipe, pid {pid},"));
    Error::new(
        Kind::Timeout,
        format!("{who} has not signed in within {} s", patience.as_secs()),
        "finish its sign-in, or end it, and run this again",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::Common;
    use crate::command::online;
    use crate::context::{Environment, Profiles};
    use crate::http::{Http, Log, Settings};
    use crate::terminal::Nobody;
    use crate::time::SystemClock;
    use std::cell::RefCell;
    use std::io;

    /// What two processes do about the same, one of which never ends.
    fn waits(patience: Duration) -> Error {
        let folder = std::env::temp_dir().join(format!("oktapipe-turn-{}", std::process::id()));
        let cache = Cache::open(folder.clone()).unwrap();
        let (common, environment, profiles) =
            (Common { quiet: true, ..Common::default() }, Environment::default(), Profiles::default());
        let http = Http::new(Settings::default(), Log::off());
        let context = Context {
            common: &common,
            environment: &environment,
            profiles: &profiles,
            clock: &SystemClock,
            terminal: &Nobody::default(),
            http: &http,
            stdin_is_terminal: true,
            stdout_is_terminal: false,
            input: RefCell::new(Box::new(io::empty())),
            warn: &|_| {},
        };
        let many = Many { patience, ..Many::new(&context, (&cache, ""), Demand::Process, Instant::now()) };
        let Ok(Turn::Lead(other)) = Queue::new(&cache, "test.lock").unwrap().turn() else {
            panic!("no turn")
        };
        other.begin(1);
        let failed = online(many.one::<()>("test.lock", || None, async { panic!("both work") })).unwrap_err();
        drop(other);
        let _ = std::fs::remove_dir_all(folder);
        failed.error
    }

    #[test]
    fn another_ones_sign_in_is_waited_for_and_not_for_ever() {
        let start = Instant::now();
        let error = waits(Duration::from_millis(300));
        assert_eq!(error.kind(), Some(Kind::Timeout));
        assert!(start.elapsed() >= Duration::from_millis(300), "{:?}", start.elapsed());
        let text = error.to_string();
        assert!(text.contains(&format!("pid {}, has not signed in", std::process::id())), "{text}");
        // Below the minute after which Go's SDK kills us, and with time left to say it.
        assert_eq!(Demand::Process.patience(), Duration::from_secs(50));
    }
}
