//! The functions of `init` in the shells that are no sh: fish, elvish, nushell, tcsh and xonsh run them, PowerShell's are read.

use crate::harness::{Case, Outcome, World, has, terminal, terminals};
use serde_json::json;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

const SOLO: &str = "solo@acme.example";

const FAILED: &str = r#"{"_oktapipe": {"v": 1, "error": {"stage": "authn", "kind": "authentication_failed", "message": "m", "hint": "h", "exit_code": 77, "retryable": false}}}"#;

struct Shell {
    /// Without its start-up files; a script's name follows.
    command: &'static [&'static str],
    file: &'static str,
    /// Takes the functions of the file FILE, and those of `init`.
    source: &'static str,
    init: &'static str,
    /// Behind the functions: `CALL` and `STATUS` make one statement that calls and prints `STATUS KEY LABEL`.
    shows: &'static str,
    /// A pipeline, PIPE, as the one word that the shell wants.
    word: &'static str,
    /// Sets NAME to VALUE in the environment, and takes it away.
    set: &'static str,
    unset: &'static str,
}

const SHELLS: [Shell; 5] = [
    Shell {
        command: &["fish", "--no-config"],
        file: "oktapipe.fish",
        source: "source 'FILE'",
        init: "oktapipe init fish | source",
        shows: "CALL; echo $status (set -q AWS_ACCESS_KEY_ID; and echo $AWS_ACCESS_KEY_ID; or echo none) (set -q AWS_VAULT; and echo $AWS_VAULT; or echo none)",
        word: "'PIPE'",
        set: "set -gx NAME 'VALUE'",
        unset: "set -e NAME",
    },
    Shell {
        command: &["elvish", "-norc"],
        file: "oktapipe.elv",
        source: "eval (slurp < 'FILE') &on-end={|ns| set functions = $ns }",
        init: "eval (oktapipe init elvish | slurp) &on-end={|ns| set functions = $ns }",
        shows: "status { CALL }",
        word: "{ PIPE }",
        set: "set-env NAME 'VALUE'",
        unset: "unset-env NAME",
    },
    Shell {
        command: &["nu", "-n"],
        file: "oktapipe.nu",
        source: "source 'FILE'",
        // It has to be a file before the script is read.
        init: "source init.nu",
        shows: "$env.S = '0'; try { CALL | print --no-newline } catch {|e| $env.S = ($e.exit_code? | default 1 | into string) }; print ([$env.S ($env.AWS_ACCESS_KEY_ID? | default none) ($env.AWS_VAULT? | default none)] | str join ' ')",
        word: "{ PIPE }",
        set: "$env.NAME = 'VALUE'",
        unset: "hide-env -i NAME",
    },
    Shell {
        command: &["tcsh", "-f"],
        file: "oktapipe.tcsh",
        source: "source 'FILE'",
        init: "eval \"`oktapipe init tcsh`\"",
        shows: "CALL; sh -c 'echo $0 ${AWS_ACCESS_KEY_ID-none} ${AWS_VAULT-none}' $status",
        word: "'PIPE'",
        set: "setenv NAME 'VALUE'",
        unset: "unsetenv NAME",
    },
    Shell {
        command: &["xonsh", "--no-rc"],
        file: "oktapipe.xsh",
        source: "exec(open('FILE').read())",
        init: "exec($(oktapipe init xonsh))",
        shows: "r = !(CALL)\nprint((r.out or '').rstrip() + '\\n' if r.out else '', end='')\nprint(r.rtn, ${...}.get('AWS_ACCESS_KEY_ID', 'none'), ${...}.get('AWS_VAULT', 'none'))",
        word: "'PIPE'",
        set: "$NAME = 'VALUE'",
        unset: "${...}.pop('NAME', None)",
    },
];

/// elvish's functions have a namespace in a script, and a status is an exception.
const ELVISH: &str = "var functions = $nil
fn oktapipe_eval {|@a| $functions[oktapipe_eval~] $@a }
fn oktapipe_role {|@a| $functions[oktapipe_role~] $@a }
fn oktapipe_who { $functions[oktapipe_who~] }
fn oktapipe_drop { $functions[oktapipe_drop~] }
fn oktapipe_warn { $functions[oktapipe_warn~] }
fn env-or-none {|name| if (has-env $name) { get-env $name } else { put none } }
fn status {|call|
  var status = 0
  try { $call } catch e {
    set status = 1
    if (has-key $e[reason] exit-status) { set status = $e[reason][exit-status] } else { echo (to-string $e[reason]) >&2 }
  }
  echo $status (env-or-none AWS_ACCESS_KEY_ID) (env-or-none AWS_VAULT)
}
";

