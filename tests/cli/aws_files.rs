//! The AWS files under stress: many writers, the AWS CLI among them, and a write that is killed or fails at any of its steps.

use crate::harness::{Case, World, has, has_all};
use crate::to_profile::credentials;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;

const BEFORE: &str = "# mine\n[keep]\naws_access_key_id = AKIAKEEP\n# why\naws_secret_access_key=CANARYkeep\n\n[last]\nregion = eu-west-3";

/// A file of before in a home of its own.
fn given(home: &Path) -> PathBuf {
    let file = home.join(".aws/credentials");
    fs::create_dir_all(home.join(".aws")).unwrap();
    fs::write(&file, BEFORE).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    file
}

/// What botocore reads.
fn by_botocore(world: &World) -> BTreeMap<String, BTreeMap<String, String>> {
    let script = "import botocore.configloader, json, sys; print(json.dumps(botocore.configloader.raw_config_parse(sys.argv[1])))";
    let file = world.home.join(".aws/credentials").display().to_string();
    let outcome = Case::new("python3", &["-c", script, &file], &world.home).run();
    serde_json::from_str(&outcome.succeeds().stdout).unwrap()
}

/// The CLIs come one after the other: beside each other they lose each other's writes, whoever else is there.
#[test]
fn fifty_writers_side_by_side_and_the_aws_cli_among_them_lose_nothing() {
    if !has_all(&["aws", "python3"]) {
        return;
    }
    let world = World::new();
    let file = given(&world.home);
    thread::scope(|scope| {
        scope.spawn(|| {
            let script = "for i in 1 2 3 4 5 6; do aws configure set aws_access_key_id ASIACLI$i --profile cli$i || exit; done";
            world.shell("sh", script).run().succeeds();
        });
        for worker in 0..4 {
            let world = &world;
            scope.spawn(move || {
                for number in 0..11 {
                    let role = format!("R{worker}-{number}");
                    world
                        .oktapipe(&["to-profile", "--name", "{role}"])
                        .stdin(credentials(&role).to_string())
                        .run()
                        .succeeds();
                    // So that they are at work for as long as the CLI is.
                    thread::sleep(std::time::Duration::from_millis(40 * number));
                }
            });
        }
    });
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.starts_with(BEFORE), "{text}");
    let mut profiles = by_botocore(&world);
    let keep = profiles.remove("keep").unwrap();
    assert_eq!(
        (keep["aws_access_key_id"].as_str(), keep["aws_secret_access_key"].as_str()),
        ("AKIAKEEP", "CANARYkeep")
    );
    assert_eq!(profiles.remove("last").unwrap()["region"], "eu-west-3");
    for number in 1..=6 {
        let cli = profiles
            .remove(&format!("cli{number}"))
            .unwrap_or_else(|| panic!("cli{number} is lost:\n{text}"));
        assert_eq!(cli["aws_access_key_id"], format!("ASIACLI{number}"));
    }
    for (worker, number) in (0..4).flat_map(|worker| (0..11).map(move |number| (worker, number))) {
        let role = format!("R{worker}-{number}");
        let ours = profiles.remove(&role).unwrap_or_else(|| panic!("{role} is lost:\n{text}"));
        assert_eq!(
            (ours["aws_access_key_id"].clone(), ours["aws_session_token"].as_str()),
            (format!("ASIA{role}"), "IQoCANARY+/==")
        );
    }
    assert!(profiles.is_empty(), "{profiles:?}");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn fifty_at_once_make_one_file_and_wait_for_each_other() {
    if !has("python3") {
        return;
    }
    let world = World::new();
    let script = "i=0; while [ $i -lt 50 ]; do oktapipe to-profile --name p$i < in > out$i & i=$((i + 1)); done; wait; cat out* | wc -l";
    fs::write(world.home.join("in"), credentials("Dev").to_string()).unwrap();
    let outcome = world.shell("sh", script).run().succeeds();
    assert_eq!(outcome.stdout.trim(), "50");
    let profiles = by_botocore(&world);
    assert!(
        (0..50).all(|number| profiles[&format!("p{number}")]["aws_access_key_id"] == "ASIADev"),
        "{profiles:?}"
    );
    assert_eq!(profiles.len(), 50);
}

#[test]
fn a_lock_that_others_hold_is_told_in_time() {
    if !has("flock") {
        return;
    }
    let world = World::new();
    let file = given(&world.home);
    let script = "exec 9>>.aws/.credentials.oktapipe-lock; flock 9; oktapipe to-profile --timeout 1 9>&-";
    let outcome = world.shell("sh", script).stdin(credentials("Dev").to_string()).run();
    outcome.fails(75, "locked_file");
    assert_eq!(fs::read_to_string(file).unwrap(), BEFORE);
}

