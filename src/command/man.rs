//! `man`: the manual, which every copy of the program carries, since a single file that was copied to a server installs no pages.

use crate::arn::nearest;
use crate::cli::Man;
use crate::context::Context;
use crate::error::{Error, Kind, printable};
use crate::secret::child;
use crate::signal;
use crate::stage::Output;
use std::io::{self, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};

/// A page: its name, its section, its mdoc source.
struct Page {
    name: &'static str,
    section: char,
    source: &'static str,
}

macro_rules! page {
    ($name:literal, $section:literal) => {
        Page {
            name: $name,
            section: $section,
            source: include_str!(concat!("../../man/", $name, ".", $section)),
        }
    };
}

/// The pages of the commands that this program has.
const PAGES: &[Page] = &[
    page!("oktapipe", '1'),
    page!("oktapipe-assume", '1'),
    page!("oktapipe-assume-role", '1'),
    page!("oktapipe-authn", '1'),
    page!("oktapipe-caller-identity", '1'),
    page!("oktapipe-completions", '1'),
    page!("oktapipe-config", '5'),
    page!("oktapipe-configure", '1'),
    page!("oktapipe-console", '1'),
    page!("oktapipe-credential-process", '1'),
    #[cfg(feature = "sandbox")]
    page!("oktapipe-demo", '1'),
    page!("oktapipe-doctor", '1'),
    page!("oktapipe-exec", '1'),
    page!("oktapipe-explain", '1'),
    page!("oktapipe-export", '1'),
    page!("oktapipe-factor-verify", '1'),
    page!("oktapipe-import", '1'),
    page!("oktapipe-init", '1'),
    page!("oktapipe-json", '5'),
    page!("oktapipe-login", '1'),
    page!("oktapipe-logout", '1'),
    page!("oktapipe-man", '1'),
    page!("oktapipe-pipeline", '7'),
    page!("oktapipe-roles", '1'),
    page!("oktapipe-saml-fetch", '1'),
    page!("oktapipe-saml-roles", '1'),
    #[cfg(feature = "sandbox")]
    page!("oktapipe-sandbox", '1'),
    page!("oktapipe-schema", '1'),
    page!("oktapipe-serve", '1'),
    page!("oktapipe-session", '1'),
    page!("oktapipe-to-profile", '1'),
    page!("oktapipe-whoami", '1'),
];

/// What shows a page from stdin, with the pager that `MANPAGER` or `PAGER` names: that of man-db, and that of BSD and Alpine.
const VIEWERS: [(&str, &[&str]); 2] = [("man", &["-l", "-"]), ("mandoc", &["-a"])];

/// Gives a page's source, or shows the page, if stdout is a terminal; nothing is left to be written then. With `--list`, the names of the
/// pages as those of files, one a line.
///
/// # Errors
/// `usage` for a page that there is not; [`Error::Told`] with the status of a viewer that failed.
pub fn run(arguments: &Man, context: &Context<'_>) -> Result<Option<Output>, Error> {
    if arguments.list {
        return Ok(Some(text(&PAGES.iter().map(|page| format!("{}\n", page.file())).collect::<String>())));
    }
    let page = find(arguments.page.as_deref().unwrap_or("oktapipe"))?;
    if context.stdout_is_terminal {
        for (program, options) in VIEWERS {
            if let Some(status) = view(program, options, page.source)? {
                return ended(status).map(|()| None);
            }
        }
        (context.warn)("neither man nor mandoc is installed: this is the page as it is written");
    }
    Ok(Some(text(page.source)))
}

impl Page {
    fn file(&self) -> String {
        format!("{}.{}", self.name, self.section)
    }
}

fn text(text: &str) -> Output {
    Output::Text { plain: text.to_owned().into(), masked: text.to_owned() }
}

