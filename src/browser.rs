//! The person's browser, started with an address or a file.

use crate::error::{Error, Kind, printable};
use crate::secret::child;
use std::io::ErrorKind;
use std::os::unix::process::CommandExt;
use std::process::Stdio;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// How long a program is watched that opens browsers: most hand the address on and end; a browser that had to be started goes on.
const WATCHED: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

/// Opens `target` with the first program that there is: of `variable`, which is `BROWSER`, else of this system's. Nothing of it is waited for.
///
/// `target` becomes an argument, which everybody on the machine can read.
///
/// # Errors
/// `config` if there is none, or it fails.
pub fn open(target: &str, variable: Option<&str>, is_wsl: bool) -> Result<(), Error> {
    let mut failed = None;
    for words in programs(target, variable, is_wsl) {
        match run(&words) {
            Ok(()) => return Ok(()),
            Err(Some(why)) => failed = failed.or(Some(why)),
            Err(None) => {}
        }
    }
    let why = failed.unwrap_or_else(|| "there is no program that does".to_owned());
    Err(Error::new(
        Kind::Config,
        format!("no browser could be opened: {why}"),
        "set BROWSER to a program, or open the address yourself: console --url prints it",
    ))
}

/// The commands to try. `BROWSER` is a list with colons between, each with `%s` for the address or none, as xdg-open and Python have it.
fn programs(target: &str, variable: Option<&str>, is_wsl: bool) -> Vec<Vec<String>> {
    let command = |text: &str| {
        let mut words: Vec<String> = text.split_whitespace().map(|word| word.replace("%s", target)).collect();
        if !words.is_empty() && !text.contains("%s") {
            words.push(target.to_owned());
        }
        words
    };
    match variable {
        Some(list) => list.split(':').map(command).filter(|words| !words.is_empty()).collect(),
        None if cfg!(target_os = "macos") => vec![command("open")],
        // On Linux `open` may be openvt(1).
        None if is_wsl => vec![command("wslview"), command("xdg-open")],
        None => vec![command("xdg-open")],
    }
}

/// `Err(None)` if there is no such program.
fn run(words: &[String]) -> Result<(), Option<String>> {
    let (program, arguments) = words.split_first().ok_or(None)?;
    let shown = printable(program);
    let mut command = child(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    // A group of its own: Ctrl-C in the terminal that we were started from ends no browser.
    let mut running = command.process_group(0).spawn().map_err(|error| match error.kind() {
        ErrorKind::NotFound => None,
        _ => Some(format!("{shown} cannot run ({error})")),
    })?;
    let start = Instant::now();
    loop {
        match running.try_wait() {
            Ok(Some(status)) if status.success() => return Ok(()),
            Ok(Some(status)) => return Err(Some(format!("{shown} ended with {status}"))),
            Ok(None) if start.elapsed() < WATCHED => sleep(PAUSE),
            _ => return Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(variable: Option<&str>, is_wsl: bool) -> Vec<String> {
        programs("/run/x y.html", variable, is_wsl).iter().map(|words| words.join("|")).collect()
    }

    #[test]
    fn the_variable_is_a_list_of_commands_and_no_shell() {
        assert_eq!(
            words(Some("w3m:firefox --new-tab %s"), true),
            ["w3m|/run/x y.html", "firefox|--new-tab|/run/x y.html"]
        );
        assert_eq!(words(Some("a$(b);c"), false), ["a$(b);c|/run/x y.html"]);
        assert!(words(Some(": :"), false).is_empty());
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn without_it_the_systems_own_is_taken() {
        assert_eq!(words(None, false), ["xdg-open|/run/x y.html"]);
        assert_eq!(words(None, true), ["wslview|/run/x y.html", "xdg-open|/run/x y.html"]);
    }

    #[test]
    fn the_first_that_there_is_and_that_works_is_taken() {
        assert!(open("x", Some("no-such-browser:true"), false).is_ok());
        assert!(open("x", Some("false:true"), false).is_ok());
        for (variable, word) in [("no-such-browser", "no program"), ("false", "false ended with")] {
            let error = open("x", Some(variable), false).unwrap_err();
            assert!(error.kind() == Some(Kind::Config) && error.to_string().contains(word), "{error}");
        }
    }
}
