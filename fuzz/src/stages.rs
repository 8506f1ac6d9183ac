//! The offline stages, run as `run` runs them, on a pipe.

use clap::Parser;
use oktapipe::cli::{Cli, Command};
use oktapipe::context::{Context, Environment, Profiles};
use oktapipe::document::to_line;
use oktapipe::error::Error;
use oktapipe::http::{Http, Log, Settings};
use oktapipe::secret::ExposeSecret;
use oktapipe::stage::{self, Output};
use oktapipe::terminal::Nobody;
use oktapipe::time::Clock;
use std::cell::RefCell;

/// What is typed.
pub fn cli(words: &[&str]) -> Cli {
    Cli::try_parse_from(words).unwrap_or_else(|error| panic!("{error}"))
}

/// What the stage prints. `AWS_REGION` is no region, so that `assume` ends, with `config`, after it has read its input.
pub fn run(cli: &Cli, stdin: &[u8]) -> Result<String, Error> {
    let environment: Environment = [("AWS_REGION".into(), "no region".into())].into_iter().collect();
    let http = Http::new(Settings::default(), Log::off());
    let context = Context {
        common: &cli.common,
        environment: &environment,
        profiles: &Profiles::default(),
        clock: &Still,
        terminal: &Nobody::default(),
        http: &http,
        stdin_is_terminal: false,
        stdout_is_terminal: false,
        input: RefCell::new(Box::new(stdin)),
        warn: &|_| {},
    };
    let output = match &cli.command {
        Command::SamlRoles(arguments) => stage::saml_roles::run(arguments, &context),
        Command::Export(arguments) => stage::export::run(arguments, &context),
        Command::Assume(arguments) => crate::wire::block_on(stage::assume::run(arguments, &context)),
        other => panic!("{} is not offline", other.name()),
    };
    Ok(match output? {
        Output::Document(document) => to_line(&document),
        Output::Lines(lines) => {
            lines.into_iter().map(|line| line.map(|document| to_line(&document))).collect::<Result<_, _>>()?
        }
        Output::Text { plain, .. } => plain.expose_secret().to_owned(),
        _ => panic!("no such output"),
    })
}

#[derive(Debug)]
struct Still;

impl Clock for Still {
    fn now(&self) -> i64 {
        1_772_360_157
    }
}
