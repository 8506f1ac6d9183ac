//! The shapes. Sizes are bytes of input.

use crate::{Case, Make, Read};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use oktapipe::arn::{PrincipalArn, RoleArn, RolePattern, nearest, parse_pair};
use oktapipe::assertion::{self, TEXT_LIMIT, XML_LIMIT, decode, is_response};
use oktapipe::config::{self, Config};
use oktapipe::document::{self, Document, INPUT_LIMIT, Input, error_document, mask, to_line, without_tokens};
use oktapipe::error::{Error, printable};
use oktapipe::http::{BODY_LIMIT, Proxies, base_url};
use oktapipe::ini::{self, Change, Ini};
use oktapipe::okta::{Jar, refused_body};
use oktapipe::org::Org;
use oktapipe::page::{self, MARKS, TAGS};
use oktapipe::secret::SecretString;
use oktapipe::shell::{Dialect, Script};
use oktapipe::sts::{self, ANSWER_LIMIT, AssumeRequest, AwsEnvironment, AwsSettings};
use oktapipe::time;
use oktapipe::transaction::Transaction;
use std::hint::black_box;

pub(crate) fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    pages(&mut all);
    assertions(&mut all);
    documents(&mut all);
    answers(&mut all);
    texts(&mut all);
    files(&mut all);
    profiles(&mut all);
    all
}

/// `head`, as many pieces as fit, `tail`.
fn filled(head: &'static str, piece: &'static str, tail: &'static str) -> Make {
    Box::new(move |size| {
        let room = size.saturating_sub(head.len() + tail.len());
        [head, &piece.repeat(room / piece.len()), tail].concat().into_bytes()
    })
}

