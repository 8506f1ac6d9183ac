//! `console`: temporary credentials to the address that signs a browser in to the AWS console.

use super::credentials::Credentials;
use super::{Output, endpoint, input_document, still_read};
use crate::arn::Partition;
use crate::browser;
use crate::cli::{Console, Opening};
use crate::context::Context;
use crate::document::{Carry, Document, HIDDEN};
use crate::duration;
use crate::error::{Error, Kind, printable};
use crate::http::is_allowed;
use crate::signin::{self, Session, Site};
use crate::store;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Map;
use url::Url;
use zeroize::Zeroizing;

/// The page that `--open` hands to a browser, in the folder of what a login got.
const PAGE: &str = "console.html";

/// Asks AWS's sign-in for a token. What is printed is the document that it answers with, and beside its `SigninToken` the address made with it,
/// `SigninUrl`: a script that has the token would have to make just that.
///
/// # Errors
/// `wrong_document` for anything but temporary credentials; `session_expired`, `authentication_failed` for those that the sign-in does not take;
/// `config` for a partition, destination or browser that there is not.
pub async fn run(arguments: &Console, context: &Context<'_>) -> Result<Output, Error> {
    let duration = arguments.duration.as_deref().map(duration).transpose()?;
    let document = input_document(context)?;
    let mut carry = document.carry()?;
    let credentials = Credentials::read(&document)?;
    let Some(session_token) = &credentials.session_token else {
        return Err(super::wrong_document(
            "stdin holds the long-term keys of a user, and they open no console",
            "take a role with assume-role first",
        ));
    };
    let place = Place::choose(arguments, context, &document, &mut carry).await?;
    still_read(context)?;
    let session = Session {
        access_key_id: &credentials.access_key_id,
        secret_access_key: &credentials.secret_access_key,
        session_token,
    };
    let token = match signin::signin_token(context.http, &place.site, session, duration).await {
        // Credentials of a chain of roles get no session of a length that is asked for, and it is refused like all else.
        Err(error) if error.kind() == Some(Kind::AuthenticationFailed) && duration.is_some() => {
            (context.warn)(
                "AWS gives these credentials no session of that length, perhaps; asking for theirs",
            );
            signin::signin_token(context.http, &place.site, session, None).await
        }
        result => result,
    };
    let token = token.map_err(|error| explained(error, &credentials, context))?;
    let org = carry.setting("org").map(str::to_owned);
    let issuer = arguments.issuer.as_deref().or(org.as_deref());
    let url = signin::login_url(&place.site, &token, &place.destination, issuer);
    if let Some(opening) = arguments.open {
        open(opening, context, &url)?;
    }
    if arguments.url {
        let plain = SecretString::from(format!("{}\n", url.expose_secret()));
        return Ok(Output::Text { plain, masked: format!("{HIDDEN}\n") });
    }
    carry.set_cookies(std::iter::empty());
    if let Some(region) = &place.region {
        carry.set("region", region);
    }
    let members = [("SigninToken", &token), ("SigninUrl", &url)];
    let members = members.map(|(name, value)| (name.to_owned(), value.expose_secret().into()));
    Ok(Output::Document(carry.beside(Map::from_iter(members))))
}

/// Whom to ask, and where to end.
struct Place {
    site: Site,
    destination: Url,
    /// The region, if somebody chose one of the credentials' partition.
    region: Option<String>,
}

impl Place {
    async fn choose(
        arguments: &Console,
        context: &Context<'_>,
        document: &Document,
        carry: &mut Carry,
    ) -> Result<Place, Error> {
        let profile = context.profile(carry)?;
        let settings = super::aws(context, &arguments.region, carry, &profile).await?;
        let arn = document.members().get("AssumedRoleUser").and_then(|user| user.get("Arn"));
        let partition = arn.and_then(|arn| arn.as_str()).and_then(Partition::from_arn);
        let choice = settings.region_for(partition.as_ref())?;
        if choice.warning.is_some() {
            let of = partition.as_ref().map_or("", Partition::name);
            let region = settings.region().unwrap_or_default();
            (context.warn)(&format!("region {region} is not in {}; it does not count", printable(of)));
        }
        // Without a choice AWS's own default counts, which is the region that the person last looked at.
        let region = settings.region().filter(|region| *region == choice.name).map(str::to_owned);
        let partition = partition.unwrap_or_else(|| Partition::from_region(&choice.name));
        let site = match endpoint::of(context, "AWS_ENDPOINT_URL_SIGNIN")? {
            Some(base) => Site::at(base),
            None => Site::of(&partition, region.as_deref()).ok_or_else(|| unknown(&partition))?,
        };
        let destination = match arguments.destination.as_deref() {
            Some(text) if text.contains(':') => address(text)?,
            service => {
                service.map(check_service).transpose()?;
                signin::console(&partition, region.as_deref(), service).ok_or_else(|| unknown(&partition))?
            }
        };
        Ok(Place { site, destination, region })
    }
}

