use super::*;

const VALUE: &str = "PD94bWwgdmVyc2lvbj0iMS4wIj8+PGE+Pz4/Lz4=";
const ACTION: &str = "https://signin.aws.amazon.com/saml";

/// Okta's page: entities in lower-case hex, two inputs, scripts around.
fn okta_page(form: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n  <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\">\
         \n  <title>\n    Acme - Signing in...</title>\n  <script>var okta = {{ locale: 'en', orgName: 'acme\\x2Dcorp' }};</script>\
         </head>\n<body id=\"app\" class=\"enduser-app  okta-legacy-theme  \">\n<noscript><h3>Javascript is disabled</h3></noscript>\
         <div id=\"container\"><script>var interstitialMinWaitTime = 1200; if (1<2) {{ document.write('<p>'); }}</script>\n{form}\n\
         <script src=\"https://ok11static.oktacdn.com/assets/js/interstitial.0.js\"></script></div></body></html>"
    )
}

fn okta_form(value: &str) -> String {
    format!(
        "<form id=\"appForm\" action=\"https&#x3a;&#x2f;&#x2f;signin.aws.amazon.com&#x2f;saml\" method=\"POST\">\n    \
         <input name=\"SAMLResponse\" type=\"hidden\" value=\"{value}\"/>\n    \
         <input name=\"RelayState\" type=\"hidden\" value=\"\"/>\n</form>"
    )
}

fn read_form(html: &str) -> Form {
    match read(html.as_bytes()) {
        Ok(Page::Form(form)) => form,
        other => panic!("{other:?} in {html}"),
    }
}

#[test]
fn oktas_own_page_gives_its_fields_in_order() {
    let form = read_form(&okta_page(&okta_form("PD94&#x2b;&#x3d;")));
    assert_eq!(form.action, ACTION);
    assert_eq!(form.fields, [("SAMLResponse".into(), "PD94+=".into()), ("RelayState".into(), String::new())]);
    assert_eq!((form.field("SAMLResponse"), form.field("x")), (Some("PD94+="), None));
    let shown = format!("{form:?}");
    assert!(shown.contains("RelayState") && shown.contains(ACTION) && !shown.contains("PD94"), "{shown}");
}

#[test]
fn every_legitimate_way_to_write_the_input_is_read() {
    let hex = VALUE.replace('+', "&#x2b;").replace('=', "&#x3d;").replace('/', "&#x2f;");
    let inputs = [
        format!("<input name=\"SAMLResponse\" type=\"hidden\" value=\"{VALUE}\"/>"),
        format!("<input name=\"SAMLResponse\" type=\"hidden\" value=\"{hex}\"/>"),
        format!("<input name=\"SAMLResponse\" type=\"hidden\" value=\"{}\"/>", hex.replace("x2b", "X2B")),
        format!(
            "<input name=\"SAMLResponse\" type=\"hidden\" value=\"{}\"/>",
            VALUE.replace('+', "&#43;").replace('=', "&#061;")
        ),
        format!(
            "<input name=\"SAMLResponse\" type=\"hidden\" value=\"{}\"/>",
            VALUE.replace('+', "&plus;").replace('=', "&equals;").replace('/', "&sol;")
        ),
        format!("<input name=\"SAMLResponse\" type=\"hidden\" value=\"{}\"/>", VALUE.replace('=', "&#61")),
        format!("<input value=\"{VALUE}\" name=\"SAMLResponse\" type=\"hidden\">"),
        format!("<input type=\"hidden\" value=\"{VALUE}\" name=\"SAMLResponse\">"),
        format!("<input type='hidden' name='SAMLResponse' value='{VALUE}'>"),
        format!("<input type=hidden name=SAMLResponse value={VALUE}>"),
        format!("<input type = \"hidden\"\n\tname = \"SAMLResponse\"\r\n value = \"{VALUE}\" />"),
        format!("<INPUT TYPE=\"HIDDEN\" NAME=\"SAMLResponse\" VALUE=\"{VALUE}\">"),
        format!("<InPuT nAmE=\"SAMLResponse\" type=\"hidden\" vAlUe=\"{VALUE}\">"),
        format!("<input data-value=\"x\" name=\"SAMLResponse\" type=\"hidden\" value=\"{VALUE}\">"),
        format!("<input data-name=\"x\" data-value='value=\"y\"' name=\"SAMLResponse\" value=\"{VALUE}\">"),
        format!("<input name=\"SAML&#x52;esponse\" type=\"hidden\" value=\"{VALUE}\">"),
        format!("<input name=\"SAMLResponse\" value=\"{VALUE}\">"),
        format!("<input title=\"a > b\" name=\"SAMLResponse\" value=\"{VALUE}\">"),
        format!("<input name=\"SAMLResponse\" value=\"{VALUE}\" value=\"second\">"),
        format!(
            "<div><p><table><tr><td><input name=\"SAMLResponse\" type=\"hidden\" value=\"{VALUE}\"></table></div>"
        ),
        format!(
            "<input name=\"SAMLResponse\" value=\"{VALUE}\"><input name=\"SAMLResponse\" value=\"{VALUE}\">"
        ),
    ];
    for input in &inputs {
        let with_relay = format!(
            "<form method=post action={ACTION}>{input}<input type=hidden name=RelayState value=x></form>"
        );
        for page in [
            okta_page(&with_relay),
            with_relay.clone(),
            format!("\u{feff}{with_relay}"),
            with_relay.replace("</form>", ""),
        ] {
            let form = read_form(&page);
            assert_eq!(form.action, ACTION, "{page}");
            assert_eq!(
                form.fields,
                [("SAMLResponse".into(), VALUE.into()), ("RelayState".into(), "x".into())],
                "{page}"
            );
        }
        // Without a form, and after another form.
        assert_eq!(
            read_form(input),
            Form { action: String::new(), fields: vec![("SAMLResponse".into(), VALUE.into())] }
        );
        let second = format!("<form action=/logout><input type=hidden name=t value=1></form>{with_relay}");
        assert_eq!(read_form(&second).fields.len(), 2, "{second}");
    }
}

