//! A server for unit tests that says what it is told to, malformed answers among it.

use super::{Http, Log, Settings};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use url::Url;

/// A listening server. It takes one connection for each answer, in order, and closes it after the answer.
pub(crate) struct Loopback {
    pub(crate) url: Url,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Loopback {
    pub(crate) fn new(answers: Vec<Vec<u8>>) -> Loopback {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        std::thread::spawn(move || {
            for answer in answers {
                let (mut stream, _) = listener.accept().unwrap();
                let request = read(&mut stream);
                seen.lock().unwrap().push(request);
                let _ = stream.write_all(&answer);
                if answer.is_empty() {
                    std::thread::sleep(Duration::from_secs(5));
                }
            }
        });
        Loopback { url, requests }
    }

    /// The requests so far, head and body as they came.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn read(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).unwrap_or(0);
        bytes.extend_from_slice(&buffer[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.to_ascii_lowercase().lines().find_map(|line| {
                line.strip_prefix("content-length:").and_then(|value| value.trim().parse::<usize>().ok())
            });
            if body.len() >= length.unwrap_or(0) {
                return text;
            }
        }
        // A TLS ClientHello (0x16) is no text, and nothing follows it until it is answered.
        if count == 0 || bytes.first() == Some(&0x16) {
            return text;
        }
    }
}

/// An answer with these header lines (each ended by CRLF) and this body.
pub(crate) fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status} Said\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// A client that gives up soon.
pub(crate) fn client() -> Http {
    Http::new(Settings { timeout: Duration::from_millis(1500), ..Settings::default() }, Log::off())
}

/// Runs a future as the program does, on one thread.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