impl Shell {
    fn name(&self) -> &'static str {
        self.command[0]
    }

    fn file(&self) -> String {
        format!("{}/shell/{}", env!("CARGO_MANIFEST_DIR"), self.file)
    }

    fn calls(&self, call: &str) -> String {
        self.shows.replace("CALL", call)
    }

    fn eval(&self, pipe: &str, options: &str) -> String {
        self.calls(&format!("oktapipe_eval {} {options}", self.word.replace("PIPE", pipe)))
    }

    fn set(&self, name: &str, value: &str) -> String {
        self.set.replace("NAME", name).replace("VALUE", value)
    }

    /// A script behind the functions, taken from the file or from `init`.
    fn case(&self, world: &World, load: &str, lines: &[String]) -> Case {
        let preamble = match self.name() {
            "elvish" => ELVISH,
            "xonsh" => "$XONSH_SHOW_TRACEBACK = False\n$XONSH_SUBPROC_CMD_RAISE_ERROR = False\n",
            _ => "",
        };
        let script = format!("{preamble}{}\n{}\n", load.replace("FILE", &self.file()), lines.join("\n"));
        std::fs::write(world.home.join("script"), script).unwrap();
        let mut case = Case::new(self.name(), &[&self.command[1..], &["script"]].concat(), &world.home);
        for (name, value) in world.sandbox.environment() {
            case = case.env(&name, &value);
        }
        // No word of xonsh's about its own settings.
        case.env("OKTA_USERNAME", SOLO)
            .env("OKTA_PASSWORD", world.password(SOLO))
            .env("PYTHONWARNINGS", "ignore")
            .env("PYTHONUNBUFFERED", "1")
            .without("AWS_REGION")
            .without("AWS_DEFAULT_REGION")
    }

    fn run(&self, world: &World, lines: &[String]) -> Outcome {
        self.case(world, self.source, lines).run()
    }
}

fn shells() -> impl Iterator<Item = &'static Shell> {
    SHELLS.iter().filter(|shell| has(shell.name()))
}

/// A world with `creds.json`, the document of a failed pipe, and what nushell reads of `init`.
fn world() -> World {
    let world = World::new();
    let credentials = json!({"Credentials": {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "CANARYsk/a+b=",
        "SessionToken": "IQoCANARY+/==", "Expiration": "2030-01-02T03:04:05Z"},
        "AssumedRoleUser": {"Arn": "arn:aws:sts::111122223333:assumed-role/Dev,=@.+_-1/ada"}});
    std::fs::write(world.home.join("creds.json"), credentials.to_string()).unwrap();
    std::fs::write(world.home.join("failed.json"), FAILED).unwrap();
    let init = world.oktapipe(&["init", "nu"]).run().succeeds().stdout;
    std::fs::write(world.home.join("init.nu"), init).unwrap();
    world
}

const ROLE: &str = "111122223333/Dev,=@.+_-1";

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn init_prints_the_file_with_the_hook_and_without_it() {
    let world = World::new();
    let print = |arguments: &[&str]| world.oktapipe(&[&["init"], arguments].concat()).run().succeeds().stdout;
    for (names, file) in [
        (&["fish"][..], "oktapipe.fish"),
        (&["elvish"], "oktapipe.elv"),
        (&["nushell", "nu"], "oktapipe.nu"),
        (&["xonsh"], "oktapipe.xsh"),
        (&["powershell", "pwsh"], "oktapipe.ps1"),
    ] {
        let text =
            std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("shell").join(file)).unwrap();
        for name in names {
            assert_eq!(print(&[name]), text, "{name}");
            let without = print(&[name, "--no-hook"]);
            assert!(text.starts_with(&without) && !without.contains("The hook"), "{name}");
            assert!(without.trim_end().len() < text.trim_end().len(), "{name}");
        }
    }
    assert_eq!(print(&["tcsh"]), print(&["csh"]));
    assert!(print(&["tcsh"]).contains("alias precmd"));
    assert!(!print(&["tcsh", "--no-hook"]).contains("precmd"));
}

