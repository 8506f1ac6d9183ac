//! `caller-identity`: whom credentials belong to, by STS GetCallerIdentity, signed with these credentials and no others.

use super::credentials::Credentials;
use super::{Output, input_document};
use crate::arn::Partition;
use crate::cli::CallerIdentity;
use crate::context::Context;
use crate::document::Document;
use crate::error::Error;
use crate::sts;

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
    let answer =
        sts::caller_identity(context.http.connector(), &settings, &credentials, partition.as_ref()).await?;
    Ok(Output::Document(carry.beside(answer)))
}

/// The partition of the assumed role, where the document says it.
fn partition(document: &Document) -> Option<Partition> {
    let arn = document.members().get("AssumedRoleUser")?.get("Arn")?.as_str()?;
    Partition::from_arn(arn)
}
