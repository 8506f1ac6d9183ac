//! The one call of AWS IAM: how the account is called whose credentials these are.
//!
//! ListAccountAliases, of IAM's query protocol of version 2010-05-08. An account has one alias at most, so the list has no second page.

use crate::alias::is_alias;
use crate::arn::Partition;
use crate::error::{Error, Kind, printable};
use crate::http::{Http, Request};
use crate::secret::{ExposeSecret, SecretString};
use crate::xml::{self, Element};
use ::http::HeaderName;
use aws_sdk_sts::config::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningParams, SigningSettings, sign};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::identity::Identity;
use std::time::{Duration, SystemTime};
use url::Url;

/// How long IAM may take: it is decoration.
const PATIENCE: Duration = Duration::from_secs(5);
/// The longest answer, in bytes.
const LIMIT: usize = 64 << 10;
const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";
const CALL: &str = "Action=ListAccountAliases&Version=2010-05-08";

/// Partition, IAM's address in it, and the region that its requests are signed for: IAM has one place in each.
const PLACES: [(&str, &str, &str); 4] = [
    ("aws", "https://iam.amazonaws.com/", "us-east-1"),
    ("aws-cn", "https://iam.cn-north-1.amazonaws.com.cn/", "cn-north-1"),
    ("aws-us-gov", "https://iam.us-gov.amazonaws.com/", "us-gov-west-1"),
    ("aws-eusc", "https://iam.eusc-de-east-1.amazonaws.eu/", "eusc-de-east-1"),
];

/// Keys to sign with.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    /// Not a secret.
    pub access_key_id: &'a str,
    /// A secret.
    pub secret_access_key: &'a SecretString,
    /// A secret, absent in long-lived keys.
    pub session_token: Option<&'a SecretString>,
}

/// The alias of the keys' account; `None` if it has none. `endpoint` is another address than AWS's own, `now` the time by which the call is signed, in
/// seconds since 1970.
///
/// # Errors
/// Those of [`Http::send`]; `timeout`; `config` for a partition whose IAM has no known address; `role_denied` and `protocol` for other answers.
pub async fn account_alias(
    http: &Http,
    endpoint: Option<Url>,
    keys: Keys<'_>,
    partition: &Partition,
    now: i64,
) -> Result<Option<String>, Error> {
    let place = PLACES.iter().find(|(name, _, _)| *name == partition.name());
    let own = || place.and_then(|(_, address, _)| Url::parse(address).ok());
    let (Some(url), Some((_, _, region))) = (endpoint.or_else(own), place) else {
        return Err(Error::new(
            Kind::Config,
            format!("IAM of the partition {} has no known address", printable(partition.name())),
            "name the account in the table aliases of the file of profiles",
        ));
    };
    let request = signed(url, keys, region, now)?;
    let response = match tokio::time::timeout(PATIENCE, http.send(request)).await {
        Ok(response) => response?,
        Err(_) => return Err(Error::new(Kind::Timeout, "IAM takes too long", "try it later")),
    };
    match response.status {
        200 => xml::read(response.body.trim_ascii(), LIMIT)
            .ok()
            .and_then(|root| alias(&root))
            .ok_or_else(|| failed("IAM answered with something else than a list of aliases")),
        403 => Err(Error::new(
            Kind::RoleDenied,
            "iam:ListAccountAliases is not allowed",
            "have it allowed to the role, or name the account in the file of profiles",
        )),
        status => Err(failed(&format!("IAM answered with status {status}"))),
    }
}

fn failed(message: &str) -> Error {
    Error::new(Kind::Protocol, message, "check AWS_ENDPOINT_URL_IAM and AWS_ENDPOINT_URL")
}

/// The first alias of the list; `Some(None)` for an empty one, `None` for what is no list.
fn alias(root: &Element) -> Option<Option<String>> {
    if root.name != "ListAccountAliasesResponse" {
        return None;
    }
    let list = below(below(root, "ListAccountAliasesResult")?, "AccountAliases")?;
    match list.elements().next() {
        None => Some(None),
        Some(member) => member.value().ok().filter(|text| is_alias(text)).map(Some),
    }
}

