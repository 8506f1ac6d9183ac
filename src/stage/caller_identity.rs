//! `caller-identity`: whom credentials belong to, by STS GetCallerIdentity, signed with these credentials and no others.

use super::aliases::{self, Aliases};
use super::credentials::Credentials;
use super::{Output, endpoint, input_document};
use crate::alias::{Account, Source};
use crate::arn::Partition;
use crate::cli::CallerIdentity;
use crate::context::Context;
use crate::document::Document;
use crate::error::Error;
use crate::iam::{self, Keys};
use crate::sts;
use serde_json::{Map, Value};

/// Asks AWS. Old keys in `~/.aws/credentials` or the environment are never used: after a failed sign-in the published recipe prints
/// their identity, with status 0.
///
/// # Errors
/// `wrong_document` for anything but credentials; `session_expired`, `authentication_failed` for what STS says of them.
pub async fn run(arguments: &CallerIdentity, context: &Context<'_>) -> Result<Output, Error> {
    let document = input_document(context)?;
    let mut carry = document.carry()?;
    let credentials = Credentials::read(&document)?;
    let profile = context.profile(&mut carry)?;
    let settings = super::aws(context, &arguments.region, &carry, &profile).await?;
    let partition = partition(&document);
    if let Some(warning) = settings.region_for(partition.as_ref())?.warning {
        (context.warn)(&warning);
    }
    let credentials = sts::Credentials {
        access_key_id: credentials.access_key_id,
        secret_access_key: credentials.secret_access_key,
        session_token: credentials.session_token,
    };
    let mut answer =
        sts::caller_identity(context.http.connector(), &settings, &credentials, partition.as_ref()).await?;
    if arguments.alias {
        add_alias(context, &credentials, &mut answer).await?;
    }
    Ok(Output::Document(carry.beside(answer)))
}

/// Beside the account its alias: the person's own name for it, else what AWS said lately, else what IAM says now, asked with these credentials. That it
/// says nothing is a warning.
///
/// # Errors
/// `config` for a file of profiles that is faulty, and an endpoint that is no URL.
async fn add_alias(
    context: &Context<'_>,
    credentials: &sts::Credentials,
    answer: &mut Map<String, Value>,
) -> Result<(), Error> {
    let text = |name: &str| answer.get(name).and_then(Value::as_str).map(str::to_owned);
    let (Some(account), Some(arn)) = (text("Account"), text("Arn")) else { return Ok(()) };
    let own = Aliases::of_person(context)?;
    let own = own.of(&account).map(|(alias, _)| (alias.to_owned(), Source::Config));
    let known = || aliases::remembered(context, &account).map(|known| (known.alias, known.source));
    let (alias, source) = match own.map(|(alias, source)| (Some(alias), source)).or_else(known) {
        Some(known) => known,
        None => (asked(context, credentials, &account, &arn).await?, Source::Iam),
    };
    if let Some(alias) = alias {
        answer.insert("AccountAlias".to_owned(), alias.into());
        answer.insert("AccountAliasSource".to_owned(), source.name().into());
    }
    Ok(())
}

async fn asked(
    context: &Context<'_>,
    credentials: &sts::Credentials,
    account: &str,
    arn: &str,
) -> Result<Option<String>, Error> {
    let endpoint = endpoint::of(context, "AWS_ENDPOINT_URL_IAM")?;
    let keys = Keys {
        access_key_id: &credentials.access_key_id,
        secret_access_key: &credentials.secret_access_key,
        session_token: credentials.session_token.as_ref(),
    };
    let partition = Partition::from_arn(arn).unwrap_or_else(|| Partition::from_region(""));
    match iam::account_alias(context.http, endpoint, keys, &partition, context.clock.now()).await {
        Ok(alias) => {
            let found = Account { id: account.to_owned(), alias: alias.clone() };
            aliases::remember(context, vec![found], Source::Iam);
            Ok(alias)
        }
        Err(error) => {
            (context.warn)(&format!("the account's alias is not known: {error}"));
            Ok(None)
        }
    }
}

/// The partition of the assumed role, where the document says it.
fn partition(document: &Document) -> Option<Partition> {
    let arn = document.members().get("AssumedRoleUser")?.get("Arn")?.as_str()?;
    Partition::from_arn(arn)
}
