//! The pages of an app, and what leads to them.

use super::*;

fn redirect(status: u16, to: &str) -> Vec<u8> {
    answer(status, &format!("Location: {to}\r\n"), "")
}

#[test]
fn a_page_is_fetched_through_the_redirects_of_the_org_with_the_cookies_that_they_set() {
    for status in [301, 302, 303, 307, 308] {
        let talk = Talk::new(vec![
            answer(status, "Location: /b?x=1\r\nSet-Cookie: sid=102CANARY\r\n", ""),
            answer(404, "", "page"),
        ]);
        let okta = talk.okta();
        let page = run(okta.page(talk.org().url("/a"))).unwrap();
        assert_eq!((page.status, &**page.body, page.url.as_str()), (404, &b"page"[..], &*talk.link("b?x=1")));
        assert_eq!(talk.asked(), ["GET /a HTTP/1.1", "GET /b?x=1 HTTP/1.1"]);
        let requests = talk.server.requests();
        assert!(requests.iter().all(|request| request.contains("accept: text/html\r\n")), "{requests:?}");
        assert!(requests[1].contains("cookie: DT=d1; sid=102CANARY\r\n"), "{requests:?}");
    }
    let talk = Talk::new(vec![answer(304, "Location: /b\r\n", "")]);
    assert_eq!(run(talk.okta().page(talk.org().url("/a"))).unwrap().status, 304);
}

#[test]
fn a_web_sso_token_is_posted_and_its_redirect_is_not() {
    let talk = Talk::new(vec![redirect(302, "/app"), answer(200, "", "page")]);
    let page = run(talk.okta().web_sso(&secret("CANARY+"))).unwrap();
    assert_eq!(&**page.body, b"page");
    assert_eq!(talk.asked(), ["POST /login/token/sso HTTP/1.1", "GET /app HTTP/1.1"]);
    let requests = talk.server.requests();
    assert!(requests[0].ends_with("\r\n\r\ntoken=CANARY%2B"), "{requests:?}");
    assert!(!requests[1].contains("CANARY"), "{requests:?}");
}

#[test]
fn a_redirect_that_leaves_the_org_names_both_origins_and_no_more() {
    let talk = Talk::new(vec![redirect(302, "https://evil.example:8443/x?token=CANARY")]);
    let error = run(talk.okta().page(talk.org().url("/a"))).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::Protocol));
    let text = error.to_string();
    assert!(text.contains("https://evil.example:8443;") && text.contains(&talk.org().origin()), "{text}");
    assert!(!text.contains("CANARY"), "{text}");
}

#[test]
fn a_redirect_to_nowhere_is_refused() {
    for headers in ["", "Location: \r\n", "Location: http://[\r\n", "Location: /a\r\nLocation: /b\r\n"] {
        let talk = Talk::new(vec![answer(302, headers, "")]);
        let error = run(talk.okta().page(talk.org().url("/a"))).unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Protocol));
        assert!(error.to_string().contains("without one readable target"), "{headers}: {error}");
    }
}

#[test]
fn ten_redirects_are_followed_and_not_one_more() {
    let chain = |redirects: usize| {
        let mut answers = vec![redirect(302, "/a"); redirects];
        answers.push(answer(200, "", ""));
        let talk = Talk::new(answers);
        (run(talk.okta().page(talk.org().url("/"))), talk.asked().len())
    };
    let (page, asked) = chain(REDIRECT_LIMIT);
    assert_eq!((page.unwrap().status, asked), (200, 11));
    let (error, asked) = chain(REDIRECT_LIMIT + 1);
    assert_eq!(asked, 11);
    assert!(error.unwrap_err().to_string().contains("more than 10 redirects"));
}
