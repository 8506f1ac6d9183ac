//! AWS IAM, the one call that clients make of it beside a login: ListAccountAliases, of the query protocol of version 2010-05-08.

use super::identity::caller;
use super::{Refusal, escaped};
use crate::exchange::Asked;
use crate::server::Shared;
use crate::users::alias;

pub(super) const NAME_SPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";
pub(super) const VERSION: &str = "2010-05-08";

/// The role whose policies do not allow it. IAM allows nothing by itself; all others here are taken for administrators.
const FORBIDDEN: &str = "arn:aws:iam::111122223333:role/Ops";

/// The result's members, as XML.
pub(super) fn list_account_aliases(shared: &Shared, asked: &Asked) -> Result<String, Refusal> {
    let key = caller(shared, asked, "iam")?;
    if key.session.as_ref().is_some_and(|session| session.role == FORBIDDEN) {
        let message = format!(
            "User: {} is not authorized to perform: iam:ListAccountAliases on resource: * because no identity-based policy allows the iam:ListAccountAliases action",
            key.arn
        );
        return Err(Refusal::new(403, "AccessDenied", message));
    }
    let member = alias(&key.account).map(|alias| format!("<member>{}</member>", escaped(alias)));
    Ok(format!(
        "<IsTruncated>false</IsTruncated><AccountAliases>{}</AccountAliases>",
        member.unwrap_or_default()
    ))
}
