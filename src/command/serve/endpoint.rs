//! The endpoint itself: one path, one method, one token, on 127.0.0.1, in a thread of its own, so that it answers while a person is asked.
//!
//! Programs of other users on this machine can reach it, and pages in a browser. The first lack the token; the second cannot send it without being asked
//! before (it is no header that pages may send), and their Host is checked as well, against names that were made to lead to 127.0.0.1.

use crate::error::{Error, Kind};
use crate::secret::{ExposeSecret, SecretString};
use crate::time::{Clock, SystemClock};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, Request, Response, StatusCode, header};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use ring::rand::{SecureRandom, SystemRandom};
use std::convert::Infallible;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;
use subtle::ConstantTimeEq;

/// How many connections are held at once; more are closed unheard.
const CONNECTIONS: usize = 32;
/// How long a request may take to arrive, and with its answer.
const HEAD: Duration = Duration::from_secs(5);
const WHOLE: Duration = Duration::from_secs(10);
/// The longest head of a request, in bytes.
const LIMIT: usize = 16 << 10;
/// Where credentials are.
const PATH: &str = "/credentials";

/// Credentials as they are served, and when they end, in seconds since 1970.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) body: SecretString,
    pub(super) until: i64,
}

/// A running endpoint; it ends with the process.
pub(super) struct Endpoint {
    url: String,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

struct Shared {
    token: SecretString,
    hosts: [String; 2],
    answer: Mutex<Answer>,
}

impl Endpoint {
    /// Listens on a port of 127.0.0.1; 0 takes a free one. It answers when this returns.
    ///
    /// # Errors
    /// `io` when the port is not free, `internal` when there is no thread or no randomness.
    pub(super) fn start(port: u16, answer: Answer) -> Result<Endpoint, Error> {
        let taken = |error: std::io::Error| {
            Error::new(
                Kind::Io,
                format!("port {port} of 127.0.0.1 cannot be listened on: {error}"),
                "choose another with --port, or 0 for a free one",
            )
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(taken)?;
        listener.set_nonblocking(true).map_err(taken)?;
        let port = listener.local_addr().map_err(taken)?.port();
        let shared = Arc::new(Shared {
            token: token()?,
            hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")],
            answer: Mutex::new(answer),
        });
        let served = Arc::clone(&shared);
        let runtime = super::super::runtime()?;
        let thread = std::thread::Builder::new().name("endpoint".to_owned());
        let thread = thread.spawn(move || runtime.block_on(serve(listener, served))).map_err(|error| {
            Error::new(
                Kind::Internal,
                format!("no thread can be started: {error}"),
                "check the limits of processes",
            )
        })?;
        Ok(Endpoint { url: format!("http://127.0.0.1:{port}{PATH}"), shared, thread })
    }

    /// Where it is.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Hands out the token.
    pub(super) fn with_token<T>(&self, use_it: impl FnOnce(&str) -> T) -> T {
        use_it(self.shared.token.expose_secret())
    }

    /// From now on these are served.
    pub(super) fn serve(&self, answer: Answer) {
        *self.shared.answer() = answer;
    }

    /// When what is served ends.
    pub(super) fn until(&self) -> i64 {
        self.shared.answer().until
    }

    /// Why it no longer answers, if it does not.
    pub(super) fn fault(&self) -> Option<Error> {
        let is_over = self.thread.is_finished();
        is_over.then(|| Error::new(Kind::Internal, "the endpoint has ended", "start it again"))
    }
}

/// 32 random bytes, in letters that a header, a variable and a file of variables carry.
fn token() -> Result<SecretString, Error> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Error::new(Kind::Internal, "the system gives no random bytes", "report it"))?;
    Ok(SecretString::from(URL_SAFE_NO_PAD.encode(bytes)))
}

