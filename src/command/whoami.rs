//! `whoami`: whom the credentials that are kept belong to.

use super::login::{cache, input, is_named, owner, wish};
use super::{Failed, online};
use crate::cli::{CallerIdentity, Whoami};
use crate::context::Context;
use crate::document::{Carry, Document};
use crate::error::{Error, Kind};
use crate::stage::{self, Output};
use crate::store::{Entry, Item};
use serde_json::{Map, Value};

/// What `caller-identity` prints: read in what is kept, without the network; with `--verify` AWS is asked.
///
/// # Errors
/// `session_expired` where nothing is kept; those of `caller-identity`.
pub fn run(arguments: &Whoami, context: &Context<'_>) -> Result<Output, Failed> {
    let entry = kept(arguments, context)?.ok_or_else(|| {
        let of = if arguments.role.role.role.is_empty() { "" } else { " of that role" };
        let message = format!("no credentials{of} are kept that are good yet");
        Error::new(Kind::SessionExpired, message, "sign in with oktapipe login")
    })?;
    if arguments.verify {
        let flags = CallerIdentity { alias: false, region: arguments.role.region.clone() };
        let inner = input(context, &[entry.document]);
        let answer = online(stage::caller_identity::run(&flags, &inner));
        return answer.map_err(|error| Failed::at("caller-identity", error));
    }
    Ok(Output::Document(identity(&entry.document)?))
}

/// The credentials that end last, of those that are meant.
fn kept(arguments: &Whoami, context: &Context<'_>) -> Result<Option<Entry>, Failed> {
    let profile = context.profile(&mut Carry::default())?;
    let owner = owner(context, &arguments.whose, arguments.app.as_deref(), &profile)?;
    let (Some(wanted), Some(cache)) = (owner, cache(context)) else {
        return Ok(None);
    };
    let now = context.clock.now();
    let entries = cache.entries(|owner| owner.assertion() == wanted);
    let asked = wish(context, &arguments.role, &profile);
    let is_any = arguments.role.role.role.is_empty() && profile.list("role").is_empty();
    let is_meant = |entry: &Entry| is_any || is_named(&arguments.role, &profile, &entry.document);
    let credentials =
        entries.into_iter().filter(|(item, _, entry)| *item == Item::Credentials && entry.until > now);
    // What was asked for in the same words comes before what `--all`, or other words, got of that role.
    let meant = credentials.filter_map(|(_, owner, entry)| {
        let is_same = !is_any && owner.role == asked;
        (is_same || is_meant(&entry)).then_some((is_same, entry))
    });
    Ok(meant.max_by_key(|(is_same, entry)| (*is_same, entry.until)).map(|(_, entry)| entry))
}

/// `{"UserId", "Account", "Arn"}`, as AWS would say it of an assumed role.
fn identity(credentials: &Document) -> Result<Document, Error> {
    let user = credentials.members().get("AssumedRoleUser");
    let text = |name: &str| user.and_then(|user| user.get(name)?.as_str());
    let (Some(id), Some(arn)) = (text("AssumedRoleId"), text("Arn")) else {
        let message = "the credentials that are kept do not say whose they are";
        return Err(Error::new(Kind::Protocol, message, "ask AWS: --verify"));
    };
    let account = arn.split(':').nth(4).unwrap_or_default();
    let members = [("UserId", id), ("Account", account), ("Arn", arn)];
    let members: Map<String, Value> =
        members.into_iter().map(|(name, text)| (name.to_owned(), text.into())).collect();
    Ok(credentials.carry()?.beside(members))
}
