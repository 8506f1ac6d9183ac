//! Requests that go to a server on loopback, and what comes of them.

mod messages;
mod settings;
mod values;

use super::loopback::{Loopback, answer, client, run};
use super::*;
use crate::secret::SecretString;
use std::io::Write;
use std::sync::Mutex;

fn fails(response: Vec<u8>) -> (Kind, String) {
    let server = Loopback::new(vec![response]);
    let mut url = server.url.clone();
    url.set_query(Some("token=hunter2"));
    let error = run(client().send(Request::get(url))).unwrap_err();
    assert!(!error.to_string().contains("hunter2"), "{error}");
    (error.kind().unwrap(), error.to_string())
}

#[test]
fn a_request_goes_out_as_it_was_built() {
    let server = Loopback::new(vec![answer(
        201,
        "Set-Cookie: a=1; Path=/\r\nSet-Cookie: b=2\r\nContent-Type: Application/JSON; charset=utf-8\r\n",
        "{}",
    )]);
    let url = server.url.join("api/v1/authn").unwrap();
    let request = Request::post_json(url.clone(), &serde_json::json!({ "username": "ada" }))
        .cookies(SecretString::from("sid=hunter2"));
    assert!(!format!("{request:?}").contains("hunter2"));
    let response = run(client().send(request)).unwrap();
    assert_eq!((response.status, &**response.body, &response.url), (201, &b"{}"[..], &url));
    assert_eq!(response.set_cookies().collect::<Vec<_>>(), ["a=1; Path=/", "b=2"]);
    assert_eq!(response.header(http::header::CONTENT_TYPE), Some("Application/JSON; charset=utf-8"));

    let sent = server.requests().concat();
    let (head, body) = sent.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /api/v1/authn HTTP/1.1"), "{head}");
    for line in [
        "accept: application/json",
        "accept-encoding: identity",
        "content-type: application/json",
        "cookie: sid=hunter2",
        concat!("user-agent: oktapipe/", env!("CARGO_PKG_VERSION")),
    ] {
        assert!(head.lines().any(|sent| sent.eq_ignore_ascii_case(line)), "{line} in {head}");
    }
    assert_eq!(body, r#"{"username":"ada"}"#);
}

#[test]
fn a_form_goes_out_as_a_browser_writes_it() {
    let server = Loopback::new(vec![answer(200, "", "")]);
    run(client().send(Request::post_form(server.url.clone(), &[("a", "x+y /="), ("b", "ä")]))).unwrap();
    let sent = server.requests().concat();
    assert!(sent.ends_with("\r\n\r\na=x%2By+%2F%3D&b=%C3%A4"), "{sent}");
    assert!(sent.contains("content-type: application/x-www-form-urlencoded\r\n"), "{sent}");
}

#[test]
fn redirects_are_handed_over_not_followed() {
    let server = Loopback::new(vec![answer(302, "Location: next?x=1\r\n", ""), answer(200, "", "")]);
    let response = run(client().send(Request::get(server.url.join("a/b").unwrap()))).unwrap();
    assert_eq!(response.redirect(), server.url.join("a/next?x=1").ok());
    assert_eq!(server.requests().len(), 1);

    for headers in ["", "Location: \r\n", "Location: /a\r\nLocation: /b\r\n", "Location: http://[\r\n"] {
        let server = Loopback::new(vec![answer(302, headers, "")]);
        assert_eq!(
            run(client().send(Request::get(server.url.clone()))).unwrap().redirect(),
            None,
            "{headers}"
        );
    }
    let server = Loopback::new(vec![answer(200, "Location: /a\r\n", "")]);
    assert_eq!(run(client().send(Request::get(server.url.clone()))).unwrap().redirect(), None);
}

#[test]
fn a_body_may_be_as_long_as_the_limit_and_not_a_byte_longer() {
    let body = "x".repeat(BODY_LIMIT);
    let server = Loopback::new(vec![answer(200, "", &body)]);
    assert_eq!(run(client().send(Request::get(server.url.clone()))).unwrap().body.len(), BODY_LIMIT);
    assert_eq!(fails(answer(200, "", &format!("{body}x"))).0, Kind::Protocol);

    let mut chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..=256 {
        chunked.extend_from_slice(format!("1000\r\n{}\r\n", "x".repeat(0x1000)).as_bytes());
    }
    assert_eq!(fails(chunked).0, Kind::Protocol);
}

#[test]
fn answers_that_no_login_gives_are_protocol_faults() {
    for response in [
        answer(200, "Content-Encoding: gzip\r\n", "x"),
        answer(200, "Content-Encoding: identity\r\nContent-Encoding: br\r\n", "x"),
        answer(200, &format!("X: {}\r\n", "y".repeat(70_000)), ""),
        answer(200, &"Set-Cookie: a=b\r\n".repeat(1000), ""),
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec(),
        b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n".to_vec(),
    ] {
        let start = String::from_utf8_lossy(&response[..60.min(response.len())]).into_owned();
        let (kind, message) = fails(response);
        assert_eq!(kind, Kind::Protocol, "{start}: {message}");
    }
    let server = Loopback::new(vec![answer(200, "Content-Encoding: identity\r\n", "x")]);
    assert_eq!(run(client().send(Request::get(server.url.clone()))).unwrap().status, 200);
}

#[test]
fn an_answer_that_breaks_off_or_never_comes_is_told_apart() {
    assert_eq!(fails(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_vec()).0, Kind::Network);
    assert_eq!(fails(b"HTTP/1.1 200 OK\r\nConte".to_vec()).0, Kind::Network);
    let (kind, message) = fails(Vec::new());
    assert_eq!(kind, Kind::Timeout, "{message}");
    assert!(message.contains("--timeout"), "{message}");

    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = ::url::Url::parse(&format!("http://{closed}/")).unwrap();
    let error = run(client().send(Request::get(url))).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::Network));
    assert!(error.to_string().contains("connection refused"), "{error}");
}

