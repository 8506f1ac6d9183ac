//! The real world to a [`Context`], a command to its output, the output to stdout in one write, an error to an exit code.
//!
//! Nothing else in the program writes to stdout, reads the process's environment or knows how a failed command ends.

mod ending;
mod manner;
mod output;
mod stderr;
mod usage;

use crate::cli::{Cli, Command, CredentialProcess, Export};
use crate::command::serve::End;
use crate::command::{self, Failed, exec, online};
use crate::context::{Context, Environment, Profiles};
use crate::document::{Document, error_document, to_line};
use crate::error::{Error, Kind};
use crate::http::{DEFAULT_TIMEOUT, Http, Log, Proxies, Settings};
use crate::process;
use crate::prompt::Tty;
use crate::signal;
use crate::stage;
use crate::time::SystemClock;
use ending::{Ending, not_run};
use output::{write, write_text};
use std::cell::RefCell;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use stderr::Stderr;

/// Runs the command that the process was started with.
pub fn main() -> ExitCode {
    // First of all: the environment may hold a password.
    process::keep_memory_private();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let environment: Environment = std::env::vars_os().collect();
    let cli = match Cli::parse_from(&arguments) {
        Ok(cli) => cli,
        Err(error) => return usage::end(&arguments, &environment, &error),
    };
    let environment = match cli.command {
        Command::CredentialProcess(_) => command::credential_process::environment(&environment),
        _ => environment,
    };
    let stderr = Stderr::new(&cli, &environment);
    let profiles = Profiles::new(cli.command.profile(), cli.common.profile.as_deref(), &environment);
    let result = with_context(&cli, &environment, &profiles, &stderr);
    end(&cli, &profiles, &stderr, result)
}

fn with_context(
    cli: &Cli,
    environment: &Environment,
    profiles: &Profiles,
    stderr: &Stderr,
) -> Result<(), Failed> {
    let stdout_is_terminal = io::stdout().is_terminal();
    let http = Http::new(
        settings(cli, environment),
        if cli.common.verbose { Log::to(io::stderr()) } else { Log::off() },
    );
    let terminal = Tty::new(manner::of(cli, environment));
    let warn = |text: &str| stderr.warning(text);
    let context = Context {
        common: &cli.common,
        environment,
        profiles,
        clock: &SystemClock,
        terminal: &terminal,
        http: &http,
        stdin_is_terminal: io::stdin().is_terminal(),
        stdout_is_terminal,
        input: RefCell::new(stdin()),
        warn: &warn,
    };
    if let Command::Serve(arguments) = &cli.command {
        // It goes on after it was told where it is.
        let tell = |plain: &str, masked: &str| write_text(cli, stderr, plain, masked, stdout_is_terminal);
        return match command::serve::run(arguments, &context, &tell)? {
            End::Status(0) => Ok(()),
            End::Status(exit_code) => Err(Error::Told { exit_code }.into()),
            End::Signal(number) => Err(Error::Signal(number).into()),
            End::NotRun(command, error) => Err(not_run("serve", &command, &error, stderr).into()),
        };
    }
    let ending = match &cli.command {
        Command::CredentialProcess(arguments) => credentials(arguments, &context)?,
        command => dispatch(command, &context)?,
    };
    Ok(ending.write(cli, stderr, stdout_is_terminal)?)
}

/// Stdin without the buffer of `io::stdin`: that one takes 8 KiB ahead, which belong to whoever reads next when only a line is wanted.
fn stdin() -> Box<dyn io::Read> {
    match io::stdin().as_fd().try_clone_to_owned() {
        Ok(descriptor) => Box::new(File::from(descriptor)),
        Err(_) => Box::new(io::stdin()),
    }
}

/// What an SDK runs for every call. Apart from the others: the futures of all stages take 150 KB of the stack in one function, each page of
/// which costs a fault, and there are three times as many of these as in all of `/bin/true`.
#[inline(never)]
fn credentials(arguments: &CredentialProcess, context: &Context<'_>) -> Result<Ending, Failed> {
    command::credential_process::run(arguments, context).map(Ending::Output)
}

