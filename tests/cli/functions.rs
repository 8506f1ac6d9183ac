//! The functions that `init` prints, with the real `oktapipe` against the sandbox; what they promise in small is in function.sh.

use crate::harness::{Case, Outcome, World, has, has_all, terminal, terminals};
use std::io::Write;
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// A shell without its start-up files, and whose functions it takes.
const SHELLS: [(&[&str], &str); 8] = [
    (&["bash", "--norc"], "bash"),
    (&["bash", "--posix"], "sh"),
    (&["zsh", "-f"], "zsh"),
    (&["dash"], "dash"),
    (&["ksh"], "ksh"),
    (&["mksh"], "mksh"),
    (&["yash", "--noprofile"], "yash"),
    (&["busybox", "sh"], "ash"),
];

const SOLO: &str = "solo@acme.example";

fn shells() -> impl Iterator<Item = (&'static [&'static str], &'static str)> {
    SHELLS.into_iter().filter(|(shell, _)| has(shell[0]))
}

/// `SHELL -c SCRIPT` with the variables of the sandbox and of a user without a second factor.
fn run(world: &World, shell: &[&str], script: &str) -> Outcome {
    let mut case = Case::new(shell[0], &[&shell[1..], &["-c", script]].concat(), &world.home);
    for (name, value) in world.sandbox.environment() {
        case = case.env(&name, &value);
    }
    case.env("OKTA_USERNAME", SOLO).env("OKTA_PASSWORD", world.password(SOLO)).run()
}

fn init(world: &World, arguments: &[&str]) -> String {
    world.oktapipe(&[&["init"], arguments].concat()).run().succeeds().stdout
}

#[test]
fn init_prints_the_files_of_the_shell() {
    let world = World::new();
    let file = |name: &str| {
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("shell").join(name)).unwrap()
    };
    let sh = file("oktapipe.sh");
    for (shell, hook) in [("bash", "oktapipe.bash"), ("zsh", "oktapipe.zsh")] {
        assert_eq!(init(&world, &[shell]), sh.clone() + &file(hook));
        assert_eq!(init(&world, &[shell, "--no-hook"]), sh);
    }
    for name in ["sh", "dash", "ksh", "ksh93", "mksh", "yash", "ash"] {
        assert_eq!(init(&world, &[name]), sh, "{name}");
    }
    let outcome = world.oktapipe(&["init", "cmd"]).run();
    assert_eq!((outcome.status, outcome.stdout.as_str()), (Some(2), ""), "{outcome}");
}

#[test]
fn what_init_prints_is_evaluated_in_silence_under_every_strictness() {
    let world = World::new();
    for (shell, name) in shells() {
        let script = format!(
            "set -eu; (set -o pipefail) 2>/dev/null && set -o pipefail; eval \"$(oktapipe init {name})\"; \
             eval \"$(oktapipe init {name})\"; oktapipe init {name} > file; . ./file; set -- a; oktapipe_drop; \
             oktapipe_warn; echo \"$# $1\""
        );
        assert_eq!(run(&world, shell, &script).succeeds().stdout, "1 a\n", "{shell:?}");
    }
}

/// Sourcing, the hook and dropping: one process, the shell itself, which no subshell leaves either.
#[test]
fn sourcing_the_hook_and_oktapipe_drop_start_no_process() {
    if !has("strace") {
        return;
    }
    let world = World::new();
    let probe = Case::new("strace", &["-f", "-o", "trace", "true"], &world.home).run();
    if probe.status != Some(0) {
        // A container may forbid ptrace; that nothing is looked for in PATH is shown by function.sh.
        let _ = std::io::stderr().write_all(format!("SKIPPED: strace cannot trace here: {probe}").as_bytes());
        return;
    }
    for (shell, name) in shells() {
        std::fs::write(world.home.join("file"), init(&world, &[name])).unwrap();
        // With an end near enough for all that the hook does.
        let script = ". ./file; AWS_ACCESS_KEY_ID=x; OKTAPIPE_EXPIRES_EPOCH=1000; oktapipe_warn; oktapipe_drop; oktapipe_warn; :";
        let traced = ["strace", "-f", "-qq", "-o", "trace", "-e", "trace=execve,fork,vfork,clone,clone3"];
        let arguments = [&traced[1..], shell, &["-c", script]].concat();
        let outcome = Case::new(traced[0], &arguments, &world.home).run();
        assert_eq!(outcome.status, Some(0), "{outcome}");
        let trace = std::fs::read_to_string(world.home.join("trace")).unwrap();
        let calls: Vec<&str> = trace.lines().filter(|line| line.contains('(')).collect();
        assert!(calls.len() == 1 && calls[0].contains("execve("), "{shell:?}: {trace}");
    }
}

