//! What logins left: where, under which key, and how much of it is good.

use super::checks::Check;
use crate::context::Context;
use crate::error::Error;
use crate::store::{Cache, Item, Place, state};
use std::path::Path;

/// One check: the folder.
pub(super) fn kept(context: &Context<'_>) -> Check {
    match state(|name| context.environment.path(name)) {
        None => {
            Check::new("kept", "nowhere", Ok("no variable names a folder, so nothing is kept".to_owned()))
        }
        Some(folder) => Check::new("kept", folder.display().to_string(), found(context, &folder)),
    }
}

fn found(context: &Context<'_>, folder: &Path) -> Result<String, Error> {
    let Some(cache) = Cache::find(folder)? else { return Ok("nothing yet".to_owned()) };
    let now = context.clock.now();
    let entries = cache.entries(|_| true);
    let count =
        |item: Item| entries.iter().filter(|(kind, _, entry)| *kind == item && entry.until > now).count();
    let key = match cache.place() {
        Some(Place::Keyring) => "the key is in the kernel's keyring",
        Some(Place::File) => "the key is in a file, since the kernel's keyring cannot be used",
        None => "there is no key yet",
    };
    Ok(format!(
        "sessions: {}, assertions: {}, credentials: {}; {key}",
        count(Item::Session),
        count(Item::Assertion),
        count(Item::Credentials)
    ))
}
