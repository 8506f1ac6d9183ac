//! One HTTP client for Okta and for AWS: one TLS stack, one trust store, one proxy rule, one timeout rule, one log.
//!
//! The client is deliberately less clever than a browser: it follows no redirect (every hop of a login is looked at before
//! a cookie goes there), sends no Referer (it would carry one-time tokens to the next host), holds no cookie jar, asks
//! for no compression and refuses it unasked (a decompression bomb needs a decompressor), reads at most [`BODY_LIMIT`] of
//! an answer, and tries once. Nothing turns certificate checks off.
//!
//! No message and no log line holds a URL's query, a header or a body.

mod connector;
mod failure;
mod log;
mod proxy;
mod request;
mod tls;
mod url;

pub use connector::Connector;
pub use log::Log;
pub use proxy::Proxies;
pub use request::{Method, Request, Response};
pub use tls::Trust;
pub use url::{base_url, is_allowed};

use crate::error::{Error, Kind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The most of an answer's body that is read. Okta's pages and STS's answers stay far below it.
pub const BODY_LIMIT: usize = 1 << 20;

/// The most that an answer's header lines may weigh together, and how many there may be.
const HEADER_LIMIT: usize = 64 << 10;
const HEADER_COUNT: usize = 256;

/// How long a TCP and TLS connection may take. Part of a request's whole time, which may be shorter.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A request's whole time, connection and body included, where nobody asked for another.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// What the client is made from. Values, not their sources: who reads flags and environment is `context`.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `SSL_CERT_FILE`: with `ssl_cert_dir` it replaces the system's trust store.
    pub ssl_cert_file: Option<PathBuf>,
    /// `SSL_CERT_DIR`: directories, separated by colons as OpenSSL has it.
    pub ssl_cert_dir: Option<PathBuf>,
    /// Files with certificates that are trusted as well, each with the name of the setting it came from (`--ca-file`,
    /// `AWS_CA_BUNDLE`), for messages.
    pub ca_files: Vec<(String, PathBuf)>,
    /// A request's whole time.
    pub timeout: Duration,
    /// The proxy, if any.
    pub proxies: Proxies,
    /// The User-Agent of our own requests. (The AWS SDK writes its own.)
    pub user_agent: String,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            ssl_cert_file: None,
            ssl_cert_dir: None,
            ca_files: Vec::new(),
            timeout: DEFAULT_TIMEOUT,
            proxies: Proxies::default(),
            user_agent: concat!("oktapipe/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

/// The client. Clones share connections, trust store and log.
///
/// Making one costs nothing: files are read, and faults in the settings found, when the first request is sent. So an
/// offline stage pays for no trust store and fails for no broken one.
#[derive(Clone, Debug)]
pub struct Http {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    given: Settings,
    /// What holds: given, and settled or first used.
    settings: OnceLock<Settings>,
    log: Log,
    client: OnceLock<reqwest::Client>,
}

impl Http {
    /// A client with these settings that tells `log` about each request.
    pub fn new(settings: Settings, log: Log) -> Http {
        let (settled, client) = (OnceLock::new(), OnceLock::new());
        Http { shared: Arc::new(Shared { given: settings, settings: settled, log, client }) }
    }

    /// Has what a profile says hold too: a request's whole time, and a file with certificates, with the name of its setting. The profile is known
    /// once the document was read, and that is before the first request. The first call counts, and none does after a request.
    pub fn settle(&self, timeout: Option<Duration>, ca_file: Option<(String, PathBuf)>) {
        self.shared.settings.get_or_init(|| {
            let mut settings = self.shared.given.clone();
            settings.timeout = timeout.unwrap_or(settings.timeout);
            settings.ca_files.extend(ca_file);
            settings
        });
    }

    /// The files whose certificates are trusted, and how many are in each. `SSL_CERT_FILE` and the like have taken their effect.
    pub fn trust(&self) -> Vec<Trust> {
        tls::trust(self.settings())
    }

    /// How messages name the proxy by which a URL is reached, if any.
    pub fn proxy(&self, url: &::url::Url) -> Option<String> {
        self.settings().proxies.name(url)
    }

    fn settings(&self) -> &Settings {
        self.shared.settings.get_or_init(|| self.shared.given.clone())
    }

    /// Sends one request, once, and reads the whole answer, whatever its status.
    ///
    /// # Errors
    /// `network`, `tls`, `timeout`: no answer came. `protocol`: an answer that no HTTP/1.1 client can accept, that is
    /// compressed or longer than [`BODY_LIMIT`]. `config`: a fault in a CA file, proxy or URL. `wrong_document`: a header
    /// value that cannot be sent.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        self.exchange(request.into_reqwest()?).await
    }

    /// This client as the AWS SDK wants it, with the same limits, errors and log.
    pub fn connector(&self) -> Connector {
        Connector::new(self.clone())
    }

    /// The one way to the network, for [`Http::send`] and the [`Connector`].
    async fn exchange(&self, request: reqwest::Request) -> Result<Response, Error> {
        let (method, url) = (request.method().clone(), request.url().clone());
        // Callers check base URLs when they read them, where a message can name the setting. This is the last
        // line of defence, for what a redirect or a document brought.
        if !is_allowed(&url) {
            return Err(url::refused(&url));
        }
        let client = self.client()?.clone();
        let start = Instant::now();
        let result = self.receive(&client, request, url.clone()).await;
        let outcome = match &result {
            Ok(response) => response.status.to_string(),
            Err(error) => error.kind().unwrap_or(Kind::Internal).name().to_owned(),
        };
        self.shared.log.request(method.as_str(), &url, &outcome, start.elapsed());
        result
    }

    async fn receive(
        &self,
        client: &reqwest::Client,
        mut request: reqwest::Request,
        url: ::url::Url,
    ) -> Result<Response, Error> {
        let explain = |error| failure::explain(error, &url, self.settings());
        request
            .headers_mut()
            .insert(reqwest::header::ACCEPT_ENCODING, reqwest::header::HeaderValue::from_static("identity"));
        let mut answer = client.execute(request).await.map_err(explain)?;
        let headers = std::mem::take(answer.headers_mut());
        let status = answer.status().as_u16();
        check_headers(&headers, &url)?;
        // Reserved at once where the length is known: a vector that grows leaves copies behind that nobody wipes.
        let expected =
            answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(16 << 10);
        let mut body = Zeroizing::new(Vec::with_capacity(expected.min(BODY_LIMIT)));
        while let Some(chunk) = answer.chunk().await.map_err(explain)? {
            if chunk.len() > BODY_LIMIT - body.len() {
                return Err(failure::too_large(&url));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, headers, body, url })
    }

    fn client(&self) -> Result<&reqwest::Client, Error> {
        if let Some(client) = self.shared.client.get() {
            return Ok(client);
        }
        let client = build(self.settings())?;
        Ok(self.shared.client.get_or_init(|| client))
    }
}

fn build(settings: &Settings) -> Result<reqwest::Client, Error> {
    // Port 0 stands for the URL's own.
    let loopback =
        [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)].map(|ip| SocketAddr::new(ip, 0));
    let mut builder = reqwest::Client::builder()
        .tls_backend_preconfigured(tls::client_config(settings)?)
        .user_agent(&settings.user_agent)
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        // `localhost` may be plain http, so a resolver must not be able to say that it is somewhere else.
        .resolve_to_addrs("localhost", &loopback)
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(settings.timeout)
        .http1_max_headers(HEADER_COUNT)
        // reqwest would read the proxy variables by itself, and skip a malformed one in silence.
        .no_proxy();
    if let Some(proxy) = settings.proxies.to_reqwest()? {
        builder = builder.proxy(proxy);
    }
    builder.build().map_err(|error| {
        Error::new(
            Kind::Config,
            format!("cannot set up the HTTP client: {}", crate::error::printable(&error.to_string())),
            "check the proxy and certificate settings",
        )
    })
}

fn check_headers(headers: &::http::HeaderMap, url: &::url::Url) -> Result<(), Error> {
    let size: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > HEADER_LIMIT {
        return Err(failure::too_large(url));
    }
    let encoded = headers
        .get_all(::http::header::CONTENT_ENCODING)
        .iter()
        .any(|value| !value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"identity") && !value.is_empty());
    if encoded { Err(failure::compressed(url)) } else { Ok(()) }
}

#[cfg(test)]
pub(crate) mod loopback;
#[cfg(test)]
mod tests;