#[test]
fn a_wrapped_value_is_kept_as_it_is() {
    for wrapped in ["PD94\nbWwg\n", " PD94\n bWwg ", "PD94&#10;bWwg&#xa;"] {
        let expected = wrapped.replace("&#10;", "\n").replace("&#xa;", "\n");
        assert_eq!(read_form(&okta_form(wrapped)).fields[0].1, expected);
    }
    assert_eq!(read_form(&okta_form("PD94\r\nbWwg")).fields[0].1, "PD94\nbWwg", "HTML's newline is LF");
    assert_eq!(read_form(&okta_form("PD94\0")).fields[0].1, "PD94\u{fffd}");
    for twice in ["a&amp;#x2b;b", "a&noname;", "&"] {
        assert!(refusal(okta_form(twice).as_bytes()).contains("encoded twice"), "{twice}");
    }
}

#[test]
fn other_fields_of_the_same_form_come_along_and_those_of_others_do_not() {
    let html = format!(
        "<input type=hidden name=stray value=0><form id=a action=/a><input type=hidden name=a value=1></form>\
         <form id=b action=' /b '><input type=hidden name=x value=2><input name=SAMLResponse value={VALUE}>\
         <input type=hidden value=noname><input type=text name=shown value=3><input type=submit name=go value=4>\
         <input type=hidden name=off value=5 disabled></form><input type=hidden form=b name=late value=6>"
    );
    let form = read_form(&html);
    let names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((form.action.as_str(), names), ("/b", vec!["x", "SAMLResponse", "late"]));
}