async fn serve(listener: TcpListener, shared: Arc<Shared>) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let slots = Arc::new(());
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of descriptors, say: that passes.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        if Arc::strong_count(&slots) > CONNECTIONS {
            continue;
        }
        let (shared, slot) = (Arc::clone(&shared), Arc::clone(&slots));
        tokio::spawn(async move {
            let _slot = slot;
            let service = service_fn(|request: Request<hyper::body::Incoming>| {
                let response = shared.respond(&request);
                async { Ok::<_, Infallible>(response) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .keep_alive(false)
                .max_buf_size(LIMIT)
                .serve_connection(TokioIo::new(stream), service);
            let _ = tokio::time::timeout(WHOLE, connection).await;
        });
    }
}

impl Shared {
    fn answer(&self) -> MutexGuard<'_, Answer> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The answer to any request. The body of one is never read.
    fn respond<B>(&self, request: &Request<B>) -> Response<String> {
        let values = |name| {
            let mut all = request.headers().get_all(name).iter();
            (all.next().map(|value| value.as_bytes()), all.next().is_some())
        };
        let is_here = match values(header::HOST) {
            (Some(host), false) => self.hosts.iter().any(|own| host.eq_ignore_ascii_case(own.as_bytes())),
            _ => false,
        };
        if !is_here {
            return refused(StatusCode::FORBIDDEN, "the Host is another than this endpoint's");
        }
        if request.method() != Method::GET {
            return refused(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered");
        }
        if request.uri().path_and_query().map(|place| place.as_str()) != Some(PATH) {
            return refused(StatusCode::NOT_FOUND, "there is nothing here");
        }
        let is_known = match values(header::AUTHORIZATION) {
            (Some(given), false) => bool::from(given.ct_eq(self.token.expose_secret().as_bytes())),
            _ => false,
        };
        if !is_known {
            return refused(StatusCode::UNAUTHORIZED, "the Authorization is not this endpoint's token");
        }
        let answer = self.answer();
        if answer.until <= SystemClock.now() {
            return refused(
                StatusCode::SERVICE_UNAVAILABLE,
                "the credentials have ended and could not be renewed: sign in with oktapipe login",
            );
        }
        response(StatusCode::OK, answer.body.expose_secret().to_owned())
    }
}

/// A refusal in the form in which AWS's own endpoint has it, which SDKs show.
fn refused(status: StatusCode, message: &str) -> Response<String> {
    let code = status.canonical_reason().unwrap_or_default().replace(' ', "");
    response(status, serde_json::json!({ "code": code, "message": message }).to_string())
}

fn response(status: StatusCode, body: String) -> Response<String> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(until: i64) -> Shared {
        let body = SecretString::from("{\"Token\":\"hunter2\"}");
        Shared {
            token: SecretString::from("t0ken"),
            hosts: ["127.0.0.1:8".to_owned(), "localhost:8".to_owned()],
            answer: Mutex::new(Answer { body, until }),
        }
    }

    fn asked(shared: &Shared, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
        let builder = Request::builder().method(method).uri(path);
        let request = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
        let response = shared.respond(&request.body(()).unwrap());
        assert_eq!(response.headers()["cache-control"], "no-store");
        (response.status().as_u16(), response.into_body())
    }

    #[test]
    fn credentials_are_given_to_the_token_at_the_path_on_this_host_alone() {
        let shared = shared(i64::MAX);
        let (host, token) = (("host", "127.0.0.1:8"), ("authorization", "t0ken"));
        for host in ["127.0.0.1:8", "localhost:8", "LocalHost:8"] {
            assert_eq!(asked(&shared, "GET", PATH, &[("host", host), token]).0, 200, "{host}");
        }
        for (method, path, headers, status) in [
            ("GET", PATH, &[host][..], 401),
            ("GET", PATH, &[host, ("authorization", "t0keN")], 401),
            ("GET", PATH, &[host, ("authorization", "t0ken2")], 401),
            ("GET", PATH, &[host, ("authorization", "")], 401),
            ("GET", PATH, &[host, ("authorization", "Bearer t0ken")], 401),
            ("GET", PATH, &[host, token, token], 401),
            ("POST", PATH, &[host, token], 405),
            ("HEAD", PATH, &[host, token], 405),
            ("OPTIONS", PATH, &[host, token], 405),
            ("GET", "/", &[host, token], 404),
            ("GET", "/credentials?x", &[host, token], 404),
            ("GET", "/credentials/", &[host, token], 404),
            ("GET", "//credentials", &[host, token], 404),
            ("GET", PATH, &[token], 403),
            ("GET", PATH, &[("host", "evil.example:8"), token], 403),
            ("GET", PATH, &[("host", "127.0.0.1"), token], 403),
            ("GET", PATH, &[("host", "127.0.0.1:9"), token], 403),
            ("GET", PATH, &[host, ("host", "evil.example"), token], 403),
        ] {
            let (found, body) = asked(&shared, method, path, headers);
            assert!(
                found == status && !body.contains("hunter2"),
                "{method} {path} {headers:?}: {found} {body}"
            );
        }
    }

    #[test]
    fn what_has_ended_is_not_given() {
        let headers = [("host", "127.0.0.1:8"), ("authorization", "t0ken")];
        let (status, body) = asked(&shared(1), "GET", PATH, &headers);
        assert!(
            status == 503 && body.contains("\"message\":\"the credentials have ended"),
            "{status} {body}"
        );
    }

    #[test]
    fn tokens_are_long_and_no_two_are_alike() {
        let (one, two) = (token().unwrap(), token().unwrap());
        assert_eq!(one.expose_secret().len(), 43);
        assert_ne!(one.expose_secret(), two.expose_secret());
        assert!(one.expose_secret().bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }
}