#[inline(never)]
fn dispatch(command: &Command, context: &Context<'_>) -> Result<Ending, Failed> {
    let ending = match command {
        Command::Authn(arguments) => online(stage::authn::run(arguments, context)).map(Ending::Output),
        Command::FactorVerify(arguments) => {
            online(stage::factor_verify::run(arguments, context)).map(Ending::Output)
        }
        Command::Session(arguments) => online(stage::session::run(arguments, context)).map(Ending::Output),
        Command::SamlFetch(arguments) => {
            online(stage::saml_fetch::run(arguments, context)).map(Ending::Output)
        }
        Command::SamlRoles(arguments) if arguments.aliases => {
            online(stage::saml_roles::with_aliases(arguments, context)).map(Ending::Output)
        }
        Command::SamlRoles(arguments) => stage::saml_roles::run(arguments, context).map(Ending::Output),
        Command::Assume(arguments) => online(stage::assume::run(arguments, context)).map(Ending::Output),
        Command::Export(arguments) => stage::export::run(arguments, context).map(Ending::Output),
        Command::CallerIdentity(arguments) => {
            online(stage::caller_identity::run(arguments, context)).map(Ending::Output)
        }
        Command::AssumeRole(arguments) => {
            online(stage::assume_role::run(arguments, context)).map(Ending::Output)
        }
        Command::Console(arguments) => online(stage::console::run(arguments, context)).map(Ending::Output),
        Command::Login(arguments) => return command::login::run(arguments, context).map(Ending::Login),
        Command::Exec(arguments) => return command::exec::run(arguments, context).map(Ending::Exec),
        Command::CredentialProcess(arguments) => return credentials(arguments, context),
        // Served above, where it can be told.
        Command::Serve(_) => Ok(Ending::Shown),
        Command::Roles(arguments) => return command::roles::run(arguments, context).map(Ending::Output),
        Command::Whoami(arguments) => return command::whoami::run(arguments, context).map(Ending::Output),
        Command::Logout(arguments) => {
            return command::logout::run(arguments, context).map(|()| Ending::Shown);
        }
        Command::ToProfile(arguments) => stage::to_profile::run(arguments, context).map(Ending::Output),
        Command::Configure(arguments) => command::configure::run(arguments, context).map(Ending::Output),
        Command::Import(arguments) => command::import::run(arguments, context).map(Ending::Output),
        Command::Doctor(arguments) => {
            let runtime = command::runtime()?;
            let report = runtime.block_on(command::doctor::run(arguments, context));
            // Dropped, it would wait for a resolver that does not answer.
            runtime.shutdown_background();
            report.map(Ending::Report)
        }
        Command::Explain(arguments) => command::explain::run(arguments).map(Ending::Output),
        Command::Schema(arguments) => command::schema::run(arguments).map(Ending::Output),
        Command::Init(arguments) => command::init::run(arguments).map(Ending::Output),
        Command::Man(arguments) => {
            command::man::run(arguments, context).map(|page| page.map_or(Ending::Shown, Ending::Output))
        }
        Command::Completions(arguments) => command::completions::run(arguments).map(Ending::Output),
        Command::Complete(arguments) => {
            Ok(Ending::Candidates(command::complete::run(arguments, context.environment)))
        }
        #[cfg(feature = "sandbox")]
        Command::Sandbox(arguments) => command::sandbox::run(arguments).map(Ending::Serving),
        #[cfg(feature = "sandbox")]
        Command::Demo(_) => command::demo::run(context).map(Ending::Demo),
    };
    ending.map_err(Failed::from)
}