#[test]
fn oktapipe_role_signs_in_and_oktapipe_who_and_drop_know_it() {
    for (shell, name) in shells() {
        // Of its own: Okta counts the logins of a user.
        let world = World::new();
        let script = format!(
            "set -eu; eval \"$(oktapipe init {name})\"; AWS_REGION=eu-west-1; export AWS_REGION; oktapipe_role; \
             oktapipe_who | sed 's/[0-9]* min/N min/'; echo \"$AWS_VAULT\"; sh -c 'echo ${{AWS_ACCESS_KEY_ID:+exported}}'; \
             aws=$OKTAPIPE_ROLE; oktapipe_role \"$aws\" --label MINE; [ \"$MINE\" = \"$aws\" ] && echo again; oktapipe_drop; \
             oktapipe_who || echo \"$? ${{AWS_VAULT-none}} $AWS_REGION\""
        );
        let outcome = run(&world, shell, &script);
        assert_eq!(outcome.stderr, "oktapipe_who: no role is set: oktapipe_role sets one\n", "{outcome}");
        let role = outcome.stdout.lines().nth(1).unwrap_or_default().to_owned();
        assert!(role.len() > 13 && role.as_bytes()[12] == b'/', "{outcome}");
        let seen = format!("{role}, eu-west-1, N min left\n{role}\nexported\nagain\n1 none eu-west-1\n");
        assert_eq!(outcome.stdout, seen, "{shell:?}: {outcome}");
    }
}

#[test]
fn a_role_that_cannot_be_had_leaves_the_last_one_and_says_the_stages_number() {
    for (shell, name) in shells() {
        // Of its own: Okta counts the logins of a user.
        let world = World::new();
        let script = format!(
            "eval \"$(oktapipe init {name})\"; oktapipe_role; last=$AWS_ACCESS_KEY_ID\n\
             kept() {{ echo \"$?\"; [ \"$AWS_ACCESS_KEY_ID\" = \"$last\" ] || echo lost; }}\n\
             oktapipe_role NoSuchRole; kept; oktapipe_role --nonsense; kept\n\
             OKTAPIPE_LOGIN='exit 3'; oktapipe_role; kept\n\
             OKTAPIPE_LABEL=PATH; oktapipe_role; kept\n"
        );
        let outcome = run(&world, shell, &script);
        // A label that cannot be one is a wrong flag.
        assert_eq!(outcome.stdout, "77\n2\n66\n2\n", "{shell:?}: {outcome}");
    }
}