#[test]
fn decoys_are_told_as_a_browser_tells_them() {
    let decoy = "<input name=\"SAMLResponse\" type=\"hidden\" value=\"DECOY\"/>";
    let decoys = [
        format!("<!-- {decoy} -->"),
        format!("<!--[if IE]>{decoy}<![endif]-->"),
        format!("<script>var s = '{decoy}';</script>"),
        format!("<script type=\"text/template\">{decoy}</script>"),
        format!("<style>{decoy}</style>"),
        format!("<textarea>{decoy}</textarea>"),
        format!("<template>{decoy}</template>"),
        format!("<template><form action=/x>{decoy}</form></template>"),
        format!("<noscript>{decoy}</noscript>"),
        format!("<iframe>{decoy}</iframe>"),
        format!("<xmp>{decoy}</xmp>"),
        format!("<noembed>{decoy}</noembed>"),
        format!("<title>{decoy}</title>"),
        format!("<svg>{decoy}</svg>"),
        format!("<svg><![CDATA[><p>{decoy}]]></svg>"),
        format!("<div title='{decoy}'></div>"),
        "<input name=\"samlresponse\" value=\"DECOY\">".to_owned(),
        "<input id=\"SAMLResponse\" value=\"DECOY\">".to_owned(),
        "<input data-name=\"SAMLResponse\" value=\"DECOY\">".to_owned(),
        "<input name=x name=\"SAMLResponse\" value=\"DECOY\">".to_owned(),
        "<input name=\"SAMLResponse\" value=\"DECOY\" disabled>".to_owned(),
        "<input name=\"SAMLResponse\" value=\"DECOY\" type=submit>".to_owned(),
        "<select name=\"SAMLResponse\"><option value=\"DECOY\"></select>".to_owned(),
        "<button name=\"SAMLResponse\" value=\"DECOY\"></button>".to_owned(),
    ];
    for decoy in &decoys {
        for page in [
            okta_page(&format!("{decoy}{}", okta_form(VALUE))),
            okta_page(&format!("{}{decoy}", okta_form(VALUE))),
            okta_page(&okta_form(VALUE).replace("<input name=\"S", &format!("{decoy}<input name=\"S"))),
        ] {
            assert_eq!(read_form(&page).field("SAMLResponse"), Some(VALUE), "{page}");
        }
        assert!(!matches!(read(decoy.as_bytes()), Ok(Page::Form(_))), "{decoy}");
    }
    let behind_a_bogus_comment = format!("<![CDATA[>{}]]>", okta_form(VALUE));
    assert_eq!(read_form(&behind_a_bogus_comment).field("SAMLResponse"), Some(VALUE));
    let in_svg_title = format!("<svg><title>{}</title></svg>", okta_form(VALUE));
    assert_eq!(read_form(&in_svg_title).field("SAMLResponse"), Some(VALUE));
}