fn below<'x>(element: &'x Element, name: &str) -> Option<&'x Element> {
    element.elements().find(|child| child.name == name)
}

fn signed(url: Url, keys: Keys<'_>, region: &str, now: i64) -> Result<Request, Error> {
    let unsigned = |_| Error::new(Kind::Internal, "the call of IAM cannot be signed", "report it");
    let token = keys.session_token.map(|token| token.expose_secret().to_owned());
    let secret = keys.secret_access_key.expose_secret();
    let identity: Identity = Credentials::new(keys.access_key_id, secret, token, None, "oktapipe").into();
    let time =
        u64::try_from(now).ok().and_then(|now| SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(now)));
    let parameters: SigningParams<'_> = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("iam")
        .time(time.unwrap_or(SystemTime::UNIX_EPOCH))
        .settings(SigningSettings::default())
        .build()
        .map_err(|_| Error::new(Kind::Internal, "the call of IAM cannot be signed", "report it"))?
        .into();
    let headers = [("content-type", FORM)];
    let signable =
        SignableRequest::new("POST", url.as_str(), headers.into_iter(), SignableBody::Bytes(CALL.as_bytes()));
    let (instructions, _) = sign(signable.map_err(unsigned)?, &parameters).map_err(unsigned)?.into_parts();
    let request = Request::post(url, FORM, CALL.as_bytes().to_vec());
    instructions.headers().try_fold(request, |request, (name, value)| {
        let name = HeaderName::from_bytes(name.as_bytes());
        let name =
            name.map_err(|_| Error::new(Kind::Internal, "the call of IAM cannot be signed", "report it"))?;
        Ok(request.secret_header(name, SecretString::from(value)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::loopback::{Loopback, answer, client, run};

    fn asked(status: u16, body: &str) -> (Result<Option<String>, Error>, String) {
        let server = Loopback::new(vec![answer(status, "Content-Type: text/xml\r\n", body)]);
        let (secret, token) = (SecretString::from("hunter2/key"), SecretString::from("hunter2/token"));
        let keys = Keys { access_key_id: "ASIA1", secret_access_key: &secret, session_token: Some(&token) };
        let partition = Partition::from_region("eu-west-1");
        let result = run(account_alias(&client(), Some(server.url.clone()), keys, &partition, 1_764_115_200));
        (result, server.requests().concat())
    }

    fn list(members: &str) -> String {
        format!(
            "<ListAccountAliasesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ListAccountAliasesResult>\
             <IsTruncated>false</IsTruncated><AccountAliases>{members}</AccountAliases></ListAccountAliasesResult>\
             <ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></ListAccountAliasesResponse>"
        )
    }

    #[test]
    fn the_alias_is_asked_for_by_a_signed_form() {
        let (alias, request) = asked(200, &list("<member>acme-production</member>"));
        assert_eq!(alias.unwrap().as_deref(), Some("acme-production"));
        assert!(
            request.contains("AWS4-HMAC-SHA256 Credential=ASIA1/20251126/us-east-1/iam/aws4_request"),
            "{request}"
        );
        assert!(
            request.contains("x-amz-security-token: hunter2/token\r\n") && !request.contains("hunter2/key")
        );
        assert!(request.ends_with("\r\n\r\nAction=ListAccountAliases&Version=2010-05-08"), "{request}");
        assert_eq!(asked(200, &list("")).0.unwrap(), None);
    }

    #[test]
    fn what_is_no_list_of_aliases_is_an_error() {
        for (status, body, kind) in [
            (403, list("<member>acme</member>"), Kind::RoleDenied),
            (500, String::new(), Kind::Protocol),
            (302, String::new(), Kind::Protocol),
            (200, String::new(), Kind::Protocol),
            (200, "<html>".to_owned(), Kind::Protocol),
            (200, list("<member>No alias</member>"), Kind::Protocol),
            (200, list("<member>acme<!---->-x</member>"), Kind::Protocol),
            (200, list("").replace("ListAccountAliasesResponse", "Other"), Kind::Protocol),
            (200, list(&" ".repeat(LIMIT)), Kind::Protocol),
        ] {
            let error = asked(status, &body).0.unwrap_err();
            assert_eq!(error.kind(), Some(kind), "{status} {body:.80}");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