#[test]
fn oktapipe_eval_takes_the_variables_or_leaves_them_and_says_the_number() {
    let world = world();
    for shell in shells() {
        let lines = [
            shell.set("AWS_PROFILE", "old"),
            shell.eval("cat creds.json | cat", ""),
            shell.calls("sh -c 'echo \"${AWS_PROFILE-unset} $AWS_SECRET_ACCESS_KEY $AWS_CREDENTIAL_EXPIRATION\" | sed s/CANARY/canary/'"),
            shell.eval("cat failed.json", ""),
            shell.eval("sh -c \"exit 3\"", ""),
            shell.eval("cat creds.json", "--nonsense"),
            // What ends in export already, as people paste it.
            shell.eval("oktapipe export --region eu-west-1 --label MINE < creds.json", ""),
            shell.calls("sh -c 'echo \"$AWS_REGION $MINE\"'"),
            shell.eval("cat creds.json", "--region us-east-1 --label OTHER"),
            shell.calls("sh -c 'echo \"$AWS_DEFAULT_REGION $OTHER\"'"),
            shell.eval("cat failed.json", "--on-error clear"),
        ];
        // elvish has no `<` for a block, but one for a command, and nushell has none at all.
        let lines = lines.map(|line| match shell.name() {
            "nu" => {
                line.replace("sh -c", "^sh -c").replace("cat ", "^cat ").replace("| cat", "| ^cat").replace(
                    "oktapipe export --region eu-west-1 --label MINE < creds.json",
                    "^sh -c 'oktapipe export --region eu-west-1 --label MINE < creds.json'",
                )
            }
            _ => line,
        });
        for load in [shell.source, shell.init] {
            let outcome = shell.case(&world, load, &lines).run();
            let taken = format!("0 ASIAEXAMPLE {ROLE}");
            let kept = |number: u8| format!("{number} ASIAEXAMPLE {ROLE}");
            // nushell drops the output of what fails.
            let cleared = if shell.name() == "nu" { kept(77) } else { "77 none none".to_owned() };
            let expected = [
                &taken,
                "unset canarysk/a+b= 2030-01-02T03:04:05Z",
                &taken,
                &kept(77),
                &kept(66),
                &kept(2),
                &taken,
                &format!("eu-west-1 {ROLE}"),
                &taken,
                &taken,
                &format!("us-east-1 {ROLE}"),
                &taken,
                &cleared,
            ];
            assert_eq!(outcome.stdout.lines().collect::<Vec<_>>(), expected, "{load}: {outcome}");
        }
    }
}

#[test]
fn what_is_no_pipeline_or_role_is_refused_and_a_missing_oktapipe_noticed() {
    let world = world();
    for shell in shells() {
        let mut lines = vec![
            shell
                .eval("cat creds.json", "")
                .replace("cat ", if shell.name() == "nu" { "^cat " } else { "cat " }),
            shell.calls("oktapipe_role ''"),
        ];
        let closures = ["elvish", "nu"].contains(&shell.name());
        if !closures {
            lines.extend([shell.calls("oktapipe_eval"), shell.calls("oktapipe_eval ' '")]);
        }
        let outcome = shell.run(&world, &lines);
        let taken = format!("ASIAEXAMPLE {ROLE}\n");
        let expected = if closures {
            format!("0 {taken}1 {taken}")
        } else {
            format!("0 {taken}2 {taken}2 {taken}2 {taken}")
        };
        assert_eq!(outcome.stdout, expected, "{outcome}");
        // Only sh and cat in the PATH.
        let bin = world.home.join("bin");
        std::fs::create_dir_all(&bin).unwrap();
        for program in ["sh", "cat", "sed"] {
            let _ = std::os::unix::fs::symlink(format!("/bin/{program}"), bin.join(program));
        }
        let path = bin.display().to_string();
        let away = match shell.name() {
            "xonsh" | "nu" | "elvish" => shell.set("PATH", &path),
            "tcsh" => format!("set path = ( {path} )"),
            _ => format!("set PATH {path}"),
        };
        let lines =
            [away, shell.eval(if shell.name() == "nu" { "^cat creds.json" } else { "cat creds.json" }, "")];
        let outcome = shell.run(&world, &lines);
        // elvish and nushell say that in an exception of another kind.
        let number = if closures { 1 } else { 127 };
        assert_eq!(outcome.stdout, format!("{number} none none\n"), "{outcome}");
    }
}

