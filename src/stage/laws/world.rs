//! A stage of one's own making of the world: its words, its input, the variables, and a person who picks.

use super::*;

/// A person who takes the choice of this number, and is shown nothing.
#[derive(Debug)]
pub(super) struct Picker(pub(super) Option<usize>);

impl Terminal for Picker {
    fn ask(&self, _: &str, instead: &str) -> Result<String, Error> {
        Err(Error::new(Kind::NoTerminal, "nobody is here", instead))
    }
    fn ask_secret(&self, _: &str, instead: &str) -> Result<SecretString, Error> {
        Err(Error::new(Kind::NoTerminal, "nobody is here", instead))
    }
    fn choose(&self, question: &str, choices: &[Choice], _: &str) -> Result<usize, Error> {
        let shown: Vec<String> =
            choices.iter().map(|choice| format!("{} = {}", choice.name, choice.columns.join("|"))).collect();
        // What was shown comes back with a pick that nobody could have made.
        self.0.ok_or_else(|| Error::new(Kind::Internal, format!("{question} {}", shown.join(", ")), "x"))
    }
    fn can_ask(&self) -> bool {
        true
    }
    fn show(&self, _: &str) {}
    fn waiting(&self, _: &str, _: Option<&str>) -> Option<Box<dyn Waiting + '_>> {
        None
    }
    fn reader_is_gone(&self) -> bool {
        false
    }
}

/// What a stage that is offline gives in a world with these variables and this person, and what it warns of.
pub(super) fn output(
    words: &[&str],
    input: &[u8],
    variables: &[(&str, &str)],
    terminal: &dyn Terminal,
) -> (Result<Output, Error>, Vec<String>) {
    let cli = Cli::try_parse_from(["oktapipe"].iter().chain(words)).unwrap();
    let environment: Environment = variables.iter().map(|(n, v)| (n.into(), v.into())).collect();
    let http = Http::new(Settings::default(), Log::off());
    let warned = RefCell::new(Vec::new());
    let warn = |text: &str| warned.borrow_mut().push(text.to_owned());
    let context = Context {
        common: &cli.common,
        environment: &environment,
        profiles: &Profiles::new(None, None, &environment),
        clock: &SystemClock,
        terminal,
        http: &http,
        stdin_is_terminal: false,
        stdout_is_terminal: false,
        input: RefCell::new(Box::new(input)),
        warn: &warn,
    };
    let output = match &cli.command {
        Command::SamlRoles(arguments) => saml_roles::run(arguments, &context),
        Command::Export(arguments) => export::run(arguments, &context),
        other => panic!("{}", other.name()),
    };
    drop(context);
    (output, warned.into_inner())
}
