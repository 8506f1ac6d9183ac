//! `login`: the stages in one process, each the very same that a pipe is built of; and what is kept of it for the next time.

mod fresh;
mod kept;
mod people;
mod source;
mod turn;
mod walk;
mod whose;

pub use fresh::Demand;
pub(crate) use people::{Lent, Unheard};
pub(crate) use source::Source;
pub(crate) use whose::{cache, is_named, owner, wish};

use super::{Failed, online};
use crate::cli::{
    As, Assume, Authn, Export, FactorVerify, Format, Login, SamlFetch, SamlRoles, Session, SignIn,
};
use crate::context::Context;
use crate::document::Document;
use crate::error::{Error, Kind};
use crate::stage::{self, Output};
use crate::terminal::Terminal;
use walk::{Flags, World};

impl Flags {
    fn new(sign_in: &SignIn, role: &As) -> Flags {
        let org = sign_in.whose.org.clone();
        Flags {
            authn: Authn {
                org: org.clone(),
                username: sign_in.whose.username.clone(),
                password_stdin: false,
                password: sign_in.password.clone(),
            },
            factor_verify: FactorVerify { org: org.clone(), factor: sign_in.factor.clone() },
            session: Session { org: org.clone() },
            saml_fetch: SamlFetch { org, app: sign_in.app.clone() },
            saml_roles: SamlRoles {
                role: role.role.clone(),
                first: role.first,
                each: false,
                skeleton: false,
                remember: sign_in.remember,
                aliases: false,
            },
            assume: Assume {
                role: Default::default(),
                strict_duration: role.strict_duration,
                policy: role.policy.clone(),
                region: role.region.clone(),
            },
        }
    }
}

/// What is printed, and whose error documents stand among it.
pub struct Printed {
    /// The stage that a failed line is of.
    pub stage: &'static str,
    /// What it printed.
    pub output: Output,
}

/// Signs in, and prints what `assume` prints; with `--all`, or several roles, a line for each. What is kept is used where it will do.
///
/// # Errors
/// Those of the stages, under their names.
pub fn run(arguments: &Login, context: &Context<'_>) -> Result<Printed, Failed> {
    let source = Source::new(context, &arguments.sign_in, &arguments.role, Demand::Person)?;
    if arguments.all || source.is_of_many_roles() {
        let source = source.each();
        let lines = online(source.all(|roles| admitted(arguments.format, roles)))?;
        return printed(arguments, context, lines);
    }
    let document = match source.fresh() {
        Some(fresh) => fresh,
        None => online(source.credentials())?,
    };
    printed(arguments, context, vec![Ok(document)])
}

/// Only JSON holds the credentials of several roles.
fn admitted(format: Option<Format>, roles: usize) -> Result<(), Error> {
    if roles < 2 || format.is_none_or(|format| format == Format::Json) {
        return Ok(());
    }
    let message = format!("there are {roles} roles, and this format holds the credentials of one");
    Err(Error::new(Kind::Usage, message, "name one with --role, or give --format json"))
}

fn printed(
    arguments: &Login,
    context: &Context<'_>,
    mut lines: Vec<Result<Document, Error>>,
) -> Result<Printed, Failed> {
    let Some(format) = arguments.format else {
        let output = match (lines.len(), lines.pop()) {
            (1, Some(only)) => Output::Document(only.map_err(|error| Failed::at("assume", error))?),
            (_, last) => Output::Lines(lines.into_iter().chain(last).collect()),
        };
        return Ok(Printed { stage: "assume", output });
    };
    let export_arguments = to_export(arguments, format);
    if lines.len() == 1 {
        let only = lines.into_iter().collect::<Result<Vec<_>, _>>();
        let only = only.map_err(|error| Failed::at("assume", error))?;
        let output = export(&export_arguments, context, &only)?;
        return Ok(Printed { stage: "export", output });
    }
    // Each in its place, the refused ones too: one role that AWS refuses does not cost the others.
    let each = lines.into_iter().map(|line| match export(&export_arguments, context, &[line?]) {
        Ok(Output::Document(document)) => Ok(document),
        Ok(_) => Err(Error::new(Kind::Internal, "export printed no document", "report it")),
        Err(failed) => Err(failed.error),
    });
    Ok(Printed { stage: "assume", output: Output::Lines(each.collect()) })
}

/// `export`, as its flags stand here.
pub fn to_export(arguments: &Login, format: Format) -> Export {
    let region = arguments.role.region.clone();
    Export { format, region, label: arguments.label.clone(), ..Export::default() }
}

/// What `export` makes of credentials.
///
/// # Errors
/// Those of `export`.
pub(crate) fn export(
    arguments: &Export,
    context: &Context<'_>,
    documents: &[Document],
) -> Result<Output, Failed> {
    stage::export::run(arguments, &input(context, documents)).map_err(|error| Failed::at("export", error))
}

/// The context of a stage that has these documents on its stdin.
pub(crate) fn input<'w>(context: &'w Context<'_>, documents: &[Document]) -> Context<'w> {
    World::new(context).before(documents)
}

/// The context of a login that has this terminal: one whose stderr nobody reads unless it fails, or that a command has after it.
pub(crate) fn at<'w>(context: &'w Context<'_>, terminal: &'w dyn Terminal) -> Context<'w> {
    World { terminal, ..World::new(context) }.before(&[])
}