#[test]
fn the_label_is_aws_vault_or_another_or_none_and_oktapipe_drop_takes_only_ours_away() {
    let world = world();
    for shell in shells() {
        let cat = if shell.name() == "nu" { "^cat creds.json" } else { "cat creds.json" };
        let env = "sh -c 'env | grep -E \"^(AWS_|OKTAPIPE_[ER]|MINE)\" | grep -Ev \"BUNDLE|EC2|ENDPOINT\" | sed \"s/=.*//\" | sort | tr \"\\n\" \" \"'";
        let env = if shell.name() == "nu" { format!("^{env}") } else { env.to_owned() };
        // Of fish's `set -gx`, tcsh's `setenv` and the like the empty value is one too.
        let lines = [
            shell.set("OKTAPIPE_LABEL", "MINE"),
            shell.eval(cat, ""),
            env.clone(),
            shell.set("AWS_VAULT", "theirs"),
            shell.calls("oktapipe_drop"),
            env.clone(),
            shell.set("OKTAPIPE_LABEL", ""),
            shell.unset.replace("NAME", "AWS_VAULT"),
            shell.eval(cat, ""),
            env.clone(),
            shell.calls("oktapipe_drop"),
            shell.unset.replace("NAME", "OKTAPIPE_LABEL"),
            shell.eval(cat, ""),
            shell.calls("oktapipe_drop"),
            shell.calls("oktapipe_drop"),
            env,
        ];
        let outcome = shell.run(&world, &lines).succeeds();
        let keys = "AWS_ACCESS_KEY_ID AWS_CREDENTIAL_EXPIRATION AWS_SECRET_ACCESS_KEY AWS_SESSION_EXPIRATION AWS_SESSION_TOKEN ";
        let ours = "OKTAPIPE_EXPIRES_EPOCH OKTAPIPE_ROLE ";
        let seen = outcome.stdout.replace('\n', " ");
        let expected = format!(
            "0 ASIAEXAMPLE none {keys}MINE {ours}0 none theirs AWS_VAULT 0 ASIAEXAMPLE none {keys}{ours}0 none none \
             0 ASIAEXAMPLE {ROLE} 0 none none 0 none none "
        );
        assert_eq!(seen.trim_end(), expected.trim_end(), "{outcome}");
    }
}

#[test]
fn oktapipe_who_prints_role_region_and_minutes_or_says_why_not() {
    let world = world();
    for shell in shells() {
        let ends = |seconds: i64| {
            shell.set("OKTAPIPE_EXPIRES_EPOCH", &(i64::try_from(now()).unwrap() + seconds).to_string())
        };
        let lines = [
            shell.calls("oktapipe_who"),
            shell.set("AWS_ACCESS_KEY_ID", "x"),
            shell.calls("oktapipe_who"),
            shell.set("OKTAPIPE_ROLE", "1/a"),
            shell.set("AWS_DEFAULT_REGION", "us-east-1"),
            // Not on the minute: a slow machine.
            ends(42 * 60 + 55),
            shell.calls("oktapipe_who"),
            shell.set("AWS_REGION", "eu-west-1"),
            shell.set("OKTAPIPE_EXPIRES_EPOCH", "soon"),
            shell.calls("oktapipe_who"),
            ends(-5),
            shell.calls("oktapipe_who"),
        ];
        let outcome = shell.run(&world, &lines);
        let out: Vec<&str> = outcome.stdout.split_terminator('\n').collect();
        // nushell returns the line, and its status comes right behind.
        let out = out.join(" ");
        let expected = "1 none none unknown role, no region, end unknown0 x none 1/a, us-east-1, 42 min left0 x none \
            1/a, eu-west-1, end unknown0 x none 1 x none";
        assert_eq!(out.replace("unknown 0", "unknown0").replace("left 0", "left0"), expected, "{outcome}");
        if shell.name() != "nu" && shell.name() != "xonsh" {
            for text in ["no role is set: oktapipe_role sets one", "1/a has ended: oktapipe_role renews it"] {
                assert!(outcome.stderr.contains(text), "{outcome}");
            }
        }
    }
}