/// What people paste. What the inner `export` was told outweighs the environment, and its labels stay.
#[test]
fn a_pasted_pipe_that_ends_in_export_gives_its_variables() {
    const PIPE: &str = "oktapipe authn | oktapipe factor-verify | oktapipe session | oktapipe saml-fetch | oktapipe saml-roles | \
        oktapipe assume | oktapipe export --region eu-west-1 --label MINE";
    for (shell, name) in shells() {
        let world = World::new();
        let script = format!(
            "eval \"$(oktapipe init {name})\"; AWS_REGION=us-east-1; export AWS_REGION\n\
             oktapipe_eval '{PIPE}'; echo \"$? $AWS_REGION\"; [ \"$MINE$AWS_VAULT\" = \"$OKTAPIPE_ROLE$OKTAPIPE_ROLE\" ] && echo labels\n\
             OKTA_PASSWORD=wrong; export OKTA_PASSWORD; oktapipe_eval '{PIPE}' 2>/dev/null; echo $?\n"
        );
        let outcome = run(&world, shell, &script).succeeds();
        assert_eq!(outcome.stdout, "0 eu-west-1\nlabels\n77\n", "{shell:?}: {outcome}");
    }
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// The hook on a terminal: PROMPT_COMMAND is unset, a string or an array, init was evaluated twice, and $? is the command's.
#[test]
fn the_hook_warns_once_and_once_more_at_the_end_and_keeps_the_status() {
    if !terminals() {
        return;
    }
    let befores = [
        ("bash", "unset PROMPT_COMMAND"),
        ("bash", "PROMPT_COMMAND='before=$?; '"),
        ("bash", "PROMPT_COMMAND=('before=1' 'after=1')"),
        ("zsh", ":"),
        ("zsh", "set -u; mine() { before=$?; }; precmd_functions=(mine)"),
    ];
    for (shell, before) in befores.into_iter().filter(|(shell, _)| has(shell)) {
        let world = World::new();
        let soon = now() + 200;
        let start = format!(
            "{before}; eval \"$(oktapipe init {shell})\"; eval \"$(oktapipe init {shell})\"; OKTAPIPE_ROLE=1/a \
             OKTAPIPE_EXPIRES_EPOCH={soon}"
        );
        let ended = terminal(&world, shell, &start)
            .flag("interactive")
            .expect("1/a ends in 4 min")
            .answer("ready$ ", "(exit 7)")
            .answer("ready$ ", "echo \"status:$?\"")
            .answer("status:7", "OKTAPIPE_EXPIRES_EPOCH=1000")
            .answer("1/a has ended", ":")
            .answer("ready$ ", "echo hooks:${precmd_functions[*]-}${PROMPT_COMMAND[*]-}:")
            .expect("\nhooks:")
            .expect("ready$ ")
            .run();
        let count = |text: &str| ended.seen.matches(text).count();
        assert_eq!(count("oktapipe: 1/a ends in 4 min"), 1, "{shell} {before}: {}", ended.seen);
        assert_eq!(count("oktapipe: 1/a has ended"), 1, "{shell} {before}: {}", ended.seen);
        let hooks = ended.seen.rsplit("\nhooks:").next().unwrap();
        assert_eq!(hooks.matches("oktapipe_warn").count(), 1, "{shell} {before}: {}", ended.seen);
        assert!(
            !before.contains("before=") || before.contains("mine") || hooks.contains("before="),
            "{hooks}"
        );
    }
}

#[test]
fn without_the_hook_and_in_a_script_nothing_is_registered() {
    if !terminals() {
        return;
    }
    for (shell, variable) in [("bash", "PROMPT_COMMAND"), ("zsh", "precmd_functions")] {
        if !has(shell) {
            continue;
        }
        let world = World::new();
        let start = format!("eval \"$(oktapipe init --no-hook {shell})\"; type oktapipe_warn | head -n 1");
        let ended = terminal(&world, shell, &start)
            .flag("interactive")
            .expect("\noktapipe_warn is")
            .answer("ready$ ", &format!("echo \"hooks:${{{variable}[*]-}}:\""))
            .expect("\nhooks:")
            .expect("ready$ ")
            .run();
        assert!(!ended.seen.rsplit("\nhooks:").next().unwrap().contains("oktapipe_warn"), "{}", ended.seen);
        let script = format!("eval \"$(oktapipe init {shell})\"; echo \"${{{variable}[*]-}}\"");
        assert_eq!(run(&world, &[shell], &script).succeeds().stdout, "\n", "{shell}");
    }
}

/// In ksh93 and mksh the prompt itself is the hook, in the form that the manual gives.
#[test]
fn the_prompt_of_ksh_is_the_hook() {
    if !terminals() {
        return;
    }
    for shell in ["ksh", "mksh"].into_iter().filter(|shell| has(shell)) {
        let world = World::new();
        let start = format!(
            "eval \"$(oktapipe init {shell})\"; PS1='${{ oktapipe_warn;}}'\"$PS1\"; OKTAPIPE_ROLE=1/a OKTAPIPE_EXPIRES_EPOCH={}",
            now() + 200
        );
        let ended = terminal(&world, shell, &start)
            .flag("interactive")
            .expect("1/a ends in 4 min")
            .answer("ready$ ", "(exit 7)")
            .answer("ready$ ", "echo \"status:$?\"")
            .expect("status:7")
            .expect("ready$ ")
            .run();
        assert_eq!(ended.seen.matches("oktapipe: 1/a ends").count(), 1, "{shell}: {}", ended.seen);
    }
}

/// The variables in which prompts look, the first that is set wins.
struct Prompt {
    role: &'static [&'static str],
    region: &'static [&'static str],
    ends: &'static [&'static str],
}

