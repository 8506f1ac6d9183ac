//! The two services: their ports, what a request meets (a fault, or an answer that is decided elsewhere), and the log.

use crate::clock::{Clock, http_date, real_now};
use crate::connection::ByHand;
use crate::exchange::{Asked, Reply};
use crate::fault::{Action, Exchange, Fault, Faults, NamedFault, Tamper};
use crate::idp_key::IdpKey;
use crate::log::{Log, Request};
use crate::random::Random;
use crate::state::State;
use crate::{okta, sts};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::HeaderValue;
use hyper::{Response, StatusCode};
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

    /// Arranges for a fault by name.
    pub(crate) fn named_fault(&self, fault: &NamedFault, exchange: Exchange, skip: u32, times: u32) {
        let origin = if exchange.is_aws() { &self.sts } else { &self.org };
        let action = fault.action(exchange, origin);
        self.faults.add(Fault { skip, ..Fault::at(exchange, times, action) });
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
    pub(crate) const ALL: [Service; 2] = [Service::Okta, Service::Sts];

    pub(crate) fn name(self) -> &'static str {
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

/// Answers one request. The error closes the connection without an answer.
pub(crate) async fn answer(
    service: Service,
    shared: Arc<Shared>,
    by_hand: ByHand,
    request: hyper::Request<Incoming>,
) -> Result<Response<Full<Bytes>>, io::Error> {
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
            return response(refused);
        }
        Err(error) => return Err(io::Error::other(error)),
    }
    // The tester's own questions meet no faults and leave no trace.
    if service == Service::Okta && asked.path.starts_with("/sandbox/") {
        return response(okta::control::answer(&shared, &asked));
    }
    let exchange = Exchange::of(service, &shared, &asked);
    let mut spoilt = None;
    let mut reply = match shared.faults.due(service, exchange, &asked.target()) {
        // Those of the connection came before.
        None | Some(Action::Connection(_)) => decide(service, &shared, &asked),
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
            spoilt = Some(Tamper::CutBody(length));
            decide(service, &shared, &asked)
        }
        Some(Action::Tamper(tamper)) => {
            spoilt = Some(tamper);
            decide(service, &shared, &asked)
        }
        Some(Action::Redirect(location)) => Reply::redirect(&location),
    };
    record(service, &shared, &asked, reply.status);
    if let Some(tamper) = spoilt {
        *by_hand.lock().unwrap_or_else(PoisonError::into_inner) = Some(tamper.script(reply));
        return Err(io::Error::other("sent by hand, as the fault asked"));
    }
    if shared.faults.counts_connections(service) {
        reply = reply.header("connection", "close");
    }
    response(reply)
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

fn response(reply: Reply) -> Result<Response<Full<Bytes>>, io::Error> {
    let mut builder =
        Response::builder().status(StatusCode::from_u16(reply.status).map_err(io::Error::other)?);
    for (name, value) in &reply.headers {
        // By bytes, for a fault's may be no ASCII.
        let value = HeaderValue::from_bytes(value.as_bytes()).map_err(io::Error::other)?;
        builder = builder.header(name, value);
    }
    builder.body(Full::new(Bytes::from(reply.body))).map_err(io::Error::other)
}