#[test]
fn oktapipe_warn_says_it_once_before_the_end_and_once_at_it() {
    let world = world();
    for shell in shells() {
        let tty = if shell.name() == "tcsh" { "touch null; set tty = null" } else { "" };
        // tcsh asks a terminal when it was last written to: here, a file.
        let clock = if shell.name() == "tcsh" {
            let file = std::fs::metadata("/dev/null").unwrap().modified().unwrap();
            file.duration_since(UNIX_EPOCH).unwrap().as_secs()
        } else {
            now()
        };
        let ends = |seconds: u64| shell.set("OKTAPIPE_EXPIRES_EPOCH", &(clock + seconds).to_string());
        let warn = "oktapipe_warn".to_owned();
        let lines = [
            tty.to_owned(),
            warn.clone(),
            shell.set("OKTAPIPE_ROLE", "1/a"),
            ends(1000),
            warn.clone(),
            ends(220),
            warn.clone(),
            warn.clone(),
            shell.set("OKTAPIPE_EXPIRES_EPOCH", "1000"),
            warn.clone(),
            warn.clone(),
            shell.set("OKTAPIPE_EXPIRES_EPOCH", "nonsense"),
            warn,
        ];
        let outcome = shell.run(&world, &lines);
        assert_eq!(
            outcome.stderr,
            "oktapipe: 1/a ends in 4 min: oktapipe_role renews it\n\
             oktapipe: 1/a has ended: oktapipe_role renews it, oktapipe_drop forgets it\n",
            "{outcome}"
        );
        assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(0), ""), "{outcome}");
    }
}

#[test]
fn oktapipe_role_signs_in_switches_and_leaves_the_last_role_when_it_fails() {
    for shell in shells() {
        // Of its own: Okta counts the logins of a user.
        let world = world();
        let lines = [
            shell.calls("oktapipe_role"),
            shell.calls("oktapipe_role NoSuchRole"),
            shell.calls("oktapipe_role --nonsense"),
            shell.set("OKTAPIPE_LOGIN", "exit 3"),
            shell.calls("oktapipe_role"),
            shell.set(
                "OKTAPIPE_LOGIN",
                "oktapipe authn | oktapipe session | oktapipe saml-fetch | oktapipe saml-roles --first",
            ),
            shell.calls("oktapipe_role --label MINE"),
            shell.calls(&format!("{}sh -c 'echo $MINE'", if shell.name() == "nu" { "^" } else { "" })),
        ];
        let outcome = shell.run(&world, &lines);
        let out: Vec<Vec<&str>> = outcome.stdout.lines().map(|line| line.split(' ').collect()).collect();
        let statuses: Vec<&str> = out.iter().map(|words| words[0]).collect();
        let role = out[0][2];
        assert!(role.len() > 13 && role.as_bytes()[12] == b'/', "{outcome}");
        assert_eq!(statuses, ["0", "77", "2", "66", "0", role, "0"], "{}: {outcome}", shell.name());
        for words in &out[1..4] {
            assert_eq!(words[1..], out[0][1..], "{outcome}");
        }
        assert!(out[0][1].starts_with("ASIA") && out[4][1] != out[0][1] && out[4][2] == role, "{outcome}");
    }
}

/// Each shell's own words for tracing. The harness looks for keys in stderr; here stdout is looked through too.
#[test]
fn tracing_shows_no_key_and_stays_on() {
    let world = world();
    for (name, on, proof) in
        [("fish", "set -g fish_trace 1", "> "), ("tcsh", "set echo verbose", "echo still")]
    {
        let Some(shell) = shells().find(|shell| shell.name() == name) else { continue };
        let lines = [
            on.to_owned(),
            "oktapipe_eval 'cat creds.json'".to_owned(),
            shell.eval("cat failed.json", ""),
            "oktapipe_eval 'cat creds.json'".to_owned(),
            "echo still".to_owned(),
        ];
        let outcome = shell.run(&world, &lines);
        assert!(!outcome.stdout.contains("CANARY"), "{outcome}");
        assert!(outcome.stdout.ends_with("still\n"), "{outcome}");
        let last = outcome.stderr.lines().rfind(|line| line.contains("still"));
        assert!(last.is_some_and(|line| line.contains(proof)), "{outcome}");
    }
}

