//! What is asked, and what is answered.

use crate::error::{Error, Kind};
use crate::secret::{ExposeSecret, SecretString};
use ::http::header::{
    ACCEPT, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName, HeaderValue, LOCATION, SET_COOKIE,
};
use serde_json::Value;
use std::fmt;
use url::Url;
use zeroize::Zeroizing;

/// The methods that Okta's steps need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the methods of RFC 9110")]
pub enum Method {
    Get,
    Post,
    Delete,
}

/// One request. Its `Debug` shows method and place, no query, header or body.
pub struct Request {
    method: Method,
    url: Url,
    headers: Vec<(HeaderName, SecretString)>,
    body: Option<Body>,
}

struct Body {
    content_type: &'static str,
    bytes: Zeroizing<Vec<u8>>,
}

impl Request {
    /// A GET.
    pub fn get(url: Url) -> Request {
        Request { method: Method::Get, url, headers: Vec::new(), body: None }
    }

    /// A DELETE.
    pub fn delete(url: Url) -> Request {
        Request { method: Method::Delete, ..Request::get(url) }
    }

    /// A POST of bytes. `bytes` is wiped after sending; of what the layers below copy, wiping is beyond us.
    pub fn post(url: Url, content_type: &'static str, bytes: impl Into<Zeroizing<Vec<u8>>>) -> Request {
        let body = Some(Body { content_type, bytes: bytes.into() });
        Request { method: Method::Post, body, ..Request::get(url) }
    }

    /// A POST of a JSON document that asks for JSON back.
    pub fn post_json(url: Url, document: &Value) -> Request {
        let bytes = document.to_string().into_bytes();
        Request::post(url, "application/json", bytes).accept("application/json")
    }

    /// A POST of a form, as a browser sends it.
    pub fn post_form(url: Url, fields: &[(&str, &str)]) -> Request {
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Request::post(url, "application/x-www-form-urlencoded", text.into_bytes())
    }

    /// Asks for a media type.
    #[must_use]
    pub fn accept(self, media_type: &str) -> Request {
        self.header(ACCEPT, media_type)
    }

    /// Adds a header; one of the same name is replaced.
    #[must_use]
    pub fn header(self, name: HeaderName, value: &str) -> Request {
        self.secret_header(name, SecretString::from(value))
    }

    /// Adds a header with a secret in it; one of the same name is replaced.
    #[must_use]
    pub fn secret_header(mut self, name: HeaderName, value: SecretString) -> Request {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value));
        self
    }

    /// The Cookie header, whole: `name=value; name=value`.
    #[must_use]
    pub fn cookies(self, value: SecretString) -> Request {
        self.secret_header(COOKIE, value)
    }

    /// Where it goes.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// What it does there.
    pub fn method(&self) -> Method {
        self.method
    }

    pub(super) fn into_reqwest(mut self) -> Result<reqwest::Request, Error> {
        let method = match self.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut request = reqwest::Request::new(method, self.url);
        for (name, value) in self.headers {
            let mut value =
                HeaderValue::from_str(value.expose_secret()).map_err(|_| unsendable(name.as_str()))?;
            // Every value: marking too many costs nothing, and one forgotten shows up in somebody's trace.
            value.set_sensitive(true);
            request.headers_mut().insert(name, value);
        }
        if let Some(body) = &mut self.body {
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(body.content_type));
            *request.body_mut() = Some(body.bytes.to_vec().into());
        }
        Ok(request)
    }
}

/// A value with a line break would be a second header (response splitting's elder brother), so it is refused, not cleaned.
fn unsendable(name: &str) -> Error {
    Error::new(
        Kind::WrongDocument,
        format!("the value for the {name} header holds characters that no header may hold"),
        "check where that value came from: the service did not issue it so",
    )
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({:?} {})", self.method, super::url::place(&self.url))
    }
}

/// An answer of any status, read whole. Its `Debug` shows status, place and size.
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The header lines.
    pub headers: HeaderMap,
    /// The body, at most [`super::BODY_LIMIT`] bytes; wiped when dropped.
    pub body: Zeroizing<Vec<u8>>,
    /// The URL that answered: always the one that was asked, for redirects are not followed.
    pub url: Url,
}

impl Response {
    /// A header's value (the first one), if it is there and readable as text.
    pub fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Where a redirect points, resolved against [`Response::url`]. `None` for other answers, for no or an unreadable
    /// Location, and for two different ones: nobody can say which is meant.
    pub fn redirect(&self) -> Option<Url> {
        if !matches!(self.status, 301 | 302 | 303 | 307 | 308) {
            return None;
        }
        let mut targets = self.headers.get_all(LOCATION).iter();
        let target = targets.next()?;
        if targets.any(|other| other != target) || target.is_empty() {
            return None;
        }
        self.url.join(target.to_str().ok()?).ok()
    }

    /// The Set-Cookie lines, in order, without those that are no ASCII text.
    pub fn set_cookies(&self) -> impl Iterator<Item = &str> {
        self.headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok())
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Response({} from {}, {} bytes)",
            self.status,
            super::url::place(&self.url),
            self.body.len()
        )
    }
}
