//! Requests, answers and headers as values.

use super::*;
use ::http::header::{ACCEPT, CONTENT_ENCODING, HeaderMap, HeaderName, LOCATION};
use aws_smithy_runtime_api::client::http::HttpClient;

#[test]
fn a_request_says_what_it_does_where_and_shows_no_more() {
    let server = Loopback::new(vec![answer(204, "", ""), answer(200, "", "{}")]);
    let url = server.url.join("api/v1/sessions/me?token=hunter2").unwrap();
    let delete = Request::delete(url.clone());
    assert_eq!((delete.method(), delete.url()), (Method::Delete, &url));
    let place = format!("127.0.0.1:{}", url.port().unwrap());
    assert_eq!(format!("{delete:?}"), format!("Request(Delete {place})"));
    assert_eq!(Request::get(url.clone()).method(), Method::Get);
    assert_eq!(Request::post(url.clone(), "text/plain", b"x".to_vec()).method(), Method::Post);
    assert_eq!(run(client().send(delete)).unwrap().status, 204);
    let response = run(client().send(Request::get(url))).unwrap();
    assert_eq!(format!("{response:?}"), format!("Response(200 from {place}, 2 bytes)"));
    let requests = server.requests();
    assert!(requests[0].starts_with("DELETE /api/v1/sessions/me?token=hunter2 HTTP/1.1\r\n"), "{requests:?}");
}

#[test]
fn a_header_replaces_its_own_name_and_no_other() {
    let server = Loopback::new(vec![answer(204, "", "")]);
    let request = Request::get(server.url.clone())
        .header(HeaderName::from_static("x-a"), "1")
        .accept("text/plain")
        .cookies(SecretString::from("sid=1"))
        .header(ACCEPT, "text/html");
    run(client().send(request)).unwrap();
    let sent = server.requests().concat();
    for (line, times) in [
        ("x-a: 1\r\n", 1),
        ("accept: text/html\r\n", 1),
        ("accept: text/plain\r\n", 0),
        ("cookie: sid=1\r\n", 1),
    ] {
        assert_eq!(sent.matches(line).count(), times, "{line} in {sent}");
    }
}

#[test]
fn an_answers_headers_are_read_as_text_or_not_at_all() {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, "x".parse().unwrap());
    headers.insert(LOCATION, ::http::HeaderValue::from_bytes(b"/\xff").unwrap());
    let url = ::url::Url::parse("https://acme.okta.com/a").unwrap();
    let response = Response { status: 302, headers, body: Vec::new().into(), url };
    assert_eq!((response.header(ACCEPT), response.header(LOCATION)), (Some("x"), None));
    assert_eq!(response.header(CONTENT_ENCODING), None);
    assert_eq!(response.redirect(), None);
}

#[test]
fn headers_may_weigh_their_limit_and_not_a_byte_more() {
    let url = ::url::Url::parse("https://acme.okta.com/").unwrap();
    let check = |lines: &[(&'static str, usize)]| {
        let mut headers = HeaderMap::new();
        for (name, length) in lines {
            headers.append(*name, "y".repeat(*length).parse().unwrap());
        }
        check_headers(&headers, &url).err().and_then(|error| error.kind())
    };
    // Two names of three letters, and of each line four for its colon, its blank and its end.
    let rest = HEADER_LIMIT - 100 - 2 * 7;
    assert_eq!(check(&[("x-a", 100), ("x-b", rest)]), None);
    assert_eq!(check(&[("x-a", 100), ("x-b", rest + 1)]), Some(Kind::Protocol));
}

#[test]
fn an_encoding_that_changes_nothing_is_none() {
    let url = ::url::Url::parse("https://acme.okta.com/").unwrap();
    for (value, fits) in
        [("identity", true), (" Identity ", true), ("", true), ("gzip", false), ("identity, br", false)]
    {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, value.parse().unwrap());
        assert_eq!(check_headers(&headers, &url).is_ok(), fits, "{value}");
    }
    assert!(check_headers(&HeaderMap::new(), &url).is_ok());
}

#[test]
fn a_log_and_the_sdks_transport_say_what_they_are() {
    assert_eq!(format!("{:?} {:?}", Log::off(), Log::to(Sink::default())), "Log(off) Log(on)");
    let metadata = client().connector().connector_metadata().unwrap();
    assert_eq!((&*metadata.name(), metadata.version()), ("reqwest", None));
}
