//! The name of a profile, made of what the credentials tell about their role.

use crate::arn::{self, Partition};
use crate::document::Document;
use crate::error::{Error, Kind, printable};
use crate::ini::is_profile_name;
use crate::stage::wrong_document;
use serde_json::Value;

const PLACES: &str = "{account}, {role}, {session}, {partition} and {alias}";

/// Whose credentials a document holds, as far as it tells.
#[derive(Debug, Default)]
pub(super) struct Holder {
    /// The ARN of the role's session.
    pub(super) arn: Option<String>,
    pub(super) account: Option<String>,
    pub(super) role: Option<String>,
    partition: Option<String>,
    session: Option<String>,
    alias: Option<String>,
}

impl Holder {
    /// By `AssumedRoleUser` as STS has it, else by `AccountId` as a credential_process may have it. STS's ARN holds no path. An alias is there only if
    /// somebody put it there: `AccountAlias`.
    pub(super) fn of(document: &Document) -> Holder {
        let user = document.members().get("AssumedRoleUser").and_then(|user| user.get("Arn"));
        let arn = user.and_then(Value::as_str);
        let role = arn.and_then(|arn| Some((arn, arn::assumed_role(arn)?)));
        let alias = document.text("AccountAlias").filter(|alias| !alias.is_empty()).map(str::to_owned);
        match role {
            Some((arn, role)) => {
                let (account, name) = role.split_once('/').unwrap_or_default();
                Holder {
                    account: Some(account.to_owned()),
                    role: Some(name.to_owned()),
                    partition: Partition::from_arn(arn).map(|partition| partition.name().to_owned()),
                    session: arn.rsplit('/').next().map(str::to_owned),
                    // Every profile can carry it, but for what is no ARN of AWS's.
                    arn: crate::ini::is_value(arn).then(|| arn.to_owned()),
                    alias,
                }
            }
            None => {
                Holder { account: document.text("AccountId").map(str::to_owned), alias, ..Holder::default() }
            }
        }
    }

    /// Fills in the alias, if the document has none.
    pub(super) fn look_up(&mut self, alias: impl FnOnce(&str) -> Option<String>) {
        if self.alias.is_none() {
            self.alias = self.account.as_deref().and_then(alias);
        }
    }

    /// For a message.
    pub(super) fn shown(&self) -> String {
        match (&self.account, &self.role) {
            (Some(account), Some(role)) => printable(&format!("{account}/{role}")),
            _ => "credentials of a role that they do not tell".to_owned(),
        }
    }
}

/// A name with places in it.
#[derive(Debug)]
pub(super) struct Template<'t> {
    text: &'t str,
    /// Text, and the place behind it.
    parts: Vec<(&'t str, Option<Place>)>,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Account,
    Role,
    Session,
    Partition,
    Alias,
}

impl Place {
    fn named(name: &str) -> Option<Place> {
        Some(match name {
            "account" => Place::Account,
            "role" => Place::Role,
            "session" => Place::Session,
            "partition" => Place::Partition,
            "alias" => Place::Alias,
            _ => return None,
        })
    }

    fn of(self, holder: &Holder) -> Option<&str> {
        match self {
            Place::Account => holder.account.as_deref(),
            Place::Role => holder.role.as_deref(),
            Place::Session => holder.session.as_deref(),
            Place::Partition => holder.partition.as_deref(),
            Place::Alias => holder.alias.as_deref(),
        }
    }

    const fn missing(self) -> &'static str {
        match self {
            Place::Account => "the credentials do not tell their account",
            Place::Alias => "the account has no alias that is known",
            Place::Role | Place::Session | Place::Partition => "the credentials do not tell their role",
        }
    }
}

impl<'t> Template<'t> {
    /// Reads `{account}-{role}` and the like.
    ///
    /// # Errors
    /// `usage` for a place that there is not, and for text that no profile's name may have in it.
    pub(super) fn parse(text: &'t str) -> Result<Template<'t>, Error> {
        let usage = |message: String| {
            Error::new(Kind::Usage, message, format!("--name takes letters, digits, _./%@:+- and {PLACES}"))
        };
        let (mut parts, mut rest) = (Vec::new(), text);
        while let Some((before, behind)) = rest.split_once('{') {
            let found = behind.split_once('}').and_then(|(name, behind)| Some((Place::named(name)?, behind)));
            let Some((place, behind)) = found else {
                return Err(usage(format!("--name {} has a place that there is not", printable(text))));
            };
            parts.push((before, Some(place)));
            rest = behind;
        }
        parts.push((rest, None));
        // As a name would be, were every place a letter.
        let sample: String =
            parts.iter().map(|(text, place)| format!("{text}{}", place.map_or("", |_| "x"))).collect();
        if !is_profile_name(&sample) {
            return Err(usage(format!("{} cannot be the name of a profile", printable(text))));
        }
        Ok(Template { text, parts })
    }

    /// Whether the name has an alias in it.
    pub(super) fn asks_for_alias(&self) -> bool {
        self.parts.iter().any(|(_, place)| matches!(place, Some(Place::Alias)))
    }

    /// The name for one role's credentials.
    ///
    /// # Errors
    /// `wrong_document` if the credentials do not tell what a place asks for, or tell something that no profile's name may hold.
    pub(super) fn name(&self, holder: &Holder) -> Result<String, Error> {
        let mut name = String::new();
        for (text, place) in &self.parts {
            name.push_str(text);
            if let Some(place) = place {
                name.push_str(place.of(holder).ok_or_else(|| {
                    wrong_document(
                        place.missing(),
                        &format!("give a --name without that place, not {}", self.text),
                    )
                })?);
            }
        }
        // Named `default` by a role, it would take the place of everybody's default profile.
        if !is_profile_name(&name) || (name == "default" && self.text != "default") {
            return Err(wrong_document(
                &format!(
                    "{} cannot be the name of a profile, for not all of AWS's tools would find it",
                    printable(&name)
                ),
                "give another --name for these credentials; nothing was written",
            ));
        }
        Ok(name)
    }
}