/// What was called `set`, `cat` or `sh` by the person does not matter, and what they have stays theirs.
#[test]
fn aliases_do_not_break_the_functions_and_no_variable_is_left() {
    let world = world();
    for (name, before, lines) in [
        (
            "fish",
            "for name in echo source math path cat oktapipe sh true date; eval \"function $name; builtin printf aliased; end\"; end",
            &[
                "function mine; set -l document creds.json; set -l code 1; set -l left 2; oktapipe_eval 'command cat $document'; set -l label x; builtin printf '%s,' $status $code $left $argv; end; mine a b",
                "set --names | string match -v '__oktapipe_*' | command sort > before",
                "oktapipe_eval 'command cat creds.json'; oktapipe_role 2>/dev/null; oktapipe_who; oktapipe_warn; oktapipe_drop; oktapipe_eval 'command cat creds.json'",
                "set --names | string match -v '__oktapipe_*' | command sort > after; command diff before after; and builtin printf same",
            ][..],
        ),
        (
            "tcsh",
            "alias set echo aliased; alias setenv echo aliased; alias unset echo aliased; alias unsetenv echo aliased; alias eval echo aliased; alias sh echo aliased; alias echo /bin/echo; alias oktapipe echo aliased",
            &[
                "oktapipe_eval 'cat `/bin/echo creds.json` | sed \"s/x/x/\"'; echo \"$status $AWS_ACCESS_KEY_ID $?_oktapipe $?_oktapipe_left $?echo\"",
                "oktapipe_drop; echo \"$status $?AWS_ACCESS_KEY_ID $?_oktapipe\"",
            ],
        ),
        (
            "elvish",
            "fn keys {|@_| fail aliased}; fn from-json {|@_| fail aliased}; fn oktapipe {|@_| fail aliased}; fn slurp {|@_| fail aliased}; fn put {|@_| fail aliased}",
            &["var document = creds.json", "oktapipe_eval { cat $document }", "echo $E:AWS_ACCESS_KEY_ID"],
        ),
        (
            "nu",
            "alias from = print aliased; alias oktapipe = print aliased; alias load-env = print aliased",
            &[
                "def mine [document] { oktapipe_eval { ^cat $document }; print $env.AWS_ACCESS_KEY_ID }",
                "mine creds.json",
            ],
        ),
        (
            "xonsh",
            "aliases['oktapipe'] = 'echo aliased'; aliases['sh'] = 'echo aliased'",
            &[
                "before = set(globals())",
                "oktapipe_eval 'cat creds.json'",
                "print($AWS_ACCESS_KEY_ID, sorted(set(globals()) - before - {'before'}), [n for n in globals() if 'oktapipe' in n])",
            ],
        ),
    ] {
        let Some(shell) = shells().find(|shell| shell.name() == name) else { continue };
        // Before the functions and after them, and the functions twice.
        let load = match name {
            // Aliases of what sourcing itself needs come after it.
            "tcsh" | "elvish" | "nu" => format!("{0}\n{0}\n{before}", shell.source),
            _ => format!("{0}\n{before}\n{0}", shell.source),
        };
        let load = if name == "fish" { load.replace("source", "builtin source") } else { load };
        let lines: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        let outcome = shell.case(&world, &load, &lines).run();
        let expected = match name {
            "fish" => "0,1,2,a,b,111122223333/Dev, no region, N min left\nsame",
            "tcsh" => "0 ASIAEXAMPLE 0 0 0\n0 0 0\n",
            "xonsh" => "ASIAEXAMPLE [] ['_oktapipe_warn']\n",
            _ => "ASIAEXAMPLE\n",
        };
        let seen = match outcome.stdout.split_once(" min left") {
            Some((start, end)) => format!("{}N min left{end}", start.trim_end_matches(char::is_numeric)),
            None => outcome.stdout.clone(),
        };
        assert_eq!(seen, expected, "{outcome}");
    }
}

/// No program can be started: there is none.
#[test]
fn the_files_are_sourced_in_silence_with_an_empty_path() {
    let world = world();
    for shell in shells() {
        let program = std::env::split_paths(&crate::harness::path())
            .map(|folder| folder.join(shell.name()))
            .find(|file| file.is_file())
            .unwrap();
        let script = format!(
            "{}{}\n",
            if shell.name() == "elvish" { ELVISH } else { "" },
            shell.source.replace("FILE", &shell.file())
        );
        std::fs::write(world.home.join("script"), script.clone() + &script.replace(ELVISH, "")).unwrap();
        // Python and what starts nu by a script of npm's have to be found.
        let path = if ["xonsh", "nu"].contains(&shell.name()) {
            crate::harness::path()
        } else {
            "/nonexistent".to_owned()
        };
        let arguments = [&shell.command[1..], &["script"]].concat();
        let outcome = Case::new(&program.display().to_string(), &arguments, &world.home)
            .env("PATH", &path)
            .env("PYTHONWARNINGS", "ignore")
            .run()
            .succeeds();
        assert_eq!(outcome.stdout, "", "{outcome}");
    }
}

#[test]
fn fish_has_nothing_to_say_about_its_file() {
    if !has("fish") || !has("fish_indent") {
        return;
    }
    let world = World::new();
    let file = format!("{}/shell/oktapipe.fish", env!("CARGO_MANIFEST_DIR"));
    Case::new("fish", &["--no-execute", &file], &world.home).run().succeeds();
    Case::new("fish_indent", &["--check", &file], &world.home).run().succeeds();
}

