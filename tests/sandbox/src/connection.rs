//! Connections: taken, put through TLS, answered, and spoiled where a fault says so.

use crate::fault::{Certificate, Connection, End, Script};
use crate::server::{Service, Shared, answer};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::atomic::Ordering::SeqCst;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// How long a connection that was spoiled is still read, so that what was sent arrives before the end does.
const LINGER: Duration = Duration::from_secs(5);

/// The certificate that is good, and those that are not.
#[derive(Clone)]
pub(crate) struct Acceptors {
    pub(crate) good: TlsAcceptor,
    pub(crate) bad: Vec<(Certificate, TlsAcceptor)>,
}

/// Where an answer that is to be sent by hand waits for hyper to let go of the connection.
pub(crate) type ByHand = Arc<Mutex<Option<Script>>>;

/// Takes connections until its runtime is dropped.
pub(crate) async fn serve(
    listener: std::net::TcpListener,
    acceptors: Acceptors,
    service: Service,
    shared: Arc<Shared>,
) {
    let Ok(address) = listener.local_addr() else { return };
    let Ok(mut listener) = TcpListener::from_std(listener) else { return };
    loop {
        shared.faults.listens(service).fetch_add(1, SeqCst);
        listen(&listener, &acceptors, service, &shared).await;
        drop(listener);
        shared.faults.listens(service).fetch_sub(1, SeqCst);
        listener = listen_again(address, service, &shared).await;
    }
}

/// Takes connections until a fault says that nobody listens.
async fn listen(listener: &TcpListener, acceptors: &Acceptors, service: Service, shared: &Arc<Shared>) {
    loop {
        let mut changed = pin!(shared.faults.changed());
        if shared.faults.refuses(service) {
            return;
        }
        let taken = poll_fn(|context| match changed.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => listener.poll_accept(context).map(Some),
        });
        match taken.await {
            None => {}
            Some(Ok((stream, _))) => {
                let _ = stream.set_nodelay(true);
                let fault = shared.faults.due_connection(service);
                tokio::spawn(converse(stream, fault, acceptors.clone(), service, shared.clone()));
            }
            // Out of file descriptors, most likely: give others the time to close theirs.
            Some(Err(_)) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn listen_again(address: SocketAddr, service: Service, shared: &Shared) -> TcpListener {
    loop {
        let changed = shared.faults.changed();
        if shared.faults.refuses(service) {
            changed.await;
            continue;
        }
        match TcpListener::bind(address).await {
            Ok(listener) => return listener,
            // Somebody else's for the moment.
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

async fn converse(
    mut stream: TcpStream,
    fault: Option<Connection>,
    acceptors: Acceptors,
    service: Service,
    shared: Arc<Shared>,
) {
    let acceptor = match fault {
        None => acceptors.good,
        Some(Connection::Certificate(wanted)) => {
            let found = acceptors.bad.into_iter().find(|(certificate, _)| *certificate == wanted);
            let Some((_, acceptor)) = found else { return };
            acceptor
        }
        Some(Connection::Reset) => {
            // Once the client has spoken: a reset that comes with the connection itself makes curl connect a second time, or not, by chance.
            let _ = stream.read(&mut [0; 1]).await;
            let _ = stream.set_zero_linger();
            return;
        }
        Some(Connection::Silent) => return drain(stream, None).await,
        Some(other) => {
            let mut hello = [0; 1024];
            let _ = stream.read(&mut hello).await;
            let _ = stream.write_all(&in_the_clear(other)).await;
            let _ = stream.shutdown().await;
            return drain(stream, Some(LINGER)).await;
        }
    };
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let by_hand = ByHand::default();
    let waiting = by_hand.clone();
    // Boxed, for a connection that is taken back from hyper has to be movable.
    let answering =
        service_fn(move |request| Box::pin(answer(service, shared.clone(), by_hand.clone(), request)));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), answering);
    // An error here is the peer's going away, or a fault that was asked for.
    let _ = poll_fn(|context| connection.poll_without_shutdown(context)).await;
    let mut stream = connection.into_parts().io.into_inner();
    let script = waiting.lock().unwrap_or_else(PoisonError::into_inner).take();
    match script {
        Some(script) => {
            // The peer's going away in the middle is what some faults lead to.
            let _ = play(script, stream).await;
        }
        None => {
            let _ = stream.shutdown().await;
        }
    }
}

async fn play(script: Script, mut stream: TlsStream<TcpStream>) -> io::Result<()> {
    for (pause, bytes) in script.pieces {
        if !pause.is_zero() {
            tokio::time::sleep(pause).await;
        }
        stream.write_all(&bytes).await?;
        stream.flush().await?;
    }
    match script.end {
        End::Close => stream.shutdown().await?,
        End::Cut => stream.get_mut().0.shutdown().await?,
    }
    drain(stream.into_inner().0, Some(LINGER)).await;
    Ok(())
}

/// Reads and forgets, until the peer goes: a socket that is closed with unread bytes in it is reset, and what was sent is lost.
async fn drain(mut stream: TcpStream, limit: Option<Duration>) {
    let reading = async {
        let mut buffer = [0; 4096];
        while stream.read(&mut buffer).await.is_ok_and(|bytes| bytes > 0) {}
    };
    match limit {
        Some(limit) => drop(tokio::time::timeout(limit, reading).await),
        None => reading.await,
    }
}

/// What comes in place of a server's hello.
fn in_the_clear(fault: Connection) -> Vec<u8> {
    match fault {
        // A fatal alert, handshake_failure (RFC 8446, 6).
        Connection::Alert => vec![21, 3, 3, 0, 2, 2, 40],
        // A hello that says to be 122 bytes long, and is not.
        Connection::TruncatedHandshake => vec![22, 3, 3, 0, 122, 2, 0, 0, 118, 3, 3, 1, 2, 3],
        // A whole hello of TLS 1.1 (0x0302) with TLS_RSA_WITH_AES_128_CBC_SHA.
        Connection::OldTls => {
            let mut hello = vec![22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2];
            hello.extend([7; 32]);
            hello.extend([0, 0, 0x2f, 0]);
            hello
        }
        _ => b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".to_vec(),
    }
}
