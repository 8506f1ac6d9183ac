//! What is kept of a person's logins: the Okta session, the app's form, credentials. Each until it ends.

use super::whose::named;
use crate::assertion;
use crate::context::Context;
use crate::document::{Document, RESERVED};
use crate::store::{Cache, Entry, Item, Owner};
use crate::time;
use serde_json::Value;
use std::cell::Cell;

/// An assertion that ends within so many seconds may be refused when it arrives.
const MARGIN: i64 = 30;

/// The cache, and whose part of it.
pub(super) struct Kept<'c, 'w> {
    context: &'c Context<'w>,
    pub(super) cache: Cache,
    pub(super) owner: Owner,
    /// A full disk fails for session, form and credentials alike, and is one thing to know.
    is_told: Cell<bool>,
}

impl<'c, 'w> Kept<'c, 'w> {
    pub(super) fn new(context: &'c Context<'w>, cache: Cache, owner: Owner) -> Self {
        Kept { context, cache, owner, is_told: Cell::new(false) }
    }

    /// The credentials of the role that was asked for, in the name of the profile that asks now.
    pub(super) fn credentials(&self) -> Option<Entry> {
        let mut entry = self.cache.get(Item::Credentials, &self.owner, self.context.clock.now())?;
        if let Some((name, _)) = self.context.profiles.named() {
            let mut carry = entry.document.carry().ok()?;
            carry.set("profile", name);
            entry.document = carry.beside(entry.document.into_members());
        }
        Some(entry)
    }

    pub(super) fn form(&self) -> Option<Document> {
        let until = self.context.clock.now() + MARGIN;
        self.cache.get(Item::Assertion, &self.owner.assertion(), until).map(|entry| entry.document)
    }

    pub(super) fn session(&self) -> Option<Document> {
        let entry = self.cache.get(Item::Session, &self.owner.session(), self.context.clock.now());
        entry.map(|entry| entry.document)
    }

    /// Okta ended it before its time: an administrator may, and idle ones end early.
    pub(super) fn forget_session(&self) {
        self.cache.remove(Item::Session, &self.owner.session());
    }

    pub(super) fn keep_session(&self, session: &Document) {
        let until = session.text("expiresAt").and_then(time::parse);
        self.keep(Item::Session, &self.owner.session(), session, until);
    }

    pub(super) fn keep_form(&self, form: &Document) {
        let encoded = form.text("SAMLResponse").and_then(|text| assertion::decode(text).ok());
        let assertion = encoded.and_then(|encoded| assertion::parse(encoded.xml()).ok());
        let until = assertion.and_then(|assertion| assertion.not_on_or_after?.epoch);
        self.keep(Item::Assertion, &self.owner.assertion(), form, until);
    }

    /// As what the flags and the profile ask for.
    pub(super) fn keep_credentials(&self, document: &Document) {
        self.keep_credentials_of(&self.owner, document);
    }

    /// As those of the very role that they are of.
    pub(super) fn keep_named(&self, document: &Document) {
        if let Some(owner) = named(&self.owner, document) {
            self.keep_credentials_of(&owner, document);
        }
    }

    fn keep_credentials_of(&self, owner: &Owner, document: &Document) {
        let credentials = document.members().get("Credentials");
        let until = credentials.and_then(|members| time::parse(members.get("Expiration")?.as_str()?));
        self.keep(Item::Credentials, owner, document, until);
    }

    /// What says nothing of its end is not kept.
    fn keep(&self, item: Item, owner: &Owner, document: &Document, until: Option<i64>) {
        let since = self.context.clock.now();
        let Some(until) = until.filter(|until| *until > since) else { return };
        match self.cache.put(item, owner, &Entry { document: without_profile(document), since, until }) {
            Ok(false) => {}
            Ok(true) => (self.context.warn)(&format!(
                "the kernel's keyring cannot be used, so the key of what is kept lies in a file: {}/key",
                self.cache.path().display()
            )),
            Err(error) => {
                if !self.is_told.replace(true) {
                    (self.context.warn)(&format!("what was got is not kept: {error}"));
                }
            }
        }
    }
}

/// What is kept is a person's, by whichever profile it was asked for: the next login may name another, or none.
fn without_profile(document: &Document) -> Document {
    let mut members = document.members().clone();
    if let Some(Value::Object(reserved)) = members.get_mut(RESERVED) {
        reserved.remove("profile");
    }
    members.into()
}
