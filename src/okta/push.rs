//! A push, from the first request to the answer on the phone.

use super::{Okta, refused_status};
use crate::error::{Error, Kind};
use crate::terminal::{Terminal, Waiting};
use crate::transaction::Transaction;
use secrecy::SecretString;
use serde_json::{Map, Value};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// How often a waiting push is looked at. Okta sends no interval; its limit is 10 requests in 5 s for a state token.
const POLL_INTERVAL: Duration = Duration::from_millis(1500);

/// The longest pause after failed polls, which double it.
const POLL_BACKOFF: Duration = Duration::from_secs(8);

/// How often a person who waits sees the time.
const TICK: Duration = Duration::from_secs(1);

/// A push that is under way.
#[derive(Debug)]
pub struct Push<'a> {
    /// Okta's last answer: MFA_CHALLENGE with `factorResult` WAITING.
    pub waiting: Map<String, Value>,
    /// The transaction's token.
    pub token: &'a SecretString,
    /// How long the person has.
    pub limit: Duration,
    /// What is said once where the wait itself is not shown.
    pub note: Option<&'a str>,
}

/// Polls a push until it is answered: the transaction that follows. The number of a number challenge is shown once, when it turns up.
/// A poll that fails for the network's or Okta's reasons is tried again, more slowly, while the limit lasts; no second push is sent.
///
/// # Errors
/// `mfa_rejected`; `mfa_timeout`, Okta's or ours (then the transaction is cancelled); [`Error::ReaderGone`]; Okta's refusals.
pub async fn wait_for_push(
    okta: &Okta<'_>,
    terminal: &dyn Terminal,
    push: Push<'_>,
) -> Result<Map<String, Value>, Error> {
    let deadline = Instant::now() + push.limit;
    let mut answer = push.waiting;
    let mut shown = false;
    let mut pause = POLL_INTERVAL;
    let waiting = terminal.waiting(&wait_for(&answer), push.note);
    let waiting = waiting.as_deref();
    loop {
        let Some(transaction) = Transaction::read(&answer) else { return Err(refused_status(&answer)) };
        if transaction.status != "MFA_CHALLENGE" {
            return Ok(answer);
        }
        if transaction.factor_result() != Some("WAITING") {
            return Err(refused_status(&answer));
        }
        if let Some(number) = transaction.correct_answer().filter(|_| !shown) {
            terminal.show(&format!("Tap {} on the phone.", crate::error::printable(&number)));
            shown = true;
        }
        // After REJECTED and TIMEOUT the link is named `verify`, and posting to it would send another push.
        let Some(poll) = transaction.link("next", Some("poll")) else { return Err(refused_status(&answer)) };
        if terminal.reader_is_gone() {
            okta.cancel(&transaction).await;
            return Err(Error::ReaderGone);
        }
        // The last pause is cut short, so that the person has all of the time that they were given.
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            okta.cancel(&transaction).await;
            return Err(Error::new(
                Kind::MfaTimeout,
                format!("nobody answered the push within {} s", push.limit.as_secs()),
                "sign in again and answer it on the phone",
            ));
        }
        ticking(waiting, sleep(pause.min(left))).await;
        match ticking(waiting, okta.follow(&poll, push.token)).await {
            Ok(next) => (answer, pause) = (next, POLL_INTERVAL),
            Err(error) if is_passing(&error) => pause = (pause * 2).min(POLL_BACKOFF),
            Err(error) => return Err(error),
        }
    }
}

/// What is waited for, in words: the phone by its name, where it has one.
fn wait_for(answer: &Map<String, Value>) -> String {
    let factors = Transaction::read(answer).map(|transaction| transaction.factors()).unwrap_or_default();
    let phone = factors.into_iter().next().and_then(|factor| factor.label);
    format!("waiting for the push to be answered on {}", phone.as_deref().unwrap_or("the phone"))
}

/// `work`, while a person who waits sees the seconds. Without one it is awaited, and that is all.
async fn ticking<T>(waiting: Option<&dyn Waiting>, work: impl Future<Output = T>) -> T {
    let Some(waiting) = waiting else { return work.await };
    let mut work = std::pin::pin!(work);
    loop {
        tokio::select! {
            biased;
            done = &mut work => return done,
            () = sleep(TICK) => waiting.tick(),
        }
    }
}

fn is_passing(error: &Error) -> bool {
    matches!(error.kind(), Some(Kind::Network | Kind::Timeout | Kind::RateLimited | Kind::ServiceError))
}