/// As [`filled`], with a number in each piece.
fn numbered(head: &'static str, piece: fn(usize) -> String, tail: &'static str) -> Make {
    Box::new(move |size| {
        let mut text = head.to_owned();
        for number in 0.. {
            let piece = piece(number);
            if text.len() + piece.len() + tail.len() > size {
                break;
            }
            text += &piece;
        }
        (text + tail).into_bytes()
    })
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn pages(all: &mut Vec<Case>) {
    fn read(html: &[u8]) {
        let _ = black_box(page::read(html));
    }
    for (shape, cap, make) in [
        ("text", page::BYTES, filled("", "a ", "")),
        ("ul li", 4 * TAGS, filled("", "<ul><li>", "")),
        ("div", 5 * TAGS, filled("", "<div>", "")),
        ("div at the depth", 6 * TAGS, filled("", "<div></div>", "")),
        ("b", 3 * TAGS, filled("", "<b>", "")),
        ("a i", 3 * TAGS, filled("", "<a><i></a>", "")),
        ("table b", 5 * TAGS, filled("", "<table><b>", "")),
        ("less than", MARKS, filled("", "<", "")),
        ("ampersands", MARKS, filled("", "&", "")),
        ("references", page::BYTES, filled("<input name=SAMLResponse value='", "&#x2b;", "'>")),
        ("a value", page::BYTES, filled("<form><input name=SAMLResponse value=\"", "PD94", "\"></form>")),
        ("comments", page::BYTES, filled("", "<!---->", "")),
        ("a comment", page::BYTES, filled("<!--", "- ", "-->")),
        ("nul", MARKS, filled("", "\0", "")),
        ("attributes", page::BYTES, numbered("<p", |n| format!(" a{n}"), ">")),
        (
            "tags of 200 attributes",
            page::BYTES,
            numbered(
                "",
                |n| format!("<p{}>", (0..200).map(|i| format!(" a{}", n + i)).collect::<String>()),
                "",
            ),
        ),
        ("classes", page::BYTES, numbered("<p class='", |n| format!("c{n} "), "'>")),
        ("state tokens", page::BYTES, filled("<script>", "stateToken=\"", "")),
        ("escapes", page::BYTES, filled("<script>", "\\x2F", "")),
        (
            "inputs of one form",
            page::BYTES,
            numbered(
                "<form>",
                |n| format!("<input type=hidden name=n{n} value=v>"),
                "<input name=SAMLResponse value=x>",
            ),
        ),
        (
            "inputs of many forms",
            page::BYTES,
            numbered(
                "<input name=SAMLResponse value=x>",
                |n| format!("<form id=f{n}></form><input type=hidden form=f{n} name=n value=v>"),
                "",
            ),
        ),
        (
            "text at the depth",
            5 * TAGS,
            numbered("<h1>", |n| if n < 200 { "<div>".into() } else { "a<br>".into() }, ""),
        ),
        (
            "error content",
            5 * TAGS,
            numbered("<p class=error-content>", |n| if n < 200 { "<i>".into() } else { "a<br>".into() }, ""),
        ),
    ] {
        all.push(Case { parser: "page", shape, cap, make, read });
    }
}

fn assertions(all: &mut Vec<Case>) {
    fn read(xml: &[u8]) {
        let _ = black_box(assertion::parse(xml));
    }
    const HEAD: &str = "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'><Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'><AttributeStatement><Attribute Name='https://aws.amazon.com/SAML/Attributes/Role'>";
    const TAIL: &str = "</Attribute></AttributeStatement></Assertion></p:Response>";
    let role = |n: usize| {
        format!(
            "<AttributeValue>arn:aws:iam::{n:012}:role/R,arn:aws:iam::{n:012}:saml-provider/O</AttributeValue>"
        )
    };
    for (shape, make) in [
        ("roles", numbered(HEAD, role, TAIL)),
        ("empty roles", filled(HEAD, "<AttributeValue/>", TAIL)),
        (
            "commas",
            filled(HEAD, "<AttributeValue>,arn:,arn:,arn:,arn:,arn:,arn:,arn:</AttributeValue>", TAIL),
        ),
        ("elements", filled(HEAD, "<a/>", TAIL)),
        ("comments", filled(HEAD, "<!---->", TAIL)),
        ("references", filled(HEAD, "&#65;", TAIL)),
        ("cdata", filled(HEAD, "<![CDATA[]]>", TAIL)),
        ("open", filled("", "<a>", "")),
        ("attributes", numbered("<a", |n| format!(" a{n}=''"), "/>")),
        ("attributes with a prefix", numbered("<a xmlns:b='c'", |n| format!(" b:a{n}=''"), "/>")),
        ("namespaces", numbered("<a", |n| format!(" xmlns:a{n}='b'"), "/>")),
        ("ids", numbered(HEAD, |n| format!("<Attribute ID='{n}'/>"), TAIL)),
        ("an attribute", filled("<a b='", "&#65;", "'/>")),
        ("less than", filled("", "<", "")),
    ] {
        all.push(Case { parser: "assertion", shape, cap: XML_LIMIT, make, read });
    }
    fn base64(bytes: &[u8]) {
        let _ = black_box(decode(text(bytes)));
    }
    for (shape, piece) in [
        ("ampersands", "&"),
        ("references", "&#x2b;"),
        ("names", "&plus;"),
        ("unknown", "&nosuch;"),
        ("blanks", " "),
        ("lines", "AAAA\n"),
    ] {
        all.push(Case {
            parser: "base64",
            shape,
            cap: TEXT_LIMIT,
            make: filled("", piece, ""),
            read: base64,
        });
    }
    fn kind(bytes: &[u8]) {
        let _ = black_box(is_response(bytes));
    }
    for (shape, piece) in [
        ("declarations", "<!x>"),
        ("comments", "<!---->"),
        ("open comments", "<!--<!"),
        ("instructions", "<?x?>"),
    ] {
        all.push(Case {
            parser: "XML or HTML",
            shape,
            cap: INPUT_LIMIT,
            make: filled("", piece, ""),
            read: kind,
        });
    }
}

fn documents(all: &mut Vec<Case>) {
    fn read(bytes: &[u8]) {
        if let Ok(Input::Document(document)) = document::read(bytes) {
            black_box(to_line(&document));
        }
    }
    for (shape, make) in [
        ("numbers", filled("{\"a\":[", "0,", "0]}")),
        ("objects", filled("{\"a\":[", "{},", "0]}")),
        (
            "long numbers",
            filled(
                "{\"a\":[",
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890,",
                "0]}",
            ),
        ),
        ("a string", filled("{\"a\":\"", "a", "\"}")),
        ("escapes", filled("{\"a\":\"", "\\u0041", "\"}")),
        ("a string beyond ASCII", filled("{\"a\":\"", "\u{e9}", "\"}")),
        (
            "names",
            numbered(
                "{",
                |n| {
                    format!(
                        "\"name{n}\":\"some value of this length, which is 64 characters or so at most\","
                    )
                },
                "\"a\":0}",
            ),
        ),
        ("open", filled("{\"a\":", "[", "")),
        ("blanks", filled("{\"a\":", " ", "0}")),
    ] {
        all.push(Case { parser: "document", shape, cap: INPUT_LIMIT, make, read });
    }
    fn hide(bytes: &[u8]) {
        let Some(members) = document::object(bytes) else { return };
        black_box(mask(&Document::from(members.clone())));
        black_box(without_tokens(members));
    }
    for (shape, make) in [
        ("tokens", numbered("{\"a\":[", |n| format!("{{\"stateToken\":\"token{n:06}\"}},"), "0]}")),
        (
            "texts",
            filled(
                "{\"stateToken\":\"aaaaaaaab\",\"a\":[",
                "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",",
                "0]}",
            ),
        ),
    ] {
        all.push(Case { parser: "mask", shape, cap: BODY_LIMIT, make, read: hide });
    }
}

fn answers(all: &mut Vec<Case>) {
    fn okta(bytes: &[u8]) {
        let Some(members) = document::object(bytes) else { return };
        let org = Org::parse("acme").unwrap();
        if let Some(transaction) = Transaction::read(&members) {
            black_box(transaction.links().iter().filter_map(|link| org.own(&org.url("/"), link)).count());
        }
    }
    fn okta_refusal(bytes: &[u8]) {
        let Some(members) = document::object(bytes) else { return };
        if let Error::Failed(failure) = refused_body(400, members) {
            black_box(to_line(&error_document("authn", &failure)));
        }
    }
    for (shape, make) in [
        (
            "factors",
            numbered(
                "{\"status\":\"MFA_REQUIRED\",\"_embedded\":{\"factors\":[",
                |n| {
                    format!(
                        "{{\"factorType\":\"push\",\"id\":\"{n}\",\"_links\":{{\"verify\":{{\"href\":\"https://a/{n}\"}}}}}},"
                    )
                },
                "0]}}",
            ),
        ),
        (
            "links",
            filled(
                "{\"status\":\"X\",\"_links\":{\"resend\":[",
                "{\"href\":\"https://acme.okta.com/a/../b\"},",
                "0]}}",
            ),
        ),
        (
            "causes",
            filled("{\"errorCode\":\"E\",\"errorSummary\":\"", "a\u{202e} ", "\",\"errorCauses\":[]}"),
        ),
        ("words", filled("{\"errorCode\":\"E\",\"errorSummary\":\"x\",\"a\":[", "\"errorCauses\",", "0]}")),
    ] {
        let read: Read = if shape == "causes" || shape == "words" { okta_refusal } else { okta };
        all.push(Case { parser: "Okta", shape, cap: BODY_LIMIT, make, read });
    }
    fn success(bytes: &[u8]) {
        assume(200, bytes);
    }
    fn refusal(bytes: &[u8]) {
        assume(400, bytes);
    }
    const HEAD: &str = "<AssumeRoleWithSAMLResponse><AssumeRoleWithSAMLResult>";
    const ERROR: &str = "<ErrorResponse><Error><Code>X</Code><Message>";
    const END: &str = "</Message></Error></ErrorResponse>";
    let sts: [(&str, usize, Make, Read); 9] = [
        ("open", ANSWER_LIMIT, filled(HEAD, "<a>", ""), success),
        ("elements", ANSWER_LIMIT, filled(HEAD, "<a/>", ""), success),
        ("attributes", ANSWER_LIMIT, numbered("<a", |n| format!(" a{n}=''"), "/>"), success),
        (
            "credentials",
            ANSWER_LIMIT,
            filled(HEAD, "<Credentials><AccessKeyId>A</AccessKeyId></Credentials>", ""),
            success,
        ),
        (
            "a subject",
            ANSWER_LIMIT,
            filled("<AssumeRoleWithSAMLResponse><AssumeRoleWithSAMLResult><Subject>", "&amp;", "</Subject>"),
            success,
        ),
        ("comments", ANSWER_LIMIT, filled(HEAD, "<!---->", ""), success),
        ("a message", BODY_LIMIT, filled(ERROR, "a", END), refusal),
        ("a message of words", BODY_LIMIT, filled(ERROR, "a&lt; ", END), refusal),
        ("secrets", BODY_LIMIT, filled(ERROR, "PHNhbWw+CANARY", END), refusal),
    ];
    for (shape, cap, make, read) in sts {
        all.push(Case { parser: "STS", shape, cap, make, read });
    }
}

fn texts(all: &mut Vec<Case>) {
    let mut add = |parser, shape, cap, make, read| all.push(Case { parser, shape, cap, make, read });
    let arn: Read = |bytes| {
        let _ = black_box((
            parse_pair(text(bytes)),
            RoleArn::parse(text(bytes)),
            PrincipalArn::parse(text(bytes)),
        ));
    };
    add("ARN", "commas", 4352, filled("", ",arn:", ""), arn);
    add(
        "ARN",
        "a path",
        4352,
        filled("arn:aws:iam::111122223333:role/", ",arn:aws:iam::111122223333:role/a", "a"),
        arn,
    );
    add("ARN", "a long text", XML_LIMIT, filled("", ",arn:", ""), arn);
    let pattern: Read = |bytes| {
        let role = RoleArn::parse(&format!("arn:aws:iam::111122223333:role/{}/b", "a".repeat(500))).unwrap();
        let _ = black_box(RolePattern::parse(text(bytes)).map(|pattern| pattern.matches(&role)));
        black_box(nearest(
            text(bytes),
            &vec!["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; 800],
        ));
    };
    add("--role", "stars", 2048, filled("", "*a", "c"), pattern);
    add("--role", "letters", 2048, filled("", "a", "c"), pattern);
    let org: Read = |bytes| {
        let _ = black_box((Org::parse(text(bytes)), base_url(text(bytes))));
        let text = text(bytes).to_owned();
        let _ = black_box(Proxies::choose(move |_| Some(text.clone())).url().is_ok());
    };
    for (shape, head, piece) in [
        ("labels", "", "a."),
        ("users", "https://", "a@"),
        ("percents", "https://", "%61"),
        ("path", "https://a/", "../"),
        ("IDN", "https://", "\u{e9}."),
    ] {
        add("org, proxy", shape, 128 << 10, filled(head, piece, ""), org);
    }
    let times: Read = |bytes| {
        let _ = black_box((time::parse(text(bytes)), time::parse_http_date(text(bytes))));
    };
    add("time", "digits", 64 << 10, filled("2026-03-01T10:15:57.", "9", "Z"), times);
    add("time", "comments", 64 << 10, filled("Thu, ", "(", " 01 Jan 2026 00:00:30 GMT"), times);
    let jar: Read = |bytes| {
        let mut jar = Jar::default();
        text(bytes).split('\n').for_each(|line| jar.take(line));
        black_box(jar.header().is_some());
    };
    add("cookies", "lines", 64 << 10, numbered("", |n| format!("c{n}=v\n"), ""), jar);
    add("cookies", "attributes", 64 << 10, filled("a=b", ";expires=x", ""), jar);
    let shown: Read = |bytes| drop(black_box(printable(text(bytes))));
    add("printable", "controls", INPUT_LIMIT, filled("", "\u{1b}[", ""), shown);
    add("printable", "invisible", INPUT_LIMIT, filled("", "\u{202e}", ""), shown);
    let quote: Read = |bytes| {
        for dialect in Dialect::ALL {
            let mut script = Script::new(dialect);
            let _ = black_box(script.export("A", text(bytes)).is_ok());
        }
    };
    add("export", "quotes", 128 << 10, filled("", "'", ""), quote);
    add("export", "marks", 128 << 10, filled("", "!\\", ""), quote);
}

/// AssumeRoleWithSAML with its answer ready.
fn assume(status: u16, body: &[u8]) {
    let environment = AwsEnvironment {
        flag: Some("eu-west-1".to_owned()),
        endpoint_url: Some("http://127.0.0.1:9".to_owned()),
        ..AwsEnvironment::default()
    };
    let request = AssumeRequest {
        role_arn: RoleArn::parse("arn:aws:iam::111122223333:role/Dev").unwrap(),
        principal_arn: PrincipalArn::parse("arn:aws:iam::111122223333:saml-provider/OKTA").unwrap(),
        assertion: SecretString::from("PHNhbWw+CANARY"),
        duration: None,
        policy: None,
        policy_arns: Vec::new(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let aws = runtime.block_on(AwsSettings::load(&environment)).unwrap();
    let _ = black_box(runtime.block_on(sts::assume_role_with_saml(
        Ready { status, body: body.to_vec() },
        &aws,
        &request,
    )));
}

#[derive(Clone, Debug)]
struct Ready {
    status: u16,
    body: Vec<u8>,
}

impl HttpClient for Ready {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Ready {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let status = self.status.try_into().unwrap();
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.body.clone()))))
    }
}

