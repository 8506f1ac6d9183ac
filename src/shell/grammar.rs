//! Every difference between the dialects. Each rule was tried in the shells themselves, PowerShell's excepted.

/// What a dialect looks like.
pub(super) struct Grammar {
    /// The shells that read it, the format's own name first.
    pub(super) names: &'static [&'static str],
    /// Around a quoted value.
    pub(super) quote: char,
    /// Characters that need more than the quotes, and what stands for them.
    pub(super) escapes: &'static [(char, &'static str)],
    /// Whether a variable can be set and empty.
    pub(super) carries_empty: bool,
    /// `NAME` set to a quoted value.
    pub(super) export: fn(name: &str, quoted: &str) -> String,
    /// Names taken out of the environment; no failure if they are not set.
    pub(super) unset: fn(names: &[&str]) -> String,
    /// Behind the last statement.
    pub(super) end: &'static str,
    /// A statement whose status is the number and that does nothing else; empty where the shell itself stops at a command that fails.
    pub(super) failure: fn(code: u8) -> String,
}

/// Characters that no dialect carries. `$(…)` drops NUL; zsh's `csh_junkie_quotes` has no newline in quotes, fish's and tcsh's command
/// substitutions cut at it, and one line a statement is what lets `oktapipe_env` take the code apart; a CR ends up in the value or not,
/// depending on how the code reached the shell.
pub(super) const REFUSED: [char; 3] = ['\0', '\n', '\r'];

fn each(names: &[&str], statement: impl Fn(&str) -> String) -> String {
    names.iter().map(|name| statement(name)).collect()
}

pub(super) const SH: Grammar = Grammar {
    names: &["sh", "bash", "zsh", "dash", "ksh", "ksh93", "mksh", "yash", "ash"],
    quote: '\'',
    escapes: &[('\'', "'\\''")],
    carries_empty: true,
    export: |name, quoted| format!("export {name}={quoted}\n"),
    unset: |names| format!("unset {}\n", names.join(" ")),
    end: "",
    failure: |code| format!("(exit {code})\n"),
};

/// `eval (…)` joins lines, so each has its semicolon. `set -e` of a variable that is not set leaves status 4, and no later `set` clears it:
/// hence `true`. `(exit N)` is an error of syntax there.
pub(super) const FISH: Grammar = Grammar {
    names: &["fish"],
    quote: '\'',
    escapes: &[('\\', "\\\\"), ('\'', "\\'")],
    carries_empty: true,
    export: |name, quoted| format!("set -gx {name} {quoted};\n"),
    unset: |names| each(names, |name| format!("set -eg {name};\n")),
    end: "true;\n",
    failure: |code| format!("sh -c 'exit {code}';\n"),
};

/// History is expanded within single quotes too.
pub(super) const TCSH: Grammar = Grammar {
    names: &["tcsh", "csh"],
    quote: '\'',
    escapes: &[('\'', "'\\''"), ('!', "\\!")],
    carries_empty: true,
    export: |name, quoted| format!("setenv {name} {quoted};\n"),
    unset: |names| each(names, |name| format!("unsetenv {name};\n")),
    end: "",
    failure: |code| format!("sh -c 'exit {code}';\n"),
};

/// A command that fails raises, wherever it stands.
pub(super) const ELVISH: Grammar = Grammar {
    names: &["elvish"],
    quote: '\'',
    escapes: &[('\'', "''")],
    carries_empty: true,
    export: |name, quoted| format!("set-env {name} {quoted}\n"),
    unset: |names| each(names, |name| format!("unset-env {name}\n")),
    end: "",
    failure: |_| String::new(),
};

/// `$(…)` of xonsh 0.13 hides that the command failed, and a `(exit N)` would only be a number that nobody looks at: an exception stops
/// the script. xonsh 0.25 raises the same one by itself, nearly always before it evaluates.
pub(super) const XONSH: Grammar = Grammar {
    names: &["xonsh"],
    quote: '\'',
    escapes: &[('\\', "\\\\"), ('\'', "\\'")],
    carries_empty: true,
    export: |name, quoted| format!("${name} = {quoted}\n"),
    unset: |names| each(names, |name| format!("${{...}}.pop('{name}', None)\n")),
    end: "",
    failure: |code| format!("raise __import__('subprocess').CalledProcessError({code}, 'oktapipe')\n"),
};

/// Typographic quotes end a string as the straight one does, and `''` removes the variable. Untried: there is no PowerShell here.
pub(super) const POWERSHELL: Grammar = Grammar {
    names: &["powershell", "pwsh"],
    quote: '\'',
    escapes: &[
        ('\'', "''"),
        ('\u{2018}', "\u{2018}\u{2018}"),
        ('\u{2019}', "\u{2019}\u{2019}"),
        ('\u{201a}', "\u{201a}\u{201a}"),
        ('\u{201b}', "\u{201b}\u{201b}"),
    ],
    carries_empty: false,
    export: |name, quoted| format!("$env:{name} = {quoted}\n"),
    unset: |names| each(names, |name| format!("Remove-Item Env:{name} -ErrorAction Ignore\n")),
    end: "",
    failure: |code| format!("throw 'oktapipe failed with {code}'\n"),
};
