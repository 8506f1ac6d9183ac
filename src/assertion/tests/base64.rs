use super::*;

#[test]
fn base64_is_read_as_it_may_arrive() {
    let xml = "<?xml version=\"1.0\"?><a>>>>>??</a>";
    let plain = Encoded::from_xml(xml.as_bytes()).unwrap();
    let base64 = plain.base64().to_owned();
    assert!(base64.contains('+') && base64.ends_with('='), "{base64}");
    let wrapped: String = base64
        .chars()
        .enumerate()
        .map(|(i, c)| if i % 8 == 0 { format!("\r\n {c}") } else { c.into() })
        .collect();
    let hex = base64.replace('+', "&#x2b;").replace('=', "&#x3d;").replace('/', "&#x2f;");
    for text in [
        base64.clone(),
        format!("\u{feff}  {base64}\n"),
        wrapped,
        hex.clone(),
        hex.replace("x2b", "X2B"),
        base64.replace('+', "&#43;").replace('=', "&#61;&#10;"),
        base64.replace('+', "&plus;").replace('=', "&equals;").replace('/', "&sol;"),
    ] {
        let read = decode(&text).unwrap_or_else(|error| panic!("{error} in {text}"));
        assert_eq!(read, plain, "{text}");
        assert_eq!(read.xml(), xml.as_bytes());
    }
    assert_eq!(Encoded::from_xml(format!("\n{xml} \n").as_bytes()).unwrap(), plain);
    assert_eq!(format!("{plain:?}"), format!("Encoded({} characters)", base64.len()));
}

#[test]
fn what_is_not_standard_base64_is_another_document() {
    for (text, word) in [
        ("", "no base64"),
        (" \n", "no base64"),
        ("PGE-", "character 4"),
        ("PGE_", "character 4"),
        ("PGE%3D", "character 4"),
        ("PGEvPg", "="),
        ("PGEvPg=", "cut or damaged"),
        ("PGEvPg===", "cut or damaged"),
        ("====", "cut or damaged"),
        ("PGE=PGE=", "cut or damaged"),
        ("PGF=", "last character"),
        ("TR==", "last character"),
        ("P", "missing"),
        ("PGE\0", "character 4"),
        ("PGE\u{e9}", "character 4"),
        ("PGEv&amp;#x2b;", "character 5"),
        ("PGE&#x2b", "character 4"),
        ("<html>", "character 1"),
        ("{\"a\":1}", "character 1"),
    ] {
        match decode(text) {
            Err(Error::Failed(failure)) => {
                assert_eq!(failure.kind, Kind::WrongDocument, "{text}");
                assert!(failure.message.contains(word), "{text}: {}", failure.message);
            }
            other => panic!("{text}: {other:?}"),
        }
    }
}

#[test]
fn the_limit_of_sts_holds_to_the_character() {
    let at = "A".repeat(LIMIT);
    assert_eq!(decode(&format!("{at}\n")).unwrap().xml().len(), XML_LIMIT);
    for error in [decode(&format!("{at}AAAA")).err(), Encoded::from_xml(&vec![b'<'; XML_LIMIT + 1]).err()] {
        let Some(Error::Failed(failure)) = error else { panic!("{error:?}") };
        assert_eq!(failure.kind, Kind::Protocol);
        assert!(
            failure.message.contains("100004 characters") && failure.message.contains("100000"),
            "{}",
            failure.message
        );
    }
    assert!(Encoded::from_xml(&vec![b'<'; XML_LIMIT]).is_ok());
    let spread = "&#000065;".repeat(LIMIT) + &" ".repeat(LIMIT);
    assert_eq!(spread.len(), TEXT_LIMIT);
    assert_eq!(decode(&spread).unwrap().base64(), at);
    let error = decode(&format!("{spread} ")).unwrap_err();
    assert_eq!(error.kind(), Some(Kind::Protocol));
    assert!(error.to_string().contains("longer than any assertion"), "{error}");
}

#[test]
fn hostile_texts_end_soon() {
    let begin = std::time::Instant::now();
    for piece in ["&", "&a", "&#", "&#x2b;", "&#99999999999;", " ", "&nosuchname;", "A\n"] {
        let _ = decode(&piece.repeat(TEXT_LIMIT / piece.len()));
    }
    assert!(begin.elapsed() < std::time::Duration::from_secs(5), "{:?}", begin.elapsed());
}
