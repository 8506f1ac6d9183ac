//! SECURITY.md: each promise names the tests that hold it, these tests exist, and oktapipe(1) promises the same.

use std::path::{Path, PathBuf};

fn read(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The promises: the sentence in bold, and the names of tests behind it.
fn promises() -> Vec<(String, Vec<String>)> {
    let text = read("SECURITY.md");
    let section = text.split_once("## What is promised").unwrap().1.split_once("\n## ").unwrap().0;
    let items: Vec<String> = (1..)
        .map_while(|number| {
            let (_, rest) = section.split_once(&format!("\n{number}. **"))?;
            let end = rest.find(&format!("\n{}. **", number + 1)).unwrap_or(rest.len());
            Some(rest[..end].split_whitespace().collect::<Vec<_>>().join(" "))
        })
        .collect();
    items
        .into_iter()
        .map(|item| {
            let (sentence, rest) = item.split_once("**").unwrap();
            let tests = rest.split('`').skip(1).step_by(2).filter(|name| {
                name.contains("::")
                    && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_:".contains(c))
            });
            (sentence.to_owned(), tests.map(str::to_owned).collect())
        })
        .collect()
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            found.push(path);
        }
    }
}

/// Whether a file has a test of this name: a function with `#[test]` above it, or within proptest's macro.
fn has_test(text: &str, name: &str) -> bool {
    text.split_once(&format!("fn {name}(")).is_some_and(|(before, _)| {
        let attributes = before.rsplit_once('}').map_or(before, |(_, rest)| rest);
        attributes.contains("#[test]")
    })
}

#[test]
fn every_promise_of_security_md_names_tests_that_exist() {
    let promises = promises();
    assert!(promises.len() >= 8, "{promises:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = Vec::new();
    files(&root.join("src"), &mut sources);
    files(&root.join("tests/cli"), &mut sources);
    for (sentence, tests) in promises {
        assert!(!tests.is_empty(), "nothing holds: {sentence}");
        for test in tests {
            let (module, name) = test.rsplit_once("::").unwrap();
            let found = sources.iter().any(|path| {
                let parts = path.strip_prefix(root).unwrap().with_extension("");
                parts.iter().any(|part| part == module)
                    && has_test(&std::fs::read_to_string(path).unwrap(), name)
            });
            assert!(found, "{test} does not exist");
        }
    }
}

#[test]
fn the_manual_promises_the_same() {
    let page = read("man/oktapipe.1");
    let section = page.split_once(".Sh SECURITY CONSIDERATIONS\n").unwrap().1;
    let text = section.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentences: Vec<String> = promises().into_iter().map(|(sentence, _)| sentence).collect();
    for sentence in &sentences {
        assert!(text.contains(&format!(".It {sentence}")), "oktapipe(1) does not promise: {sentence}");
    }
    assert_eq!(text.split(".El").next().unwrap().matches(".It ").count(), sentences.len());
}