fn files(all: &mut Vec<Case>) {
    fn edit(file: &[u8]) {
        let change = || Change { section: "a", set: vec![("k", "v"), ("l", "w")], remove: vec!["m"] };
        let _ = black_box(Ini::parse(file).map(|ini| ini.edit(&[change()]).map(|text| text.len())));
    }
    for (shape, cap, make) in [
        ("sections", 7 * ini::LINES, numbered("", |n| format!("[{n}]\n"), "[a]\n")),
        ("keys", 7 * ini::LINES, numbered("[a]\n", |n| format!("k{n}=\n"), "")),
        ("a value of lines", 4 * ini::LINES, filled("[a]\nk = v\n", " x=\n", "")),
        ("a nested value", 6 * ini::LINES, filled("[a]\nk =\n", " x=\u{2028}\n", "")),
        ("a long value", ini::LIMIT, filled("[a]\nk = ", "v ", "\n")),
        ("brackets", ini::LIMIT, filled("[a]\nk = ", "[", "\n")),
        ("a long indent", ini::LIMIT, filled("[a]\n", " ", "k = v\n")),
        ("comments", 2 * ini::LINES, filled("[a]\n", "#\n", "")),
        (
            "profiles",
            ini::LIMIT,
            numbered(
                "",
                |n| {
                    format!(
                        "[p{n}]\naws_access_key_id = ASIA\naws_secret_access_key = {0}\naws_session_token = {0}{0}{0}\n\n",
                        "x".repeat(100)
                    )
                },
                "",
            ),
        ),
    ] {
        all.push(Case { parser: "ini", shape, cap, make, read: edit });
    }
}

