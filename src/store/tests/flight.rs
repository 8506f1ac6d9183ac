use super::Place;
use crate::store::{Lead, Queue, Record, Turn};
use serde_json::{Map, Value, json};
use std::fs;

const NAME: &str = "test.lock";

fn queue(place: &Place) -> Queue {
    Queue::new(&place.cache(), NAME).unwrap()
}

#[track_caller]
fn lead(queue: &mut Queue) -> Lead {
    match queue.turn().unwrap() {
        Turn::Lead(lead) => lead,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn waits(queue: &mut Queue) -> Option<u32> {
    match queue.turn().unwrap() {
        Turn::Waiting(pid) => pid,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn fails(queue: &mut Queue) -> Record {
    match queue.turn().unwrap() {
        Turn::Failed(_, record) => record,
        other => panic!("{other:?}"),
    }
}

fn error() -> Option<Map<String, Value>> {
    json!({"_oktapipe": {"error": {"kind": "locked_out"}}}).as_object().cloned()
}

#[test]
fn one_works_and_the_others_know_who() {
    let place = Place::new();
    let first = lead(&mut queue(&place));
    let mut second = queue(&place);
    // It has the lock and has said nothing yet.
    assert_eq!(waits(&mut second), None);
    first.begin(1);
    assert_eq!(waits(&mut second), Some(std::process::id()));
    first.end(2, None);
    lead(&mut second);
}

#[test]
fn those_who_waited_share_the_failure_and_those_who_come_later_do_not() {
    let place = Place::new();
    let first = lead(&mut queue(&place));
    let mut early = queue(&place);
    waits(&mut early);
    first.begin(1);
    let (mut second, mut third) = (queue(&place), queue(&place));
    waits(&mut second);
    waits(&mut third);
    first.end(7, error());
    for waiter in [&mut early, &mut second, &mut third] {
        let record = fails(waiter);
        assert_eq!((record.pid, record.time, record.error), (std::process::id(), 7, error()));
    }
    let late = lead(&mut queue(&place));
    assert_eq!(late.last_failure().map(|record| record.time), Some(7));
}

#[test]
fn a_failure_of_one_that_took_over_is_shared_too() {
    let place = Place::new();
    let first = lead(&mut queue(&place));
    first.begin(1);
    let (mut second, mut third) = (queue(&place), queue(&place));
    waits(&mut second);
    waits(&mut third);
    // Killed: the lock is free, and nothing was said.
    drop(first);
    let taken = lead(&mut second);
    taken.begin(2);
    waits(&mut third);
    taken.end(3, error());
    fails(&mut third);
}

#[test]
fn after_a_success_or_a_cancelled_one_nothing_is_shared() {
    let place = Place::new();
    let first = lead(&mut queue(&place));
    first.begin(1);
    first.end(2, error());
    let second = lead(&mut queue(&place));
    second.begin(3);
    let mut third = queue(&place);
    waits(&mut third);
    second.end(4, None);
    assert!(lead(&mut third).last_failure().is_none());
}

#[test]
fn what_could_not_be_renewed_fails_nobody_and_is_known_to_the_next_one() {
    let place = Place::new();
    let first = lead(&mut queue(&place));
    assert!(first.last_unrenewed().is_none());
    first.begin(1);
    let mut second = queue(&place);
    waits(&mut second);
    first.give_up(7);
    let next = lead(&mut second);
    assert_eq!((next.last_unrenewed(), next.last_failure()), (Some(7), None));
    next.begin(8);
    next.end(9, None);
    assert!(lead(&mut queue(&place)).last_unrenewed().is_none());
}

#[test]
fn a_file_that_says_nonsense_is_no_obstacle() {
    let place = Place::new();
    for text in ["", "{", "[]", "{\"number\": -1}", "\u{0}\u{0}", &"9".repeat(100_000)] {
        let mut queue = queue(&place);
        let path = place.0.join("state/oktapipe").join(NAME);
        fs::write(&path, text).unwrap();
        let lead = lead(&mut queue);
        assert!(lead.last_failure().is_none());
        lead.begin(1);
        lead.end(2, None);
    }
}