/// What is left to do after an error: a line on stderr, something on stdout for the next stage, and the number.
fn end(cli: &Cli, profiles: &Profiles, stderr: &Stderr, result: Result<(), Failed>) -> ExitCode {
    let (name, result) = match result {
        Ok(()) => (cli.command.name(), Ok(())),
        Err(failed) => (failed.stage.unwrap_or(cli.command.name()), Err(failed.error)),
    };
    let form = match &cli.command {
        // The labels are unset too, and a profile may give them; that it cannot be read is no second failure.
        Command::Export(arguments) => Form::Export(
            profiles
                .select(None)
                .map_or_else(|_| arguments.clone(), |profile| stage::export::filled(arguments, &profile)),
        ),
        Command::Login(arguments) => match arguments.format {
            Some(format) => Form::Export(command::login::to_export(arguments, format)),
            None => Form::Document,
        },
        Command::Exec(_) => Form::Exec,
        Command::Serve(arguments) if !arguments.command.is_empty() => Form::Exec,
        Command::CredentialProcess(_)
        | Command::Serve(_)
        | Command::Logout(_)
        | Command::Explain(_)
        | Command::Schema(_)
        | Command::Init(_)
        | Command::Man(_)
        | Command::Completions(_)
        | Command::Complete(_) => Form::Nothing,
        #[cfg(feature = "sandbox")]
        Command::Sandbox(_) | Command::Demo(_) => Form::Nothing,
        _ => Form::Document,
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Error::Failed(failure)) => {
            stderr.failure(name, &failure);
            fail(&form, failure.kind.exit_code(), || to_line(&error_document(name, &failure)))
        }
        Err(Error::Upstream { exit_code, document }) => {
            fail(&form, exit_code, || to_line(&Document::from(document)))
        }
        Err(Error::Told { exit_code }) => ExitCode::from(exit_code),
        Err(Error::ReaderGone) => by_signal(signal_hook::consts::SIGPIPE),
        Err(Error::Signal(number)) => by_signal(number),
    }
}

/// What stands on stdout after a failure.
enum Form {
    Document,
    /// A statement that fails, for the shell that evaluates it; nothing for the other formats, which parsers read.
    Export(Export),
    /// Nothing: stdout is the command's. And the number of all that is ours.
    Exec,
    Nothing,
}

/// Prints the failure for whoever reads stdout; on a terminal the line on stderr is enough.
fn fail(form: &Form, exit_code: u8, document: impl FnOnce() -> String) -> ExitCode {
    let text = match form {
        _ if io::stdout().is_terminal() => None,
        Form::Document => Some(document()),
        Form::Export(arguments) => stage::export::failed(arguments, exit_code),
        Form::Exec | Form::Nothing => None,
    };
    let exit_code = if matches!(form, Form::Exec) { exec::FAILED } else { exit_code };
    // The failure that is being told is the one that counts: a second one, of telling it, changes neither line nor number.
    let _ = text.map(|text| write(&text));
    ExitCode::from(exit_code)
}

fn by_signal(number: i32) -> ExitCode {
    signal::raise(number);
    // Reached only if the signal is blocked: the number that a shell would have made of it.
    ExitCode::from(u8::try_from(128 + number).unwrap_or(Kind::Internal.exit_code()))
}

fn settings(cli: &Cli, environment: &Environment) -> Settings {
    let path = |name: &str| environment.path(name).map(PathBuf::from);
    let ours = cli.common.ca_file.clone().map(|path| ("--ca-file".to_owned(), path));
    let aws = path("AWS_CA_BUNDLE").map(|path| ("AWS_CA_BUNDLE".to_owned(), path));
    Settings {
        ssl_cert_file: path("SSL_CERT_FILE"),
        ssl_cert_dir: path("SSL_CERT_DIR"),
        ca_files: ours.into_iter().chain(aws).collect(),
        timeout: cli.common.timeout.map_or(DEFAULT_TIMEOUT, Duration::from_secs),
        proxies: Proxies::choose(|name| {
            environment.path(name).map(|value| value.to_string_lossy().into_owned())
        }),
        ..Settings::default()
    }
}
