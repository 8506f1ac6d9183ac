//! What is said where no answer came that could be used.

use super::*;

/// What `fails` says, without the peer's address.
fn said(response: Vec<u8>) -> (Kind, String) {
    let (kind, text) = fails(response);
    let at = text.find("127.0.0.1:").unwrap_or_else(|| panic!("no peer is named: {text}"));
    let port = text[at + 10..].find(|c: char| !c.is_ascii_digit()).unwrap();
    (kind, text.replace(&text[at..at + 10 + port], "PEER"))
}

#[test]
fn a_peer_that_speaks_no_http_is_told_from_one_that_broke_off() {
    for (response, kind, words) in [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n".to_vec(), Kind::Protocol, "PEER did not answer in HTTP (invalid "),
        (
            answer(200, &"X: y\r\n".repeat(HEADER_COUNT), ""),
            Kind::Protocol,
            "PEER did not answer in HTTP (message head is too large)",
        ),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n".to_vec(),
            Kind::Protocol,
            "PEER did not answer in HTTP (",
        ),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc".to_vec(),
            Kind::Network,
            "the answer of PEER broke off: ",
        ),
        (b"HTTP/1.1 200 OK\r\nConte".to_vec(), Kind::Network, "no answer from PEER: "),
        (
            answer(200, "", &"x".repeat(BODY_LIMIT + 1)),
            Kind::Protocol,
            "the answer of PEER is larger than anything that belongs to a login",
        ),
        (answer(200, "Content-Encoding: br\r\n", "x"), Kind::Protocol, "PEER sent a compressed answer"),
    ] {
        let (told, text) = said(response);
        assert_eq!(told, kind, "{text}");
        assert!(text.starts_with(words), "{words}: {text}");
    }
}

#[test]
fn a_peer_that_is_not_there_or_says_nothing_is_named_with_the_reason() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = ::url::Url::parse(&format!("http://{closed}/")).unwrap();
    let text = run(client().send(Request::get(url))).unwrap_err().to_string();
    assert!(text.starts_with(&format!("cannot connect to {closed}: connection refused: ")), "{text}");
    let (kind, text) = said(Vec::new());
    assert_eq!(kind, Kind::Timeout);
    assert!(text.starts_with("PEER did not answer within 1.5 s: "), "{text}");
}

#[test]
fn a_proxy_that_is_meant_to_speak_tls_and_does_not_is_a_tls_fault() {
    let proxy = Loopback::new(vec![b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec()]);
    let error = through(&proxy, "https://PROXY", "https://example.com/").unwrap_err();
    assert_eq!(error.kind(), Some(Kind::Tls));
    assert!(error.to_string().starts_with("no TLS connection to the proxy 127.0.0.1:"), "{error}");
    // A proxy that makes a tunnel to a peer without TLS is not the one at fault.
    let proxy = Loopback::new(vec![b"HTTP/1.1 200 OK\r\n\r\nnot TLS".to_vec()]);
    let error = through(&proxy, "http://PROXY", "https://example.com/").unwrap_err();
    assert!(error.to_string().contains("example.com"), "{error}");
}