fn address(text: &str) -> Result<Url, Error> {
    let url = Url::parse(text).ok().filter(|url| url.scheme() == "https" && is_allowed(url));
    url.ok_or_else(|| no_destination(text))
}

/// A service's name is a part of a path.
fn check_service(text: &str) -> Result<(), Error> {
    let is_name =
        !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if is_name { Ok(()) } else { Err(no_destination(text)) }
}

fn no_destination(text: &str) -> Error {
    let wanted = "an https URL of the console, or a service as its URLs have it: s3, ec2, cloudwatch";
    unusable("--destination", text, wanted)
}

fn unusable(flag: &str, text: &str, wanted: &str) -> Error {
    Error::new(Kind::Usage, format!("{flag} '{}' is not usable", printable(text)), format!("give {wanted}"))
}

fn unknown(partition: &Partition) -> Error {
    Error::new(
        Kind::Config,
        format!("the console of the partition {} has no known address", printable(partition.name())),
        "give --destination, and for the sign-in AWS_ENDPOINT_URL_SIGNIN",
    )
}

fn duration(text: &str) -> Result<u32, Error> {
    // No assertion is here to say anything.
    let seconds = duration::parse(text, None).filter(|_| text != "assertion");
    seconds.ok_or_else(|| unusable("--duration", text, "15m to 12h, 900 to 43200 seconds, or max"))
}

/// The sign-in does not say what it has against credentials. That they have ended can be seen.
fn explained(error: Error, credentials: &Credentials, context: &Context<'_>) -> Error {
    let is_over = credentials.expiration.is_some_and(|end| end <= context.clock.now());
    match error.kind() {
        Some(Kind::AuthenticationFailed) if is_over => {
            Error::new(Kind::SessionExpired, "the credentials have expired", "log in again")
        }
        _ => error,
    }
}

fn open(opening: Opening, context: &Context<'_>, url: &SecretString) -> Result<(), Error> {
    let variable = context.environment.text("BROWSER");
    let is_wsl = context.environment.text("WSL_DISTRO_NAME").is_some();
    if opening == Opening::Address {
        return browser::open(url.expose_secret(), variable, is_wsl);
    }
    let folder = store::state(|name| context.environment.path(name)).ok_or_else(|| {
        Error::new(
            Kind::Config,
            "there is no folder for the page that leads a browser to the console",
            "set HOME or XDG_RUNTIME_DIR, or give --open=address",
        )
    })?;
    let page = store::hand_over(&folder, PAGE, &page(url))?;
    browser::open(&page.display().to_string(), variable, is_wsl)
}

/// A page that leads on at once. The address holds nothing that has a meaning in HTML but `&`, since it is encoded as a query.
fn page(url: &SecretString) -> Zeroizing<String> {
    let url = Zeroizing::new(url.expose_secret().replace('&', "&amp;"));
    Zeroizing::new(format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta http-equiv=\"refresh\" content=\"0; url={}\">\n\
         <title>AWS console</title></head><body><a href=\"{}\">On to the AWS console</a></body></html>\n",
        url.as_str(),
        url.as_str()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_leads_to_the_address_and_to_nothing_else() {
        let url = "https://signin.aws.amazon.com/federation?Action=login&SigninToken=a%22%3Cb";
        let page = page(&SecretString::from(url));
        let html = scraper::Html::parse_document(&page);
        let link = scraper::Selector::parse("a").unwrap();
        let links: Vec<_> = html.select(&link).map(|link| link.attr("href").unwrap()).collect();
        assert_eq!(links, [url]);
        let meta = scraper::Selector::parse("meta[http-equiv]").unwrap();
        let target = html.select(&meta).next().unwrap().attr("content").unwrap().to_owned();
        assert_eq!(target, format!("0; url={url}"));
    }

    #[test]
    fn a_destination_is_an_address_or_a_service() {
        for text in ["https://console.aws.amazon.com/s3", "https://eu-west-1.console.aws.amazon.com/x?y=z#w"]
        {
            assert_eq!(address(text).unwrap().as_str(), text);
        }
        for text in [
            "http://console.aws.amazon.com/",
            "javascript:alert(1)",
            "https://u:p@x.example/",
            "file:///x",
            "a:b",
        ] {
            assert_eq!(address(text).unwrap_err().kind(), Some(Kind::Usage), "{text}");
        }
        assert!(check_service("s3").is_ok() && check_service("aws-x").is_ok());
        for text in ["", "../x", "S3", "a b", "a/b"] {
            assert!(check_service(text).is_err(), "{text}");
        }
    }
}
