//! Processes of ours beside each other, also killed ones.

use super::{Home, Kind, one};
use std::fs;
use std::os::unix::fs::symlink;
use std::thread;
use std::time::{Duration, Instant};

#[test]
fn a_lock_that_is_no_file_of_ours_is_refused_and_not_followed() {
    let home = Home::with("[b]\n", 0o600);
    let lock = home.0.join(".aws/.credentials.oktapipe-lock");
    fs::write(home.0.join("mine"), "keep").unwrap();
    symlink(home.0.join("mine"), &lock).unwrap();
    home.refused(Kind::CannotCreate, "cannot be locked");
    assert_eq!(fs::read_to_string(home.0.join("mine")).unwrap(), "keep");
    fs::remove_file(&lock).unwrap();
    rustix::fs::mkfifoat(rustix::fs::CWD, &lock, rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR).unwrap();
    home.refused(Kind::Io, "no file of yours");
}

#[test]
fn what_a_killed_process_left_is_no_obstacle() {
    let home = Home::with("[b]\n", 0o600);
    fs::write(home.0.join(".aws/.credentials.oktapipe-new"), "[b]\nhalf").unwrap();
    fs::write(home.0.join(".aws/.credentials.oktapipe-lock"), "12 34 no numbers").unwrap();
    home.set("a", "k", "x").unwrap();
    assert_eq!((home.text().as_str(), home.names()), ("[b]\n\n[a]\nk = x\n", vec!["credentials".to_owned()]));
}

#[test]
fn a_lock_that_is_held_too_long_is_told_and_nothing_is_written() {
    let home = Home::with("[b]\n", 0o600);
    let lock = fs::File::create(home.0.join(".aws/.credentials.oktapipe-lock")).unwrap();
    lock.lock().unwrap();
    let start = Instant::now();
    let error = home.file().edit(Duration::from_millis(200), |_| Ok(vec![one("a", "k", "x")])).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::LockedFile));
    assert!(start.elapsed() < Duration::from_secs(3));
    assert_eq!(home.text(), "[b]\n");
}

#[test]
fn writers_side_by_side_lose_nothing() {
    let home = Home::with("# mine\n[b]\nk = 1\n", 0o600);
    let names: Vec<String> = (0..24).map(|number| format!("n{number}")).collect();
    thread::scope(|scope| {
        for name in &names {
            scope.spawn(|| home.set(name, "k", "x").unwrap());
        }
    });
    let text = home.text();
    assert!(text.starts_with("# mine\n[b]\nk = 1\n"), "{text}");
    for name in &names {
        assert_eq!(text.matches(&format!("[{name}]\nk = x\n")).count(), 1, "{text}");
    }
}