/// `authn`, `oktapipe-authn`, and either with its section: `authn.1`, `authn(1)`.
fn find(asked: &str) -> Result<&'static Page, Error> {
    let (name, section) = match asked.strip_suffix(')').and_then(|rest| rest.split_once('(')) {
        Some(parts) => parts,
        None => asked.rsplit_once('.').unwrap_or((asked, "")),
    };
    let is_named = |page: &&Page| page.name == name || short(page) == name;
    let is_meant =
        |page: &&Page| is_named(page) && (section.is_empty() || section.chars().eq([page.section]));
    PAGES.iter().find(is_meant).ok_or_else(|| unknown(asked, name))
}

fn short(page: &Page) -> &'static str {
    page.name.strip_prefix("oktapipe-").unwrap_or(page.name)
}

fn unknown(asked: &str, name: &str) -> Error {
    let names: Vec<&str> = PAGES.iter().map(short).collect();
    let near = nearest(name.strip_prefix("oktapipe-").unwrap_or(name), &names);
    let hint = match near.is_empty() {
        true => "oktapipe man --list names the pages".to_owned(),
        false => format!("the nearest is {}", near.join(", ")),
    };
    Error::new(Kind::Usage, format!("there is no page {}", printable(asked)), hint)
}

/// Shows a page with a program; `None` if it is not installed. Ctrl-C belongs to the pager meanwhile, and would leave it alone with the
/// terminal if it ended us.
fn view(program: &str, options: &[&str], source: &str) -> Result<Option<ExitStatus>, Error> {
    let failed = |error: io::Error| {
        Error::new(
            Kind::Io,
            format!("{program} cannot run: {error}"),
            "send the page to a pipe, as in oktapipe man | mandoc",
        )
    };
    let _hold = signal::hold();
    let mut viewer = match child(program).args(options).stdin(Stdio::piped()).spawn() {
        Ok(viewer) => viewer,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    if let Some(mut stdin) = viewer.stdin.take() {
        // One that does not want it all says why by its status.
        let _ = stdin.write_all(source.as_bytes());
    }
    viewer.wait().map(Some).map_err(failed)
}

fn ended(status: ExitStatus) -> Result<(), Error> {
    match (status.code(), status.signal()) {
        (Some(0), _) => Ok(()),
        (Some(code), _) => Err(Error::Told { exit_code: u8::try_from(code).unwrap_or(u8::MAX) }),
        (None, signal) => Err(signal.map_or(Error::Told { exit_code: u8::MAX }, Error::Signal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn a_page_is_found_by_its_command_by_its_name_and_with_its_section() {
        for asked in ["json", "oktapipe-json", "json.5", "json(5)", "oktapipe-json.5", "oktapipe-json(5)"] {
            assert_eq!(find(asked).unwrap().file(), "oktapipe-json.5", "{asked}");
        }
        for page in PAGES {
            assert_eq!(find(short(page)).unwrap().file(), page.file());
            assert_eq!(find(&page.file()).unwrap().file(), page.file());
            assert!(page.source.contains(&format!("\n.Dt {} {}\n", page.name.to_uppercase(), page.section)));
        }
    }

    #[test]
    fn a_page_that_there_is_not_is_a_usage_error_with_the_nearest() {
        for (asked, hint) in [
            ("auth", "the nearest is authn"),
            ("oktapipe-sesion", "the nearest is session"),
            ("json.1", "the nearest is json"),
            ("ls", "oktapipe man --list names the pages"),
            ("", "oktapipe man --list names the pages"),
        ] {
            let Err(Error::Failed(failure)) = find(asked) else { panic!("{asked} is found") };
            assert_eq!((failure.kind, failure.hint.as_str()), (Kind::Usage, hint), "{asked}");
        }
    }

    /// Those of the commands that are left out of releases apart, when they are.
    #[test]
    fn the_pages_are_the_files_of_the_manual() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("man");
        let is_here = |file: &String| {
            cfg!(feature = "sandbox") || !["oktapipe-demo.1", "oktapipe-sandbox.1"].contains(&file.as_str())
        };
        let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let files: BTreeSet<String> = files.map(|file| file.into_string().unwrap()).filter(is_here).collect();
        assert_eq!(PAGES.iter().map(Page::file).collect::<BTreeSet<_>>(), files);
        assert!(PAGES.is_sorted_by_key(|page| page.name) && PAGES.len() == files.len());
    }
}
