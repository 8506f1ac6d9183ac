//! `logout`: ends the Okta session, and drops what is kept.

use super::login::{cache, owner};
use super::{Failed, online};
use crate::cli::Logout;
use crate::context::Context;
use crate::document::Carry;
use crate::error::{Error, Kind};
use crate::okta::{Jar, Okta};
use crate::org::Org;
use crate::secret::ExposeSecret;
use crate::store::{Cache, Entry, Item, Owner};

/// Ends the sessions that are kept of the person, or of everybody with `--all`, and drops all that was got by them. It is dropped also where
/// Okta cannot be told. (Credentials of AWS that a program has already live until they end: AWS takes none back.)
///
/// # Errors
/// `config` where nothing says whose session it is; what kept Okta from being told.
pub fn run(arguments: &Logout, context: &Context<'_>) -> Result<(), Failed> {
    let Some(cache) = cache(context) else { return Ok(()) };
    let wanted = match arguments.all {
        true => None,
        false => Some(whose(arguments, context)?),
    };
    let entries = cache.entries(|owner| wanted.as_ref().is_none_or(|wanted| owner.session() == *wanted));
    let sessions = entries.iter().filter(|(item, ..)| *item == Item::Session);
    let told = online(async {
        let mut told = Ok(());
        for (_, owner, entry) in sessions {
            told = told.and(close(context, owner, entry).await);
        }
        told
    });
    drop_all(&cache, arguments.all, &entries);
    told.map_err(Failed::from)
}

fn whose(arguments: &Logout, context: &Context<'_>) -> Result<Owner, Failed> {
    let profile = context.profile(&mut Carry::default())?;
    let owner = owner(context, &arguments.whose, None, &profile)?.ok_or_else(|| {
        Error::new(
            Kind::Usage,
            "nothing says whose session is to end",
            "give a profile, or --org and --username, or --all",
        )
    })?;
    Ok(owner.session())
}

fn drop_all(cache: &Cache, all: bool, entries: &[(Item, Owner, Entry)]) {
    if all {
        return cache.clear();
    }
    for (item, owner, _) in entries {
        cache.remove(*item, owner);
    }
}

async fn close(context: &Context<'_>, owner: &Owner, entry: &Entry) -> Result<(), Error> {
    if entry.until <= context.clock.now() {
        return Ok(());
    }
    let mut jar = Jar::new(entry.document.carry()?.cookies());
    if let Some(id) = entry.document.secret("id") {
        jar.set("sid", id.expose_secret());
    }
    Okta::new(context.http, Org::parse(&owner.org)?, jar).close_session().await
}
