//! How accounts are called: by the person, in the file of profiles; by what AWS said, lately or now. Decoration, so that whatever goes wrong with it
//! is a warning.

use super::endpoint;
use crate::alias::{Account, Source};
use crate::arn::{RoleArn, RolePattern};
use crate::assertion::{Assertion, Encoded};
use crate::context::Context;
use crate::document::Document;
use crate::error::Error;
use crate::signin::{self, Site};
use crate::store::{self, Remembered};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The names of accounts, each with who says so.
#[derive(Debug, Default)]
pub(super) struct Aliases(BTreeMap<String, (String, Option<Source>)>);

impl Aliases {
    /// What the person calls them.
    ///
    /// # Errors
    /// `config` for a file of profiles that is faulty.
    pub(super) fn of_person(context: &Context<'_>) -> Result<Aliases, Error> {
        let named = context.profiles.config()?.map(|config| config.aliases().clone()).unwrap_or_default();
        let said = |(account, alias)| (account, (alias, Some(Source::Config)));
        Ok(Aliases(named.into_iter().map(said).collect()))
    }

    /// Those that the document has beside its roles; of one account the person's own name outweighs them.
    pub(super) fn with_those_of(mut self, document: &Document) -> Aliases {
        let roles = document.members().get("Roles").and_then(Value::as_array);
        for role in roles.into_iter().flatten() {
            let text = |name: &str| role.get(name).and_then(Value::as_str);
            if let (Some(account), Some(alias)) = (text("AccountId"), text("AccountAlias")) {
                self.0.entry(account.to_owned()).or_insert_with(|| (alias.to_owned(), None));
            }
        }
        self
    }

    /// The account's name, and who says so.
    pub(super) fn of(&self, account: &str) -> Option<(&str, Option<Source>)> {
        self.0.get(account).map(|(alias, source)| (alias.as_str(), *source))
    }

    /// Whether the pattern is `ALIAS/NAME`, and the role one that it stands for.
    pub(super) fn means(&self, pattern: &RolePattern, role: &RoleArn) -> bool {
        let account = role.account_id();
        let is_named = |name: &str| self.of(account).is_some_and(|(alias, _)| alias == name);
        let name = pattern.account().filter(|name| is_named(name));
        let rest = name.and_then(|name| pattern.as_str().strip_prefix(name));
        // With the account's number in its place it means what it would mean with that.
        rest.and_then(|rest| RolePattern::parse(&format!("{account}{rest}")))
            .is_some_and(|pattern| pattern.matches(role))
    }

    fn add(&mut self, remembered: BTreeMap<String, Remembered>) {
        for (account, Remembered { alias, source, .. }) in remembered {
            if let Some(alias) = alias {
                self.0.entry(account).or_insert((alias, Some(source)));
            }
        }
    }
}

/// The names of the accounts of an assertion: the person's, those that are remembered, and, if one is missing still, those of AWS's sign-in page.
///
/// # Errors
/// As [`Aliases::of_person`]; whatever else goes wrong is a warning.
pub(super) async fn looked_up(
    context: &Context<'_>,
    encoded: &Encoded,
    assertion: &Assertion,
) -> Result<Aliases, Error> {
    let mut aliases = Aliases::of_person(context)?;
    let accounts: BTreeSet<&str> = assertion.roles.iter().map(|role| role.role.account_id()).collect();
    let remembered = file(context).map(|file| file.known(context.clock.now())).unwrap_or_default();
    let is_missing =
        accounts.iter().any(|account| aliases.of(account).is_none() && !remembered.contains_key(*account));
    aliases.add(remembered);
    // With one role there is no page: AWS leads on to the console, and opens a session there.
    if is_missing && assertion.roles.len() > 1 {
        match page(context, encoded, assertion).await {
            Ok(found) => aliases.add(remember(context, found, Source::SignIn)),
            Err(error) => (context.warn)(&format!("the names of accounts are not known: {error}")),
        }
    }
    Ok(aliases)
}

async fn page(
    context: &Context<'_>,
    encoded: &Encoded,
    assertion: &Assertion,
) -> Result<Vec<Account>, Error> {
    let named = || {
        let addresses = [&assertion.destination, &assertion.recipient];
        addresses.into_iter().flatten().find_map(|address| signin::saml_address(address))
    };
    let partition = || {
        let role = assertion.roles.first()?;
        Some(Site::of(&role.role.partition(), None)?.saml())
    };
    let address = match endpoint::of(context, "AWS_ENDPOINT_URL_SIGNIN")? {
        Some(base) => Some(Site::at(base).saml()),
        None => named().or_else(partition),
    };
    match address {
        Some(address) => signin::accounts(context.http, address, encoded.base64()).await,
        None => Ok(Vec::new()),
    }
}

/// Keeps what was said for the next time, that an account has no name too.
pub(super) fn remember(
    context: &Context<'_>,
    found: Vec<Account>,
    source: Source,
) -> BTreeMap<String, Remembered> {
    let seen = context.clock.now();
    let said: BTreeMap<String, Remembered> = found
        .into_iter()
        .map(|account| (account.id, Remembered { alias: account.alias, source, seen }))
        .collect();
    if let Some(Err(error)) = file(context).map(|file| file.remember(&said, seen)) {
        (context.warn)(&format!("the names of accounts are not remembered: {error}"));
    }
    said
}

/// What is remembered of one account, if anything is.
pub(super) fn remembered(context: &Context<'_>, account: &str) -> Option<Remembered> {
    file(context)?.known(context.clock.now()).remove(account)
}

fn file(context: &Context<'_>) -> Option<store::Aliases> {
    store::cache(|name| context.environment.path(name)).map(store::Aliases::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alias_stands_for_its_accounts_number() {
        let named = BTreeMap::from([("111122223333".to_owned(), ("prod".to_owned(), Some(Source::Config)))]);
        let aliases = Aliases(named);
        let means = |pattern: &str, role: &str| {
            let role = RoleArn::parse(&format!("arn:aws:iam::{role}")).unwrap();
            aliases.means(&RolePattern::parse(pattern).unwrap(), &role)
        };
        for (pattern, role) in [
            ("prod/Dev", "111122223333:role/Dev"),
            ("prod/Dev", "111122223333:role/team/Dev"),
            ("prod/team/Dev", "111122223333:role/team/Dev"),
            ("prod/*", "111122223333:role/Dev"),
            ("prod/D?v", "111122223333:role/Dev"),
        ] {
            assert!(means(pattern, role), "{pattern} {role}");
        }
        for (pattern, role) in [
            ("prod/Dev", "444455556666:role/Dev"),
            ("Prod/Dev", "111122223333:role/Dev"),
            ("pro*/Dev", "111122223333:role/Dev"),
            ("prod", "111122223333:role/Dev"),
            ("prod/Ops", "111122223333:role/Dev"),
            ("arn:aws:iam::111122223333:role/Dev", "111122223333:role/Dev"),
        ] {
            assert!(!means(pattern, role), "{pattern} {role}");
        }
    }
}