fn profiles(all: &mut Vec<Case>) {
    fn parse(file: &[u8]) {
        let _ =
            black_box(Config::parse(std::str::from_utf8(file).unwrap()).map(|config| config.names().count()));
    }
    for (shape, make) in [
        ("tables", numbered("", |n| format!("[profile.p{n}]\n"), "")),
        ("tables in tables", numbered("", |n| format!("[x.a{n}.b{n}]\n"), "")),
        ("keys", numbered("[x]\n", |n| format!("k{n}=1\n"), "")),
        ("dotted keys", numbered("[x]\n", |n| format!("a.b.k{n}=1\n"), "")),
        ("aliases", numbered("[aliases]\n", |n| format!("{n:012}='a'\n"), "")),
        ("a name of many parts", filled("[profile.", "a.", "a]\n")),
        ("a list", filled("[profile.a]\nfactor = [", "'a',", "]\n")),
        ("lists in lists", filled("[profile.a]\nfactor = ", "[", "\n")),
        ("tables in a line", numbered("x = {", |n| format!("k{n}={{}},"), "}\n")),
        ("a long string", filled("[profile.a]\npassword-command = '''", "\n", "'''\n")),
        ("escapes", filled("[profile.a]\npassword-command = \"", "\\u0041", "\"\n")),
        ("comments", filled("", "#\n", "")),
    ] {
        all.push(Case { parser: "config", shape, cap: config::LIMIT, make, read: parse });
    }
}