/// The hook on a terminal: registered twice, called once, and the status is the command's.
#[test]
fn the_hook_warns_before_a_prompt_and_keeps_the_status() {
    if !terminals() {
        return;
    }
    for (name, start, fails, shows) in [
        (
            "fish",
            "fish --no-config -i -C \"LOAD; LOAD; function fish_prompt; echo 'ready$ '; end; set -gx OKTAPIPE_ROLE 1/a; set -gx OKTAPIPE_EXPIRES_EPOCH ENDS\"",
            "sh -c 'exit 7'",
            "echo \"status\":$status:",
        ),
        ("tcsh", "tcsh -f", "sh -c 'exit 7'", "echo status:\"$status\":`alias precmd`"),
    ] {
        let Some(shell) = shells().find(|shell| shell.name() == name) else { continue };
        let world = world();
        let load = shell.source.replace("FILE", &shell.file());
        let start = start.replace("LOAD", &load).replace("ENDS", &(now() + 200).to_string());
        let mut session = terminal(&world, "sh", &start);
        if name == "tcsh" {
            session = session
                .answer("", "set prompt='ready$ '; alias precmd 'echo mine'")
                .answer("mine", &format!("{load}; {load}; setenv OKTAPIPE_ROLE 1/a"))
                .answer("mine", &format!("setenv OKTAPIPE_EXPIRES_EPOCH {}", now() + 200));
        }
        let ended = session
            .expect("1/a ends in 4 min")
            .answer("ready$ ", fails)
            .step("sleep", "1")
            .step("type", &format!("{shows}\\n"))
            .expect("status:7:")
            .step("sleep", "1")
            .step("type", &format!("{}\\n", shell.set("OKTAPIPE_EXPIRES_EPOCH", "1000")))
            .expect("1/a has ended")
            .step("sleep", "1")
            .step("type", "exit\\n")
            .run();
        let count = |text: &str| ended.seen.matches(text).count();
        assert_eq!(count("oktapipe: 1/a ends in 4 min"), 1, "{name}: {}", ended.seen);
        assert_eq!(count("oktapipe: 1/a has ended"), 1, "{name}: {}", ended.seen);
        if name == "tcsh" {
            assert!(ended.seen.contains("status:7:oktapipe_warn; echo mine"), "{}", ended.seen);
        }
    }
}

/// elvish draws each key as it comes, so this waits for what a file says.
#[test]
fn elvish_gets_plain_names_and_one_hook_at_a_prompt() {
    if !terminals() || !has("elvish") {
        return;
    }
    let world = world();
    let load = format!("eval (slurp < '{}/shell/oktapipe.elv')", env!("CARGO_MANIFEST_DIR"));
    let ended = terminal(&world, "sh", "elvish -norc")
        .step("sleep", "1")
        .step("type", &format!("set edit:before-readline = [{{ nop }}]; {load}; {load}\\n"))
        .step("sleep", "1")
        .step("type", "oktapipe_eval { cat creds.json }; oktapipe_who > who; echo (count $edit:before-readline) > hooks\\n")
        .step("sleep", "1")
        .step("type", &format!("set-env OKTAPIPE_EXPIRES_EPOCH {}\\n", now() + 200))
        .expect("ends in 4 min")
        .step("sleep", "1")
        .step("type", "nop\\n")
        .step("sleep", "1")
        .step("type", "exit\\n")
        .run();
    assert_eq!(ended.seen.matches("ends in 4 min").count(), 1, "{}", ended.seen);
    assert_eq!(std::fs::read_to_string(world.home.join("hooks")).unwrap(), "2\n", "{}", ended.seen);
    let who = std::fs::read_to_string(world.home.join("who")).unwrap();
    assert!(who.starts_with(&format!("{ROLE}, ")), "{who} {}", ended.seen);
}

