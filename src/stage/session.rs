//! `session`: a transaction's one-time session token to an Okta session.

use super::{Output, Shape, input_document, misplaced, settle_org, still_read, wrong_document};
use crate::cli::Session;
use crate::context::Context;
use crate::error::Error;
use crate::okta::{Jar, Okta};
use crate::transaction::Transaction;

/// Makes a session: `POST /api/v1/sessions`. Its `id` is the value of the cookie `sid`.
///
/// # Errors
/// `wrong_document` for anything but a transaction with a session token; `session_expired` for a spent token.
pub async fn run(arguments: &Session, context: &Context<'_>) -> Result<Output, Error> {
    let document = input_document(context)?;
    let mut carry = document.carry()?;
    if Shape::of(&document) != Shape::Transaction {
        return Err(misplaced(&document));
    }
    let profile = context.profile(&mut carry)?;
    let transaction = Transaction::read(document.members());
    let Some(token) = document.secret("sessionToken") else {
        return Err(match transaction {
            Some(transaction) if transaction.status == "SUCCESS" => wrong_document(
                "the transaction has no sessionToken",
                "that of an app's further verification has none: saml-fetch takes it",
            ),
            _ => misplaced(&document),
        });
    };
    let links = transaction.map(|transaction| transaction.links()).unwrap_or_default();
    let org = settle_org(context, arguments.org.org.as_deref(), &carry, &links, &profile)?;
    still_read(context)?;
    let okta = Okta::new(context.http, org, Jar::new(carry.cookies()));
    let session = okta.session(&token).await?;
    carry.set("org", &okta.org().origin());
    carry.set_cookies(okta.into_jar().pairs());
    Ok(Output::Document(carry.beside(session)))
}
