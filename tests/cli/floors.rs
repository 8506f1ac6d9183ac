//! The house: which module may use which. Arrows point down only, and modules of one floor do not know each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Every module of the library, from the ground up. The trait of the terminal belongs to the ground too, and speaks in its words.
const FLOORS: [&[&str]; 9] = [
    &["error", "secret", "arn", "duration", "time", "signal", "process"],
    &["terminal", "xml"],
    &[
        "http",
        "cli",
        "document",
        "transaction",
        "org",
        "page",
        "assertion",
        "config",
        "ini",
        "shell",
        "alias",
    ],
    &["okta", "sts", "signin", "iam", "prompt", "store", "browser"],
    &["context"],
    &["stage"],
    &["command"],
    &["run"],
    &["main"],
];

/// What stages share; they use nothing else of each other.
const SHARED_BY_STAGES: [&str; 5] = ["aliases", "credentials", "endpoint", "profile", "role"];

fn floor(module: &str) -> usize {
    FLOORS.iter().position(|floor| floor.contains(&module)).unwrap_or_else(|| {
        panic!("the module {module} stands on no floor: give it one in tests/cli/floors.rs")
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every source file, by its path in `src`, without what only tests see.
pub fn sources() -> BTreeMap<String, String> {
    fn walk(folder: &Path, found: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.insert(name, code(&std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(&root(), &mut found);
    let tests = test_modules(&found);
    found.retain(|name, _| name != "lib.rs" && !tests.iter().any(|module| name.starts_with(module.as_str())));
    found
}

/// A file's text without comments, and up to its unit tests, which stand at a file's end.
fn code(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let end = lines.windows(2).position(|pair| pair[0] == "#[cfg(test)]" && pair[1] == "mod tests {");
    lines[..end.unwrap_or(lines.len())].join("\n")
}

/// The files and folders of `#[cfg(test)] mod NAME;`.
fn test_modules(sources: &BTreeMap<String, String>) -> Vec<String> {
    let mut found = Vec::new();
    for (file, text) in sources {
        let folder = file.strip_suffix("mod.rs").map_or_else(|| file.replace(".rs", "/"), str::to_owned);
        let lines: Vec<&str> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[0] == "#[cfg(test)]") {
            if let Some(name) = pair[1].strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
                found.extend([format!("{folder}{name}.rs"), format!("{folder}{name}/")]);
            }
        }
    }
    found
}

/// The first names of the paths behind `prefix`, in braces too: `crate::{a, b::c}` gives a and b.
fn names_behind<'t>(text: &'t str, prefix: &str) -> Vec<&'t str> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices(prefix) {
        let is_path = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
        let behind = &text[at + prefix.len()..];
        if !is_path {
            continue;
        }
        match behind.strip_prefix('{') {
            Some(list) => {
                let (mut depth, mut start) = (0, 0);
                for (index, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        ',' | '}' if depth == 0 => {
                            found.push(name(list[start..index].trim_start()));
                            start = index + 1;
                            if c == '}' {
                                break;
                            }
                        }
                        '}' => depth -= 1,
                        _ => {}
                    }
                }
            }
            None => found.push(name(behind)),
        }
    }
    found.retain(|name| !name.is_empty());
    found
}

fn name(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len())]
}

fn module_of(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap_or_default()
}

#[test]
fn paths_are_found_in_every_spelling() {
    let text = "use crate::error::{Error, Kind};\nuse crate::{arn, okta::{Jar, Okta}, page as p};\nlet x = crate::sts::check();\nuse mycrate::no;";
    assert_eq!(names_behind(text, "crate::"), ["error", "arn", "okta", "page", "sts"]);
}

#[test]
fn every_module_stands_on_a_floor_and_every_floor_stands() {
    let sources = sources();
    let modules: Vec<&str> = sources.keys().map(|file| module_of(file)).collect();
    for module in &modules {
        floor(module);
    }
    for module in FLOORS.concat() {
        assert!(modules.contains(&module), "there is no module {module}");
    }
}

#[test]
fn arrows_point_down_only() {
    let mut arrows = 0;
    for (file, text) in sources() {
        let own = module_of(&file);
        // `main` sees the library from outside; nobody else may take that way.
        let outside = names_behind(&text, "oktapipe::");
        assert!(own == "main" || outside.is_empty(), "{file} uses the library by its outer name");
        for used in names_behind(&text, "crate::").into_iter().chain(outside) {
            arrows += 1;
            assert!(
                used == own || floor(used) < floor(own),
                "{file} uses {used}, which does not stand below {own}"
            );
        }
    }
    // A scan that finds nothing would pass as well.
    assert!(arrows > 100, "{arrows}");
}

#[test]
fn no_stage_uses_another() {
    let mut stages = 0;
    for (file, text) in
        sources().iter().filter(|(file, _)| file.starts_with("stage/") && *file != "stage/mod.rs")
    {
        stages += 1;
        let own = file.trim_start_matches("stage/").trim_end_matches(".rs");
        let others = |used: &&str| root().join(format!("stage/{used}.rs")).exists();
        let by_super = names_behind(text, "super::");
        let by_crate = names_behind(text, "crate::stage::");
        for used in by_super.into_iter().chain(by_crate).filter(others) {
            assert!(used == own || SHARED_BY_STAGES.contains(&used), "{file} uses the stage {used}");
        }
    }
    assert!(stages >= 8, "{stages}");
}

#[test]
fn conversations_take_no_context_and_stages_write_nothing() {
    for (file, text) in sources() {
        let writes = ["println!", "print!", "eprintln!", "io::stdout().lock", "process::exit"];
        if file.starts_with("stage/") || file.starts_with("okta/") || file.starts_with("sts/") {
            for word in writes {
                assert!(!text.contains(word), "{file} has {word}");
            }
        }
        if !matches!(module_of(&file), "run" | "prompt" | "command") {
            for word in ["std::env::var", "env::args", "io::stdin()", "io::stdout()"] {
                assert!(!text.contains(word), "{file} has {word}: the world is a value of run");
            }
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_for_every_package() {
    let manifest = root().join("../Cargo.toml");
    let manifest = std::fs::read_to_string(manifest).unwrap();
    assert!(manifest.contains("unsafe_code = \"forbid\"") && manifest.contains("[lints]\nworkspace = true"));
    let sandbox = std::fs::read_to_string(root().join("../tests/sandbox/Cargo.toml")).unwrap();
    assert!(sandbox.contains("[lints]\nworkspace = true"));
    assert!(sources().values().all(|text| !text.contains("unsafe ")));
}

#[test]
fn the_sandbox_shares_no_code_with_the_program() {
    let sandbox = std::fs::read_to_string(root().join("../tests/sandbox/Cargo.toml")).unwrap();
    assert!(!sandbox.lines().any(|line| line.starts_with("oktapipe ") || line.starts_with("oktapipe=")));
}
