//! Other addresses for AWS's services, by the rule that AWS's tools have for each: the variable of the service, else the one for all, unless they are to
//! be ignored. (STS's are read by AWS's own library.)

use crate::context::Context;
use crate::error::Error;
use crate::http::base_url;
use url::Url;

/// What `variable` or `AWS_ENDPOINT_URL` names.
///
/// # Errors
/// `config` for what is no base URL.
pub(super) fn of(context: &Context<'_>, variable: &'static str) -> Result<Option<Url>, Error> {
    let value = |name: &'static str| context.environment.text(name).map(|text| (name, text));
    let is_ignored = value("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
        .is_some_and(|(_, text)| text.trim().eq_ignore_ascii_case("true"));
    let found = value(variable).or_else(|| value("AWS_ENDPOINT_URL"));
    let Some((name, text)) = found.filter(|_| !is_ignored) else { return Ok(None) };
    base_url(text).map(Some).map_err(|error| match error {
        Error::Failed(failure) => {
            Error::new(failure.kind, format!("{name}: {}", failure.message), failure.hint)
        }
        other => other,
    })
}