/// The calls of a run that come from its first look at the file on: each with its number among those of its name.
fn steps(trace: &str) -> Vec<(String, usize)> {
    let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
    let mut begun = false;
    let mut steps = Vec::new();
    for line in trace.lines() {
        let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
        let Some((name, rest)) = call.split_once('(') else { continue };
        let number = numbers.entry(name.to_owned()).or_default();
        *number += 1;
        begun |= rest.contains("/.aws\"");
        if begun && !["exit_group", "geteuid", "mmap", "munmap", "brk", "sigaltstack"].contains(&name) {
            steps.push((name.to_owned(), *number));
        }
    }
    steps
}

/// A home of its own for each step, so that each run is the same up to it.
fn struck(world: &World, number: usize, inject: &str) -> (PathBuf, Option<i32>, String) {
    let home = world.home.join(format!("s{number}-{}", inject.len()));
    let file = given(&home);
    let trace = inject.split(':').next().unwrap();
    let script = format!(
        "HOME=$PWD/{0} strace -qq -o {0}/trace -e trace={trace} -e inject={inject} oktapipe to-profile <in >{0}/out 2>{0}/err",
        home.file_name().unwrap().display()
    );
    let outcome = world.shell("sh", &script).run();
    let text = fs::read_to_string(&file).unwrap();
    (home, outcome.status, text)
}

#[test]
fn kill_and_a_full_disk_at_every_step_of_a_write_leave_the_old_file_or_the_new_one() {
    if !has("strace") {
        return;
    }
    let world = World::new();
    fs::write(world.home.join("in"), credentials("Dev").to_string()).unwrap();
    let file = given(&world.home);
    world.shell("sh", "strace -qq -o trace oktapipe to-profile <in >out 2>err").run().succeeds();
    let new = fs::read_to_string(&file).unwrap();
    assert!(new.starts_with(BEFORE) && new.contains("ASIADev"), "{new}");
    let steps = steps(&fs::read_to_string(world.home.join("trace")).unwrap());
    let count = |name: &str| steps.iter().filter(|(step, _)| step == name).count();
    assert!(
        count("write") >= 2 && count("fsync") == 2 && count("renameat") + count("rename") == 1,
        "{steps:?}"
    );
    let (world, new) = (&world, new.as_str());
    let one = |number: usize, (name, nth): &(String, usize)| {
        let (home, _, text) = struck(world, number, &format!("{name}:signal=KILL:when={nth}"));
        assert!(text == BEFORE || text == new, "killed at {name} {nth}:\n{text}");
        // What is left over is no obstacle, and gone after the next run.
        let again = world
            .oktapipe(&["to-profile"])
            .env("HOME", &home.display().to_string())
            .stdin(credentials("Dev").to_string());
        again.run().succeeds();
        assert_eq!(fs::read_to_string(home.join(".aws/credentials")).unwrap(), new, "after {name} {nth}");
        let left = || fs::read_dir(home.join(".aws")).unwrap().count();
        assert!(left() == 2 || text == new, "{name} {nth} left something");
        // No disk is asked in these.
        if ["clock_nanosleep", "fcntl", "flock"].contains(&name.as_str()) {
            return;
        }
        let fault = ["ENOSPC", "EIO"][number / 6 % 2];
        let (home, status, text) = struck(world, number, &format!("{name}:error={fault}:when={nth}"));
        let at = format!("{fault} at {name} {nth}");
        let told = fs::read_to_string(home.join("err")).unwrap();
        assert!(text == BEFORE || text == new, "{at}:\n{text}");
        assert!(status != Some(0) || text == new, "{at}: success, and not written");
        assert!(matches!(status, Some(0 | 73 | 74)) && told.lines().count() <= 1, "{at}: {status:?} {told}");
        assert!(!home.join(".aws/.credentials.oktapipe-new").exists(), "{at} left the new file");
        assert!(status == Some(0) || name == "write" || text == BEFORE, "{at}: {told}");
    };
    // Most of a run is waiting.
    const SIDE_BY_SIDE: usize = 6;
    thread::scope(|scope| {
        for part in 0..SIDE_BY_SIDE {
            let (one, steps) = (&one, &steps);
            scope.spawn(move || {
                let own = steps.iter().enumerate().filter(|(number, _)| number % SIDE_BY_SIDE == part);
                own.for_each(|(number, step)| one(number, step));
            });
        }
    });
}
