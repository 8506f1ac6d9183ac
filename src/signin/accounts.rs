//! The names of accounts, from the page on which people choose a role.
//!
//! To get it, the live assertion is posted to AWS's sign-in, as a browser would. So it goes to AWS's own hosts only, whatever the assertion says of its
//! destination; no redirect is followed, for one would open a session of the console; and nobody waits for long.

use super::hosts::is_signin;
use crate::alias::{self, Account, AccountPage};
use crate::error::{Error, Kind};
use crate::http::{Http, Request};
use std::time::Duration;
use url::Url;

/// How long the page may take. It is decoration, and somebody waits for the login.
const PATIENCE: Duration = Duration::from_secs(5);

/// Where a response may be posted to: an address of AWS's sign-in for SAML, as `Destination` or `Recipient` name one. `None` for any other.
pub fn saml_address(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_bare = url.scheme() == "https"
        && url.username().is_empty()
        && url.password().is_none()
        && url.port().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    // A provider of its own has `/saml/acs/SAMLSP…`.
    let is_saml = url.path() == "/saml" || url.path().starts_with("/saml/acs/");
    (is_bare && is_saml && url.host_str().is_some_and(is_signin)).then_some(url)
}

/// Posts an assertion (base64) for the list of its accounts.
///
/// # Errors
/// Those of [`Http::send`] and of [`alias::read`]; `timeout`; `protocol` for every page that lists none.
pub async fn accounts(http: &Http, address: Url, assertion: &str) -> Result<Vec<Account>, Error> {
    let request = Request::post_form(address, &[("SAMLResponse", assertion), ("RelayState", "")]);
    let response = match tokio::time::timeout(PATIENCE, http.send(request.accept("text/html"))).await {
        Ok(response) => response?,
        Err(_) => return Err(Error::new(Kind::Timeout, "AWS's sign-in page takes too long", "try it later")),
    };
    let why = match response.status {
        // An error has no status of its own that is known.
        200 | 400..=499 => match alias::read(&response.body)? {
            AccountPage::Accounts(accounts) if response.status == 200 => return Ok(accounts),
            AccountPage::Accounts(_) | AccountPage::Unknown => "it is not the page that was expected",
            AccountPage::Interstitial => "it is a script that only a browser can run",
            AccountPage::Refused => "AWS says that the assertion is invalid",
        },
        300..=399 => "it leads on to the console, since one role alone can be used",
        _ => "the sign-in is ill",
    };
    Err(Error::new(
        Kind::Protocol,
        format!("AWS's sign-in page lists no accounts: {why} (status {})", response.status),
        "name accounts in the table aliases of the file of profiles",
    ))
}
