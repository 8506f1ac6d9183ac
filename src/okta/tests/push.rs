//! A push, and the person who answers it, or does not.

use super::*;
use crate::terminal::{Choice, Terminal, Waiting};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// A person who sees what is shown.
#[derive(Debug, Default)]
struct Person {
    seen: RefCell<Vec<String>>,
    ticks: Cell<u32>,
    sees_the_time: bool,
    reader_is_gone: bool,
}

#[derive(Debug)]
struct Ticking<'a>(&'a Person);

impl Waiting for Ticking<'_> {
    fn tick(&self) {
        self.0.ticks.set(self.0.ticks.get() + 1);
    }
}

impl Terminal for Person {
    fn ask(&self, _: &str, _: &str) -> Result<String, Error> {
        panic!("nobody is asked")
    }

    fn ask_secret(&self, _: &str, _: &str) -> Result<SecretString, Error> {
        panic!("nobody is asked")
    }

    fn choose(&self, _: &str, _: &[Choice], _: &str) -> Result<usize, Error> {
        panic!("nobody is asked")
    }

    fn can_ask(&self) -> bool {
        false
    }

    fn show(&self, line: &str) {
        self.seen.borrow_mut().push(line.to_owned());
    }

    fn waiting(&self, what: &str, note: Option<&str>) -> Option<Box<dyn Waiting + '_>> {
        self.seen.borrow_mut().push(format!("{what}, {note:?}"));
        self.sees_the_time.then(|| Box::new(Ticking(self)) as Box<dyn Waiting>)
    }

    fn reader_is_gone(&self) -> bool {
        self.reader_is_gone
    }
}

/// What Okta says while the phone has not answered.
fn challenge(embedded: &Value) -> Map<String, Value> {
    let challenge = json!({
        "status": "MFA_CHALLENGE", "factorResult": "WAITING", "stateToken": "00CANARY", "_embedded": embedded,
        "_links": {"next": {"name": "poll", "href": "/poll"}, "cancel": {"href": "/cancel"}},
    });
    challenge.as_object().unwrap().clone()
}

fn ada() -> Map<String, Value> {
    challenge(
        &json!({"factor": {"factorType": "push", "provider": "OKTA", "profile": {"name": "Ada's phone"}}}),
    )
}

fn wait(
    talk: &Talk,
    person: &Person,
    waiting: Map<String, Value>,
    seconds: u64,
) -> Result<Map<String, Value>, Error> {
    let token = secret("00CANARY");
    let limit = Duration::from_secs(seconds);
    run(wait_for_push(&talk.okta(), person, Push { waiting, token: &token, limit, note: Some("a note") }))
}

#[test]
fn a_push_is_polled_until_the_phone_answers() {
    let talk = Talk::new(vec![json_answer(200, &json!({"status": "SUCCESS", "sessionToken": "20CANARY"}))]);
    let person = Person { sees_the_time: true, ..Person::default() };
    let done = wait(&talk, &person, ada(), 60).unwrap();
    assert_eq!(done.get("status"), Some(&json!("SUCCESS")));
    assert_eq!(talk.asked(), ["POST /poll HTTP/1.1"]);
    assert_eq!(talk.sent(), json!({"stateToken": "00CANARY"}));
    assert_eq!(
        *person.seen.borrow(),
        ["waiting for the push to be answered on Ada's phone, Some(\"a note\")"]
    );
    assert_eq!(person.ticks.get(), 1);
}

#[test]
fn an_answer_of_another_state_needs_no_poll() {
    let talk = Talk::new(vec![]);
    let person = Person::default();
    let done = json!({"status": "SUCCESS"}).as_object().unwrap().clone();
    assert_eq!(wait(&talk, &person, done.clone(), 60).unwrap(), done);
    assert_eq!(*person.seen.borrow(), ["waiting for the push to be answered on the phone, Some(\"a note\")"]);
    for (change, kind) in [
        (json!({"factorResult": "REJECTED"}), Kind::MfaRejected),
        (json!({"factorResult": "TIMEOUT"}), Kind::MfaTimeout),
        (json!({"factorResult": null}), Kind::BrowserNeeded),
        (json!({"status": null}), Kind::Protocol),
        // Posting to it would send another push.
        (json!({"_links": {"next": {"name": "verify", "href": "/verify"}}}), Kind::MfaRejected),
    ] {
        let mut members = ada();
        members.extend(change.as_object().unwrap().clone());
        assert_eq!(wait(&talk, &person, members, 60).unwrap_err().kind(), Some(kind), "{change}");
    }
    assert!(talk.asked().is_empty());
}

#[test]
fn the_number_to_tap_is_shown_once() {
    let number = challenge(&json!({"factor": {"_embedded": {"challenge": {"correctAnswer": 92}}}}));
    let talk = Talk::new(vec![
        json_answer(200, &number.clone().into()),
        json_answer(200, &json!({"status": "SUCCESS"})),
    ]);
    let person = Person::default();
    wait(&talk, &person, number, 60).unwrap();
    assert_eq!(talk.asked().len(), 2);
    assert_eq!(person.seen.borrow()[1..], ["Tap 92 on the phone."]);
    assert_eq!(person.ticks.get(), 0);
}

#[test]
fn a_push_that_nobody_answers_is_cancelled_when_its_time_is_over() {
    let talk = Talk::new(vec![]);
    let begin = Instant::now();
    let error = wait(&talk, &Person::default(), ada(), 0).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::MfaTimeout));
    assert!(error.to_string().contains("within 0 s"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(1));
}

#[test]
fn nothing_is_asked_for_a_reader_that_is_gone_but_the_end_of_the_transaction() {
    let talk = Talk::new(vec![json_answer(200, &json!({}))]);
    let person = Person { reader_is_gone: true, ..Person::default() };
    let error = wait(&talk, &person, ada(), 60).unwrap_err();
    assert!(matches!(error, Error::ReaderGone), "{error}");
    assert_eq!(talk.asked(), ["POST /cancel HTTP/1.1"]);
}

#[test]
fn a_refusal_ends_the_wait_at_once() {
    let talk = Talk::new(vec![json_answer(401, &json!({"errorCode": "E0000011"}))]);
    let error = wait(&talk, &Person::default(), ada(), 4).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::SessionExpired));
    assert_eq!(talk.asked().len(), 1);
}

#[test]
fn a_poll_that_fails_is_tried_again_more_slowly_until_the_time_is_over() {
    // At 1.5 s, and then, instead of 3 s later, at the end.
    let talk = Talk::new(vec![answer(503, "", ""), answer(502, "", ""), json_answer(200, &json!({}))]);
    let begin = Instant::now();
    let error = wait(&talk, &Person::default(), ada(), 3).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::MfaTimeout), "{error}");
    assert_eq!(talk.asked(), ["POST /poll HTTP/1.1", "POST /poll HTTP/1.1", "POST /cancel HTTP/1.1"]);
    assert!(begin.elapsed() >= Duration::from_secs(3));
}