const REGION: &[&str] = &["AWS_REGION", "AWS_DEFAULT_REGION"];

const PROMPTS: [(&str, Prompt); 3] = [
    (
        // src/modules/aws.rs of starship 1.27: profile_env_vars, region_env_vars, and the variables of the expiration.
        "starship",
        Prompt {
            role: &["AWSU_PROFILE", "AWS_VAULT", "AWSUME_PROFILE", "AWS_PROFILE", "AWS_SSO_PROFILE"],
            region: REGION,
            ends: &["AWS_CREDENTIAL_EXPIRATION", "AWS_SESSION_EXPIRATION", "AWSUME_EXPIRATION"],
        },
    ),
    (
        // prompt_aws in internal/p10k.zsh of romkatv/powerlevel10k. It shows no time.
        "powerlevel10k",
        Prompt {
            role: &["AWS_SSO_PROFILE", "AWS_VAULT", "AWSUME_PROFILE", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"],
            region: REGION,
            ends: &[],
        },
    ),
    (
        // Enabled in src/segments/aws.go of JanDeDobbeleer/oh-my-posh. It shows no time.
        "oh-my-posh",
        Prompt { role: &["AWS_VAULT", "AWS_DEFAULT_PROFILE", "AWS_PROFILE"], region: REGION, ends: &[] },
    ),
];

/// What a prompt, a child of the shell, would show: the first variable of each list that it has is ours and has our value. The variables of
/// others in front (awsu, aws-sso-cli) are theirs.
#[test]
fn prompts_show_the_role_the_region_and_the_end_unconfigured() {
    let world = World::new();
    let script = "AWS_PROFILE=other AWS_DEFAULT_PROFILE=other AWSUME_PROFILE=other; export AWS_PROFILE AWS_DEFAULT_PROFILE AWSUME_PROFILE; \
        AWS_REGION=eu-west-1; export AWS_REGION; eval \"$(oktapipe init sh)\"; oktapipe_role && env";
    let outcome = run(&world, &["sh"], script).succeeds();
    let variables: std::collections::HashMap<&str, &str> =
        outcome.stdout.lines().filter_map(|line| line.split_once('=')).collect();
    let first = |names: &[&str]| names.iter().find_map(|name| variables.get(name)).copied();
    let role = variables["OKTAPIPE_ROLE"];
    for (name, prompt) in PROMPTS {
        assert_eq!(first(prompt.role), Some(role), "{name}");
        assert_eq!(first(prompt.region), Some("eu-west-1"), "{name}");
        // RFC 3339, which is what starship parses.
        let ends = first(prompt.ends).is_none_or(|time| time.len() == 20 && time.ends_with('Z'));
        assert!(ends && (prompt.ends.is_empty() || first(prompt.ends).is_some()), "{name}");
    }
}

#[test]
fn shellcheck_has_nothing_to_say_about_functions_and_emitted_code() {
    if !has("shellcheck") {
        return;
    }
    let world = World::new();
    let check = |arguments: &[&str]| {
        let outcome = Case::new("shellcheck", &[&["-o", "all"], arguments].concat(), &world.home).run();
        assert_eq!(outcome.status, Some(0), "{outcome}");
    };
    let shell = Path::new(env!("CARGO_MANIFEST_DIR")).join("shell");
    for file in ["oktapipe.sh", "oktapipe.bash", "direnv.sh"] {
        check(&[&shell.join(file).display().to_string()]);
    }
    let document = world.document_after(SOLO, "assume");
    let emitted = |arguments: &[&str], stdin: &str| {
        let code = world.oktapipe(&[&["export"], arguments].concat()).stdin(stdin).run().stdout;
        assert!(!code.is_empty(), "{arguments:?}");
        std::fs::write(world.home.join("code"), code).unwrap();
    };
    for (name, dialect) in [("sh", "sh"), ("bash", "bash"), ("dash", "dash"), ("ksh", "ksh"), ("mksh", "ksh")]
    {
        for (arguments, stdin) in [
            (&["--region", "eu-west-1", "--label", "AWS_VAULT"][..], document.as_str()),
            (&["--unset"], ""),
            (&["--on-error", "clear"], ""),
            (&[], "{"),
        ] {
            emitted(&[&["-f", name], arguments].concat(), stdin);
            check(&["-s", dialect, "code"]);
        }
    }
}

/// `use oktapipe` in an .envrc, with the real direnv.
#[test]
fn direnv_loads_a_role_and_stops_at_a_login_that_fails() {
    if !has_all(&["direnv", "bash"]) {
        return;
    }
    let world = World::new();
    let (lib, project) = (world.home.join(".config/direnv/lib"), world.home.join("project"));
    std::fs::create_dir_all(&lib).unwrap();
    std::fs::create_dir_all(&project).unwrap();
    let installed = Path::new(env!("CARGO_MANIFEST_DIR")).join("shell/direnv.sh");
    std::fs::copy(installed, lib.join("oktapipe.sh")).unwrap();
    for strict in ["strict_env", "unstrict_env"] {
        let envrc = format!("{strict}\nexport AWS_REGION=eu-west-1\nuse oktapipe\nexport AFTER=1\n");
        std::fs::write(project.join(".envrc"), envrc).unwrap();
        // What direnv's hook does at each prompt, in the folder and after its .envrc has changed.
        let script = "cd project && direnv allow && eval \"$(direnv export bash)\" && echo \"$OKTAPIPE_ROLE $AWS_VAULT $AFTER\"\n\
            cp .envrc old; sleep 1.1; cat old > .envrc; direnv allow; oktapipe logout; export OKTA_PASSWORD=wrong\n\
            code=$(direnv export bash); echo \"$?\"; eval \"$code\"; echo \"${AWS_ACCESS_KEY_ID-none} ${AFTER-none}\"";
        let outcome = run(&world, &["bash", "--norc"], script);
        let lines: Vec<&str> = outcome.stdout.lines().collect();
        let (role, rest) = lines[0].split_once(' ').unwrap();
        assert_eq!(rest, format!("{role} 1"), "{outcome}");
        assert_eq!(lines[1..], ["1", "none none"], "{outcome}");
        assert!(outcome.stderr.contains("exit status 77"), "{outcome}");
        assert!(outcome.stderr.contains("oktapipe authn: "), "{outcome}");
    }
}

/// The questions of a login within a function, and Ctrl-C at one of them.
#[test]
fn oktapipe_role_asks_on_the_terminal_and_ctrl_c_leaves_the_shell_as_it_was() {
    if !terminals() {
        return;
    }
    for shell in ["bash", "zsh"].into_iter().filter(|shell| has(shell)) {
        let world = World::new();
        let start = format!("export OKTA_USERNAME={SOLO}; eval \"$(oktapipe init {shell})\"; oktapipe_role");
        let ended = terminal(&world, shell, &start)
            .flag("interactive")
            .expect("assword")
            .key("C-c")
            .answer("ready$ ", "echo \"keys:${AWS_ACCESS_KEY_ID-none}\"")
            .answer("keys:none", "oktapipe_role")
            .answer("assword", world.password(SOLO))
            .answer("ready$ ", "oktapipe_who")
            .expect(" min left")
            .expect("ready$ ")
            .run();
        assert_eq!(ended.status, Some(0), "{shell}: {ended:?}");
    }
}
