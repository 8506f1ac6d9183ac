//! `credential-process`: what an AWS SDK runs to get credentials. It prints these and nothing else, asks on the terminal alone, and reads
//! no stdin: what stands there is for the program that the SDK is in.

use super::login::{Demand, Source, Unheard, at, export};
use super::{Failed, online};
use crate::cli::{CredentialProcess, Export, Format};
use crate::context::{Context, Environment};
use crate::document::Document;
use crate::stage::Output;

/// Variables of the program that runs us and not meant for us: its profile may be the one whose credentials we are asked for.
const OF_THE_CALLER: [&str; 2] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE"];

/// The environment, without what would lead back to us.
pub fn environment(environment: &Environment) -> Environment {
    environment.without(&OF_THE_CALLER)
}

/// Credentials as an AWS credential_process prints them. Those that are kept are served while more than a quarter of an hour is left of them;
/// below that they are renewed, if that needs nobody, and served to their end if it does.
///
/// # Errors
/// As `login`.
pub fn run(arguments: &CredentialProcess, context: &Context<'_>) -> Result<Output, Failed> {
    let terminal = Unheard(context.terminal);
    let context = &at(context, &terminal);
    let source = Source::new(context, &arguments.sign_in, &arguments.role, Demand::Process)?;
    let document = match source.fresh() {
        Some(fresh) => fresh,
        None => anew(&source)?,
    };
    export(&Export { format: Format::Process, ..Export::default() }, context, &[document])
}

/// Apart, so that the room for it on the stack is taken only when it is needed.
#[inline(never)]
fn anew(source: &Source<'_, '_>) -> Result<Document, Failed> {
    online(source.credentials())
}
