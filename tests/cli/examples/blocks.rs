//! The blocks of the manual and the README, and the mark that each has.

use std::fs;
use std::path::{Path, PathBuf};

/// A literal display of a page, or a fence of a Markdown file.
pub(super) struct Block {
    pub place: String,
    pub mark: Mark,
    pub text: String,
}

pub(super) enum Mark {
    /// An example that is run, with the words behind `sandbox`.
    Run(Vec<String>),
    /// Why it is not.
    Not(String),
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The manual's pages of a section, `"1"`.
pub(super) fn of_section(section: &str) -> Vec<Block> {
    let pages = fs::read_dir(root().join("man")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = pages.filter(|page| page.extension().is_some_and(|of| of == section)).collect();
    pages.sort();
    pages.iter().flat_map(|page| of_page(page)).collect()
}

pub(super) fn of_readme() -> Vec<Block> {
    of_markdown("README.md")
}

/// Every block that there is.
pub(super) fn all() -> Vec<Block> {
    let pages = ["1", "5", "7"].into_iter().flat_map(of_section);
    pages.chain(of_readme()).chain(of_markdown("CONTRIBUTING.md")).collect()
}

/// The displays of a manual page, from `.Bd` to `.Ed`. One without a mark is a fault, and so is any kind of display that is not marked
/// here: what a reader may copy would go unseen.
fn of_page(path: &Path) -> Vec<Block> {
    let text = fs::read_to_string(path).unwrap();
    let name = path.file_name().unwrap().display().to_string();
    let mut blocks = Vec::new();
    let mut before = "";
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let place = format!("{name}:{}", at + 1);
        assert!(!line.starts_with(".Dl") && !line.starts_with(".D1"), "{place}: a display without a mark");
        if line.starts_with(".Bd") {
            assert!(line.starts_with(".Bd -literal"), "{place}: a display that is not literal");
            let mark = if let Some(words) = before.strip_prefix(".\\\" run: sandbox") {
                run(words)
            } else {
                let reason = before.strip_prefix(".\\\" not run:");
                not(reason.unwrap_or_else(|| panic!("{place}: a display without a mark")), &place)
            };
            let body = lines.by_ref().map(|(_, line)| line).take_while(|line| *line != ".Ed");
            let text = body.map(|line| format!("{}\n", plain(line, &place))).collect();
            blocks.push(Block { place, mark, text });
            before = "";
        } else {
            assert!(!is_mark(before), "{place}: a mark without a display");
            before = line;
        }
    }
    blocks
}

fn is_mark(line: &str) -> bool {
    line.starts_with(".\\\" run") || line.starts_with(".\\\" not run")
}

/// The fences of a Markdown file.
fn of_markdown(name: &str) -> Vec<Block> {
    let text = fs::read_to_string(root().join(name)).unwrap();
    let mut blocks = Vec::new();
    let mut before = "";
    let mut lines = text.lines().enumerate();
    while let Some((at, line)) = lines.next() {
        let place = format!("{name}:{}", at + 1);
        let reason = before.strip_prefix("<!-- not run:").and_then(|rest| rest.strip_suffix("-->"));
        if let Some(language) = line.trim_start().strip_prefix("```") {
            let mark = match (language.strip_prefix("sh sandbox"), reason) {
                (Some(words), None) => run(words),
                (None, Some(reason)) => not(reason, &place),
                (Some(_), Some(_)) => panic!("{place}: run or not run?"),
                (None, None) => panic!("{place}: a fence without a mark"),
            };
            let body = lines.by_ref().map(|(_, line)| line).take_while(|line| line.trim() != "```");
            let text = body.map(|line| format!("{line}\n")).collect();
            blocks.push(Block { place, mark, text });
            before = "";
        } else {
            assert!(reason.is_none(), "{place}: a mark without a fence");
            before = line;
        }
    }
    blocks
}

fn run(words: &str) -> Mark {
    Mark::Run(words.split_whitespace().map(str::to_owned).collect())
}

fn not(reason: &str, place: &str) -> Mark {
    assert!(!reason.trim().is_empty(), "{place}: not run, and nobody says why");
    Mark::Not(reason.trim().to_owned())
}

/// A line of roff as a reader sees it. An escape that we do not know is a fault, here and there.
fn plain(line: &str, place: &str) -> String {
    assert!(!line.starts_with('.'), "{place}: a macro within a display: {line}");
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\\') {
        text.push_str(before);
        let escapes = [
            ("-", "-"),
            ("e", "\\"),
            ("&", ""),
            ("(aq", "'"),
            ("(dq", "\""),
            ("(ti", "~"),
            ("(ha", "^"),
            ("(ga", "`"),
        ];
        let known =
            escapes.iter().find_map(|(name, shown)| after.strip_prefix(name).map(|rest| (shown, rest)));
        let (shown, after) = known.unwrap_or_else(|| panic!("{place}: an unknown escape: {line}"));
        text.push_str(shown);
        rest = after;
    }
    text + rest
}

#[test]
fn a_line_of_roff_is_read_as_it_is_shown() {
    assert_eq!(plain(r"jq \-r \(aq.a\(aq \e", ""), "jq -r '.a' \\");
    assert_eq!(plain(r"\&. ./sandbox.env", ""), ". ./sandbox.env");
}
