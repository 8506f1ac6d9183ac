//! `roles`: the roles that are offered, by the assertion that is kept, or by signing in.

use super::login::{Demand, Source};
use super::{Failed, online};
use crate::cli::{As, Roles};
use crate::context::Context;
use crate::stage::Output;

/// What `saml-roles` prints.
///
/// # Errors
/// Those of the stages up to `saml-roles`, under their names.
pub fn run(arguments: &Roles, context: &Context<'_>) -> Result<Output, Failed> {
    let source = Source::new(context, &arguments.sign_in, &As::default(), Demand::Person)?;
    online(source.roles(arguments.aliases)).map(Output::Document)
}
