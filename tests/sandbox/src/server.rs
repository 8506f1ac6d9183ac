//! The two listeners: TLS, HTTP/1.1, faults and the log. What is answered is decided elsewhere.

use crate::clock::{Clock, http_date, real_now};
use crate::exchange::{Asked, Reply};
use crate::fault::{Action, Faults};
use crate::idp_key::IdpKey;
use crate::log::{Log, Request};
use crate::random::Random;
use crate::state::State;
use crate::{okta, sts};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio_rustls::TlsAcceptor;

/// The largest body taken.
const LARGEST_BODY: usize = 1024 * 1024;

/// What the listeners and the tester share.
pub(crate) struct Shared {
    /// The org's origin.
    pub(crate) org: String,
    /// STS's origin.
    pub(crate) sts: String,
    pub(crate) push_polls: u32,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) idp_key: &'static IdpKey,
    pub(crate) state: Mutex<State>,
}

impl Shared {
    /// A sandbox's beginning, on these two ports of loopback.
    pub(crate) fn new(
        [org, sts]: [u16; 2],
        push_polls: u32,
        idp_key: &'static IdpKey,
        random: Random,
    ) -> Shared {
        Shared {
            org: format!("https://localhost:{org}"),
            sts: format!("https://localhost:{sts}"),
            push_polls,
            clock: Clock::default(),
            faults: Faults::default(),
            log: Log::default(),
            idp_key,
            state: Mutex::new(State::new(random)),
        }
    }

    /// The state, for one request at a time.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which of the two services a listener is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    Okta,
    Sts,
}

impl Service {
    fn name(self) -> &'static str {
        match self {
            Service::Okta => "okta",
            Service::Sts => "sts",
        }
    }
}

/// Listeners for one port of loopback: IPv4, and IPv6 where there is any, so that `localhost` finds this
/// sandbox and not a stranger whichever address it is resolved to first.
pub(crate) fn listen(port: u16) -> io::Result<(u16, Vec<TcpListener>)> {
    let mut tries = 0;
    loop {
        let four = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let bound = four.local_addr()?.port();
        four.set_nonblocking(true)?;
        match TcpListener::bind((Ipv6Addr::LOCALHOST, bound)) {
            Ok(six) => {
                six.set_nonblocking(true)?;
                return Ok((bound, vec![four, six]));
            }
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && port == 0 && tries < 16 => tries += 1,
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => return Err(error),
            Err(_) => return Ok((bound, vec![four])),
        }
    }
}

/// Takes connections until its runtime is dropped.
pub(crate) async fn serve(
    listener: tokio::net::TcpListener,
    acceptor: TlsAcceptor,
    service: Service,
    shared: Arc<Shared>,
) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors, most likely: give others the time to close theirs.
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        let (acceptor, shared) = (acceptor.clone(), shared.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let answering = service_fn(move |request| answer(service, shared.clone(), request));
            // An error here is the peer's going away, or a fault that was asked for.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), answering).await;
        });
    }
}

/// Answers one request. The error closes the connection without an answer.
async fn answer(
    service: Service,
    shared: Arc<Shared>,
    request: hyper::Request<Incoming>,
) -> Result<Response<Sent>, io::Error> {
    let (parts, body) = request.into_parts();
    let headers: Vec<(String, String)> = parts
        .headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let mut asked = Asked {
        method: parts.method.as_str().to_owned(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers,
        body: Vec::new(),
    };
    match Limited::new(body, LARGEST_BODY).collect().await {
        Ok(whole) => asked.body = whole.to_bytes().to_vec(),
        Err(error) if error.is::<LengthLimitError>() => {
            let refused = Reply::new(413, "text/plain", "too large\n").header("connection", "close");
            record(service, &shared, &asked, refused.status);
            return response(refused, None);
        }
        Err(error) => return Err(io::Error::other(error)),
    }
    // The tester's own questions meet no faults and leave no trace.
    if service == Service::Okta && asked.path.starts_with("/sandbox/") {
        return response(okta::control::answer(&shared, &asked), None);
    }
    let mut cut = None;
    let reply = match shared.faults.due(service.name(), &asked.target()) {
        None => decide(service, &shared, &asked),
        Some(Action::Answer { status, content_type, body, headers }) => {
            let mut reply = Reply::new(status, &content_type, body);
            reply.headers.extend(headers);
            reply
        }
        Some(Action::Delay(time)) => {
            tokio::time::sleep(time).await;
            decide(service, &shared, &asked)
        }
        Some(Action::CloseBeforeAnswer) => {
            record(service, &shared, &asked, 0);
            return Err(io::Error::other("closed, as the fault asked"));
        }
        Some(Action::CutBody(length)) => {
            cut = Some(length);
            decide(service, &shared, &asked)
        }
        Some(Action::Redirect(location)) => Reply::redirect(&location),
    };
    record(service, &shared, &asked, reply.status);
    response(reply, cut)
}

fn decide(service: Service, shared: &Shared, asked: &Asked) -> Reply {
    match service {
        // The date is the sandbox's: a client measures the rate limit's reset against it.
        Service::Okta => okta::answer(shared, asked).header("date", &http_date(shared.clock.now())),
        // The date is the machine's: SDKs correct their signing clock by it.
        Service::Sts => sts::answer(shared, asked).header("date", &http_date(real_now())),
    }
}

fn record(service: Service, shared: &Shared, asked: &Asked, status: u16) {
    shared.log.add(Request {
        service: service.name(),
        method: asked.method.clone(),
        path: asked.target(),
        status,
        has_cookie: asked.cookie("sid").is_some(),
        headers: asked.headers.clone(),
        body: String::from_utf8_lossy(&asked.body).into_owned(),
    });
}

fn response(reply: Reply, cut: Option<usize>) -> Result<Response<Sent>, io::Error> {
    let mut builder =
        Response::builder().status(StatusCode::from_u16(reply.status).map_err(io::Error::other)?);
    for (name, value) in &reply.headers {
        builder = builder.header(name, value);
    }
    let body = match cut {
        None => Sent::Whole(Some(Bytes::from(reply.body))),
        Some(length) => {
            builder = builder.header("content-length", reply.body.len());
            let mut part = reply.body;
            part.truncate(length);
            Sent::Cut { part: Some(Bytes::from(part)), pause: None }
        }
    };
    builder.body(body).map_err(io::Error::other)
}

/// A body, whole or broken off.
enum Sent {
    Whole(Option<Bytes>),
    Cut { part: Option<Bytes>, pause: Option<Pin<Box<tokio::time::Sleep>>> },
}

impl Body for Sent {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match &mut *self {
            Sent::Whole(bytes) => {
                let bytes = bytes.take().filter(|bytes| !bytes.is_empty());
                Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
            }
            Sent::Cut { part, pause } => {
                if let Some(part) = part.take().filter(|part| !part.is_empty()) {
                    return Poll::Ready(Some(Ok(Frame::data(part))));
                }
                // The pause makes hyper flush the head and the part before the error closes the connection.
                let pause =
                    pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(Duration::from_millis(20))));
                match pause.as_mut().poll(context) {
                    Poll::Pending => Poll::Pending,
                    Poll::Ready(()) => {
                        Poll::Ready(Some(Err(io::Error::other("cut off, as the fault asked"))))
                    }
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Sent::Whole(bytes) => bytes.as_ref().is_none_or(Bytes::is_empty),
            Sent::Cut { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Sent::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Sent::Cut { .. } => SizeHint::default(),
        }
    }
}