/// The questions of a login within a function, and Ctrl-C at one of them: the next login asks again, and echo is on.
#[test]
fn oktapipe_role_asks_on_the_terminal() {
    if !terminals() {
        return;
    }
    for (name, start) in [
        ("fish", "fish --no-config -i -C \"function fish_prompt; echo 'ready$ '; end; LOAD\""),
        ("tcsh", "tcsh -f"),
    ] {
        let Some(shell) = shells().find(|shell| shell.name() == name) else { continue };
        let world = world();
        let load = shell.source.replace("FILE", &shell.file());
        let mut session =
            terminal(&world, "sh", &format!("OKTA_USERNAME={SOLO} {}", start.replace("LOAD", &load)));
        if name == "tcsh" {
            session = session.answer("", &format!("set prompt='ready$ '; {load}"));
        }
        let ended = session
            .answer("ready$ ", "oktapipe_role")
            .expect("assword")
            .key("C-c")
            .answer("ready$ ", &shell.shows.replace("CALL; ", ""))
            .expect(" none none")
            .answer("ready$ ", "oktapipe_role")
            .answer("assword", world.password(SOLO))
            .answer("ready$ ", "oktapipe_who")
            .expect(" min left")
            .answer("ready$ ", "exit")
            .run();
        assert!(!ended.seen.contains("oktapipe_who: "), "{ended:?}");
    }
}

/// Where a shell's editor cannot be driven, its list of hooks is looked at: one of ours, however often the file was sourced, and those of others.
#[test]
fn the_hook_is_in_the_list_once_and_those_of_others_stay() {
    let world = world();
    for (name, before, shows) in [
        (
            "nu",
            "$env.config.hooks.pre_prompt = ['mine']",
            "print ($env.config.hooks.pre_prompt | to json --raw)",
        ),
        (
            "xonsh",
            "@events.on_pre_prompt\ndef mine(**_): pass",
            "print([hook.__name__ for hook in events.on_pre_prompt])",
        ),
    ] {
        let Some(shell) = shells().find(|shell| shell.name() == name) else { continue };
        let load = shell.source.replace("FILE", &shell.file());
        let script = format!("{before}\n{load}\n{load}\n{shows}\n");
        let outcome = if name == "nu" {
            // `-i` is what makes it interactive; `--execute` would then want a terminal.
            Case::new("nu", &["-n", "-i", "-c", &script], &world.home).run()
        } else {
            std::fs::write(world.home.join("script"), script).unwrap();
            Case::new("xonsh", &["--no-rc", "script"], &world.home).env("PYTHONWARNINGS", "ignore").run()
        };
        let expected =
            if name == "nu" { "[\"mine\",\"oktapipe_warn\"]\n" } else { "['mine', 'oktapipe_prompt']\n" };
        assert_eq!(outcome.stdout, expected, "{outcome}");
    }
}

/// PowerShell's are untried, so this holds what was thought about: what is run, what is evaluated, and that the file says so.
#[test]
fn the_text_for_powershell_is_this() {
    let text = World::new().oktapipe(&["init", "powershell"]).run().succeeds().stdout;
    assert!(
        text.starts_with(
            "# oktapipe.ps1: functions for PowerShell 7 on Unix. Written by the book and NEVER TRIED"
        ),
        "{text}"
    );
    let eval = "function oktapipe_eval {
    if ($args.Count -eq 0 -or $args[0] -isnot [scriptblock]) {
        throw 'oktapipe_eval: no pipeline was given: write it as a script block, in braces'
    }
    $pipeline = $args[0]
    $options = @($args | Microsoft.PowerShell.Utility\\Select-Object -Skip 1)
    $label = _oktapipe_label
    if ($label) { $options = @(\"--label=$label\") + $options }
    $oktapipe = _oktapipe_program oktapipe
    $code = & $pipeline | & $oktapipe export --format=powershell @options
    $status = $LASTEXITCODE
    # The statement that fails is left out: what is thrown here says more.
    $code = @($code) -match '^(\\$env:|Remove-Item Env:)' -replace '^Remove-Item', 'Microsoft.PowerShell.Management\\Remove-Item' -join \"`n\"
    if ($code) { Microsoft.PowerShell.Utility\\Invoke-Expression $code }
    $global:LASTEXITCODE = $status
    if ($status -ne 0) { throw \"oktapipe_eval: failed with $status\" }
}
";
    let hook = "if (-not (Microsoft.PowerShell.Utility\\Get-Variable -Name _oktapipe_hooked -Scope Global -ValueOnly -ErrorAction Ignore)) {
    $global:_oktapipe_hooked = $true
    $global:_oktapipe_prompt = $function:prompt
    function global:prompt {
        & $global:_oktapipe_prompt
        oktapipe_warn
    }
}
";
    for part in [
        eval,
        hook,
        "    oktapipe_eval { & $sh -c $login | & $oktapipe assume @role }.GetNewClosure() @options\n",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let balanced = |open: char, close: char| text.matches(open).count() == text.matches(close).count();
    assert!(balanced('{', '}') && balanced('(', ')') && balanced('[', ']'), "{text}");
}