#[test]
fn a_peer_without_tls_is_a_tls_fault() {
    let server = Loopback::new(vec![b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()]);
    let url = ::url::Url::parse(&server.url.as_str().replace("http:", "https:")).unwrap();
    let error = run(client().send(Request::get(url))).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::Tls), "{error}");
}

#[test]
fn nothing_is_sent_to_a_url_that_is_not_allowed() {
    for url in ["http://example.com/?t=hunter2", "https://ada:hunter2@127.0.0.1:1/", "ftp://localhost/"] {
        let error = run(client().send(Request::get(::url::Url::parse(url).unwrap()))).unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Config), "{url}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[test]
fn a_cookie_cannot_become_a_second_header() {
    let server = Loopback::new(vec![]);
    for cookie in ["sid=a\r\nX-Evil: 1", "sid=a\nb", "sid=\0"] {
        let request = Request::get(server.url.clone()).cookies(SecretString::from(cookie));
        assert_eq!(run(client().send(request)).unwrap_err().kind(), Some(Kind::WrongDocument));
    }
}

#[test]
fn localhost_is_this_machine_whatever_dns_says() {
    let server = Loopback::new(vec![answer(204, "", "")]);
    let mut url = server.url.clone();
    url.set_host(Some("localhost")).unwrap();
    assert_eq!(run(client().send(Request::get(url))).unwrap().status, 204);
}

fn through(proxy: &Loopback, value: &str, url: &str) -> Result<Response, Error> {
    let value = value.replace("PROXY", &format!("127.0.0.1:{}", proxy.url.port().unwrap()));
    let proxies = Proxies::choose(|name| (name == "HTTPS_PROXY").then(|| value.clone()));
    let settings = Settings { proxies, timeout: Duration::from_secs(3), ..Settings::default() };
    run(Http::new(settings, Log::off()).send(Request::get(::url::Url::parse(url).unwrap())))
}

#[test]
fn a_proxy_is_asked_for_a_tunnel_and_its_refusal_is_named_without_its_password() {
    for (status, words) in [(407, "407"), (403, "made no connection to example.com")] {
        let proxy = Loopback::new(vec![answer(status, "", "")]);
        let error = through(&proxy, "http://ada:hunter2@PROXY", "https://example.com/").unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Network), "{error}");
        assert!(error.to_string().contains(words) && error.to_string().contains("HTTPS_PROXY"), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
        let sent = proxy.requests().concat();
        assert!(sent.starts_with("CONNECT example.com:443 HTTP/1.1\r\n"), "{sent}");
        assert!(sent.contains("YWRhOmh1bnRlcjI="), "{sent}");
    }
    let gone = Loopback::new(vec![]);
    std::thread::sleep(Duration::from_millis(50));
    let error = through(&gone, "PROXY", "https://example.com/").unwrap_err();
    assert!(error.to_string().contains("cannot connect to the proxy"), "{error}");
}

#[test]
fn this_machine_is_never_reached_through_a_proxy() {
    let (proxy, server) =
        (Loopback::new(vec![answer(500, "", "")]), Loopback::new(vec![answer(204, "", "")]));
    assert_eq!(through(&proxy, "http://PROXY", server.url.as_str()).unwrap().status, 204);
    assert!(proxy.requests().is_empty());
}

#[test]
fn an_unusable_proxy_stops_a_request_but_not_an_offline_stage() {
    let http = |value: &'static str| {
        let proxies = Proxies::choose(|name| (name == "ALL_PROXY").then(|| value.to_owned()));
        Http::new(Settings { proxies, ..Settings::default() }, Log::off())
    };
    let url = ::url::Url::parse("https://example.com/").unwrap();
    assert_eq!(run(http("socks5://h:1").send(Request::get(url))).unwrap_err().kind(), Some(Kind::Config));
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_log_has_one_line_a_request_and_no_secret() {
    let server = Loopback::new(vec![answer(401, "", "hunter2"), b"HTTP/1.1 200 OK\r\n".to_vec()]);
    let sink = Sink::default();
    let http = Http::new(Settings::default(), Log::to(sink.clone()));
    let url = server.url.join("login/token?token=hunter2").unwrap();
    let request = Request::post_json(url.clone(), &serde_json::json!("hunter2"));
    run(async {
        http.send(request.cookies(SecretString::from("sid=hunter2"))).await.unwrap();
        http.send(Request::get(url)).await.unwrap_err();
    });
    let log = String::from_utf8(sink.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<_> = log.lines().collect();
    assert_eq!(lines.len(), 2, "{log}");
    assert!(lines[0].starts_with(&format!("oktapipe: POST {}login/token: 401, ", server.url)), "{log}");
    assert!(lines[1].starts_with(&format!("oktapipe: GET {}login/token: network, ", server.url)), "{log}");
    assert!(!log.contains("hunter2"), "{log}");
}
