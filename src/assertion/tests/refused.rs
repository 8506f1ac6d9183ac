//! What must not be read, since not all parsers read it alike, and what must not take long.

use super::*;

#[test]
fn what_parsers_differ_on_is_refused() {
    let base = response(&dev());
    let assertion = ASSERTION.replace("ATTRIBUTES", &dev());
    let value = |text: &str| base.replace("role/Dev", text);
    let deep = |n: usize| base.replace("<?pi x?>", &format!("{}{}", "<x>".repeat(n), "</x>".repeat(n)));
    for (xml, word) in [
        (value("role/De<!---->v"), "comment or an element"),
        (value("role/De<?x?>v"), "comment or an element"),
        (value("role/De<b>v</b>"), "comment or an element"),
        (value("role/Dev<!-- -->"), "comment or an element"),
        (base.replace("urn:amazon:web", "urn:amazon:<!-- -->web"), "Audience"),
        (base.replace("ada@", "ada<!-- -->@"), "NameID"),
        (base.replace("<saml2:Issuer>http", "<saml2:Issuer><!-- -->http"), "Issuer"),
        (base.replace("<saml2p:Response", "<!DOCTYPE x><saml2p:Response"), "DOCTYPE"),
        (format!("<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/hostname\">]>{}", value("&e;")), "DOCTYPE"),
        (value("role/&e;"), "entity"),
        (value("role/&nbsp;"), "entity"),
        (value("role/& x"), "&"),
        (base.replace("ID=\"id2\"", "ID=\"&e;\""), "entity"),
        (value("role/De&#27;v"), "character"),
        (value("role/De&#0;v"), "character"),
        (value("role/De&#xFFFE;v"), "character"),
        (value("role/De&#xD800;v"), "character"),
        (base.replace("ID=\"id2\"", "ID=\"&#27;\""), "not allow"),
        (base.replace("ID=\"id2\"", "ID=\"a<b\""), "not allow"),
        (value("role/De\u{1b}v"), "control character"),
        (value("role/De\0v"), "control character"),
        (value("role/De\u{fffe}v"), "control character"),
        (value("role/De]]>v"), "]]>"),
        (base.replace("ID=\"id2\"", "ID=\"id2\" ID=\"id2\""), "twice"),
        (base.replace("<ds:Signature", "<ds:Signature xmlns:e=\"http://www.w3.org/2000/09/xmldsig#\" ds:a=\"1\" e:a=\"2\""), "twice"),
        (base.replace("ID=\"id2\" ", "ID=\"id2\""), "no blank"),
        (base.replace("ID=\"id2\"", "ID=id2"), "broken"),
        (base.replace("ID=\"id2\"", "ID"), "broken"),
        (base.replace("ID=\"id2\"", "1D=\"id2\""), "not allow"),
        (base.replace("ID=\"id2\"", "none:ID=\"id2\""), "prefix"),
        (base.replace("xmlns:saml2=", "xmlns:other="), "prefix"),
        (base.replace("SAML:2.0:assertion", "SAML:1.0:assertion"), "no assertion"),
        (base.replace("SAML:2.0:protocol", "SAML:1.0:protocol"), "no Response"),
        (assertion.clone(), "no Response"),
        (format!("{base}<a/>"), "more than one root"),
        (format!("{base}{base}"), "in the middle"),
        (format!("{base}x"), "outside"),
        (format!("{base}<![CDATA[]]>"), "outside"),
        (format!("{base}&#32;"), "outside"),
        (format!("<a/>{base}"), "in the middle"),
        (format!(" {base}"), "in the middle"),
        (base.replace("?>", "?><?XML version=\"1.0\"?>"), "in the middle"),
        (base[..base.len() - 1].to_owned(), "cut off"),
        (base.replace(TAIL, ""), "cut off"),
        (base.replace(TAIL, "</x>"), "end tag"),
        (format!("{base}</x>"), "end tag"),
        (base.replace("<!-- c -->", "<!-- c -- c -->"), "--"),
        (base.replace("<!-- c -->", "<!-- c "), "cut off"),
        (format!("{HEAD}{assertion}{assertion}{TAIL}"), "more than one Assertion"),
        (format!("{HEAD}<saml2p:Extensions>{assertion}</saml2p:Extensions>{TAIL}"), "of its own making"),
        (format!("{HEAD}<saml2p:Extensions>{assertion}</saml2p:Extensions>{assertion}{TAIL}"), "of its own making"),
        (base.replace("<!-- c -->", &assertion), "of its own making"),
        (format!("{HEAD}{HEAD}{assertion}{TAIL}{TAIL}"), "of its own making"),
        (format!("{HEAD}{TAIL}"), "no assertion"),
        (base.replace("ID=\"id2\"", "ID=\"id1\""), "ID twice"),
        (
            base.replace("<!-- c -->", &assertion.replace("SAML:2.0:assertion", "SAML:2.0&#58;assertion")),
            "not written plainly",
        ),
        (base.replace("<ds:Signature", "<ds:Signature xmlns:e=\"a&#58;b\""), "not written plainly"),
        (base.replace("<ds:Signature", "<ds:Signature xmlns:e=\"a\nb\""), "not written plainly"),
        (base.replace("<ds:Signature", "<ds:Signature xmlns:e=\"\""), "not written plainly"),
        (base.replace("<ds:Signature", "<ds:Signature xmlns:xml=\"a\""), "namespace"),
        (base.replace("<ds:Signature", "<ds:Signature xmlns:xmlns=\"a\""), "namespace"),
        (base.replace("<ds:Signature", "<ds:Signature xmlns:e=\"a\" xmlns:e=\"a\""), "twice"),
        (base.replace("<?pi x?>", "<?p:i x?>"), "processing instruction"),
        (base.replace("<?pi x?>", "<?1?>"), "processing instruction"),
        (base.replace("<?pi x?>", "<? pi?>"), "processing instruction"),
        (base.replace("<?pi x?>", "<\u{d7}/>"), "not allow"),
        (base.replace("<!-- c -->", "<!-- c --->"), "--"),
        (base.replace("<!-- c -->", "<!-->"), ""),
        (base.replace("<!-- c -->", "<!--->"), ""),
        (base.replace("\"UTF-8\"?>", "\"UTF-8\" encoding=\"UTF-16\"?>"), "declaration is broken"),
        (base.replace("?xml version=\"1.0\" enc", "?xml enc"), "declaration is broken"),
        (base.replace("<saml2:Subject>", "<saml2:Subject/><saml2:Subject>"), "more than one Subject"),
        (base.replace("\"UTF-8\"", "\"ISO-8859-1\""), "ISO-8859-1"),
        (base.replace("\"UTF-8\"", "\"UTF-16\""), "UTF-16"),
        (base.replace("\"UTF-8\"", "\"UTF-7\""), "UTF-7"),
        (base.replace("version=\"1.0\" enc", "version=\"1.1\" enc"), "1.0"),
        (deep(62), "deeper"),
        (base.replace("<saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>", ""), "no status code"),
        (base.replace("status:Success", "status:Responder"), "login failed: Responder"),
        (
            base.replace("status:Success\"/>", "status:Responder\"><saml2p:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:AuthnFailed\"/></saml2p:StatusCode><saml2p:StatusMessage>no\n\u{202e}way</saml2p:StatusMessage>"),
            "login failed: Responder, AuthnFailed (no way)",
        ),
        (" ".repeat(3) + "<!-- -->", "no root"),
        (base.replace("<?pi x?>", &"x".repeat(XML_LIMIT)), "75000 bytes"),
    ] {
        let (kind, message) = refusal(xml.as_bytes());
        assert_eq!(kind, Kind::Protocol, "{message}");
        assert!(message.contains(word), "{word}: {message} in {xml}");
        assert!(message.bytes().all(|b| (0x20..0x7f).contains(&b)), "{message}");
    }
    assert_eq!(roles(&deep(61)).len(), 1);
}