fn refusal(html: &[u8]) -> String {
    match read(html) {
        Err(Error::Failed(failure)) => {
            assert_eq!(failure.kind, Kind::Protocol);
            failure.message
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn two_values_are_one_too_many_and_none_is_too_few() {
    let two = okta_form("AAAA") + &okta_form("BBBB");
    let message = refusal(two.as_bytes());
    assert!(message.contains("two different") && !message.contains("AAAA"), "{message}");
    assert_eq!(read_form(&(okta_form("AAAA") + &okta_form("AAAA"))).fields.len(), 2);
    let relays = okta_form("AAAA").replace("</form>", "<input type=hidden name=RelayState value=x></form>");
    let message = refusal(relays.as_bytes());
    assert!(message.contains("two different values of RelayState"), "{message}");
    assert_eq!(read_form(&relays.replace("value=x", "value=''")).fields.len(), 2);
    assert_eq!(
        read_form(&relays.replace("<input type=hidden", "</form><form><input type=hidden")).fields.len(),
        2
    );
    for empty in ["", " \n"] {
        assert!(refusal(okta_form(empty).as_bytes()).contains("empty"));
    }
    assert!(refusal(b"<input name=SAMLResponse>").contains("empty"));
}

/// One word for each kind, and what the page says.
fn told(html: &str) -> String {
    match read(html.as_bytes()).unwrap() {
        Page::Form(_) => "form".to_owned(),
        Page::SignIn { title } => format!("sign-in|{title}"),
        Page::NotAssigned { title, text } => format!("not assigned|{title}|{text}"),
        Page::AccessLocked { title, text } => format!("locked|{title}|{text}"),
        Page::StepUp { title, state_token } => format!("step-up|{title}|{}", state_token.expose_secret()),
        Page::NotSaml { title, action } => format!("not saml|{title}|{action}"),
        Page::Error { title, text } => format!("error|{title}|{text}"),
        Page::Unknown { title } => format!("unknown|{title}"),
    }
}

#[test]
fn pages_are_told_apart() {
    for (html, expected) in [
        ("<title>\n  Acme -   Sign In\n</title>", "sign-in|Acme - Sign In"),
        ("<title>Welcome</title><div id=\"okta-sign-in\"></div>", "sign-in|Welcome"),
        ("<title>Welcome</title><div class=\"a signin-container b\"></div>", "sign-in|Welcome"),
        ("<form action=\"/login/login.htm?fromURI=%2Fapp\"></form>", "sign-in|"),
        ("<script>location='\\x2Flogin\\x2Flogin.htm?fromURI=x'</script>", "sign-in|"),
        ("<title>Acme</title><script>var stateToken = '02.id.abc\\x2Ddef';</script>", "sign-in|Acme"),
        ("<title>Acme</title><script>oktaData = {\"stateToken\":\"02.id\\x2Eabc\"}</script>", "sign-in|Acme"),
        (
            "<title>Acme - Sign In</title><script>x('/login/step-up/');var stateToken = '02.id.a';</script>",
            "sign-in|Acme - Sign In",
        ),
        (
            "<title> Acme - Extra Verification</title><script type=\"text/javascript\">\n  var stateToken = '00Xg3\\x2DmadeUp_1';\n</script>",
            "step-up|Acme - Extra Verification|00Xg3-madeUp_1",
        ),
        (
            "<title>Acme</title><script>var oktaData = {\"u\":\"\\x2Flogin\\x2Fstep-up\\x2Fredirect\",\"signIn\":{\"consent\":null,\"stateToken\":\"00Xg\"}};</script>",
            "step-up|Acme|00Xg",
        ),
        (
            "<title>Acme - App Not Assigned</title><div class=\"error-content\"><h1>Sorry</h1><p>you can't access\n <b>AWS</b> because you are not assigned this app in Okta.</p></div><a href=/login/login.htm>x</a>",
            "not assigned|Acme - App Not Assigned|Sorry you can't access AWS because you are not assigned this app in Okta.",
        ),
        ("<h1>App Not Assigned</h1>", "not assigned||App Not Assigned"),
        (
            "<title>Acme</title><div class='error-content'>App Access Locked<script>x</script></div>",
            "locked|Acme|App Access Locked",
        ),
        (
            "<title>Acme - Signing in...</title><form id=appForm action='https://signin.aws.amazon.com/federation'><input name=user></form>",
            "not saml|Acme - Signing in...|https://signin.aws.amazon.com/federation",
        ),
        (
            "<title>Page Not Found</title><h1>404\u{1b}[31m</h1><a href=/login/login.htm>x</a>",
            "error|Page Not Found|404 [31m",
        ),
        ("<title>Acme</title><p class=error-content>Oops<template>no</template></p>", "error|Acme|Oops"),
        (
            "<title>503 Service Temporarily Unavailable</title><center><h1>503</h1></center>",
            "error|503 Service Temporarily Unavailable|503",
        ),
        ("<html><head><title>403</title></head></html>", "error|403|"),
        ("<title>A</title><h1>x</h1><title>B</title>", "unknown|A"),
        ("<title>Error</title><h2>First</h2><h1>Second</h1>", "error|Error|First"),
        ("<title>Room 4711</title>", "unknown|Room 4711"),
        ("<title>Acme 200</title>", "unknown|Acme 200"),
        ("<title>Acme 4th</title>", "unknown|Acme 4th"),
        (
            "<title>Hello</title><!-- App Not Assigned --><script>var m = 'App Not Assigned';</script>",
            "unknown|Hello",
        ),
        ("<template><title>Acme - Sign In</title></template>", "unknown|"),
        ("<svg><title>Acme - Sign In</title></svg>", "unknown|"),
        ("", "unknown|"),
        ("   ", "unknown|"),
        ("{\"errorCode\":\"E0000006\"}", "unknown|"),
        ("<a href=\"x", "unknown|"),
    ] {
        assert_eq!(told(html), expected, "{html}");
    }
    assert!(told(&okta_page(&okta_form(VALUE))) == "form");
    let no_token = "<title>Acme - Extra Verification</title><script>var stateToken = 'a b';</script>";
    assert!(refusal(no_token.as_bytes()).contains("no state token"));
    let long = format!("<title>{}</title>", "x".repeat(100_000));
    assert!(told(&long).len() < 300);
}

#[test]
fn a_step_up_page_shows_no_token_in_debug() {
    let page = read(b"<title>A - Extra Verification</title><script>var stateToken = '00hunter2';</script>");
    assert!(!format!("{page:?}").contains("hunter2"));
}

#[test]
fn utf8_is_read_and_nothing_else() {
    assert!(refusal(b"<title>\xff</title>").contains("byte 7"));
    assert!(refusal(b"\xff\xfe<\0t\0").contains("byte 0"));
    assert!(refusal(b"<title>\xc0\xaf").contains("not UTF-8"));
    assert_eq!(
        told("<meta charset=iso-8859-1><meta http-equiv=Content-Type content=charset><title>\u{fc}</title>"),
        "unknown|\u{fc}"
    );
}