#[test]
fn encodings_other_than_utf8_are_refused() {
    let base = response(&dev());
    let utf16: Vec<u16> = base.encode_utf16().collect();
    let big: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
    let little: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
    for bytes in
        [[b"\xfe\xff", big.as_slice()].concat(), [b"\xff\xfe", little.as_slice()].concat(), big, little]
    {
        assert!(refusal(&bytes).1.contains("UTF-16"));
    }
    assert!(refusal(&[base.as_bytes(), b"\xff"].concat()).1.contains("not UTF-8"));
    assert!(
        refusal(&base.as_bytes().iter().copied().chain(*b"<!-- \xc0\xaf -->").collect::<Vec<_>>())
            .1
            .contains("UTF-8")
    );
}

#[test]
fn what_is_no_xml_is_another_document() {
    for bytes in [&b""[..], b"  \n", b"PD94", b"{}", b"\x4c\x6f\xa7\x94", b"\x1f\x8b\x08", b"x<a/>"] {
        assert_eq!(refusal(bytes).0, Kind::WrongDocument);
    }
}

#[test]
fn hostile_documents_end_soon() {
    let many = |n: usize, f: &dyn Fn(usize) -> String| (0..n).map(f).collect::<String>();
    let begin = std::time::Instant::now();
    for xml in [
        format!("<a{}/>", many(8000, &|i| format!(" a{i}=\"\""))),
        format!("<a{}/>", many(4200, &|i| format!(" xmlns:a{i}=\"b\""))),
        format!("<a xmlns:b=\"c\"{}/>", many(6500, &|i| format!(" b:a{i}=\"\""))),
        "<a>".repeat(25_000),
        "<a/>".repeat(18_000),
        "&#65;".repeat(15_000),
        format!("<a>{}", "&#65;".repeat(14_000)),
        format!("<a>{}", "<!---->".repeat(10_000)),
        "<".repeat(75_000),
        format!("<a>{}</a>", "<![CDATA[]]>".repeat(6_000)),
    ] {
        assert!(xml.len() <= XML_LIMIT, "{}", xml.len());
        refusal(xml.as_bytes());
    }
    assert!(begin.elapsed() < std::time::Duration::from_secs(8), "{:?}", begin.elapsed());
}
