use super::page::{DATA, NAME, PLACES};
use super::*;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use std::time::{Duration, Instant};

fn accounts(html: &str) -> Vec<(String, Option<String>)> {
    match read(html.as_bytes()).unwrap() {
        AccountPage::Accounts(accounts) => {
            accounts.into_iter().map(|account| (account.id, account.alias)).collect()
        }
        other => panic!("{other:?} in {html}"),
    }
}

fn pairs(expected: &[(&str, Option<&str>)]) -> Vec<(String, Option<String>)> {
    expected.iter().map(|(id, alias)| ((*id).to_owned(), alias.map(str::to_owned))).collect()
}

/// As AWS wrote it: rows of roles lie in a second `saml-account` within the account's.
fn legacy(names: &[&str]) -> String {
    let rows: String = names
        .iter()
        .map(|name| {
            format!(
                "<div  class=\"saml-account\"> <div onClick=\"expandCollapse(0);\">\n <img id=\"image0\" src=\"/x.png\"></img>\n\
                 <div class=\"saml-account-name\">{name}</div>\n</div>\n<hr><div id=\"0\" class=\"saml-account\" >\n\
                 <div class=\"saml-role\"><input type=\"radio\" name=\"roleIndex\" value=\"arn:aws:iam::1:role/x\" />\
                 <label class=\"saml-role-description\">x</label></div></div></div>"
            )
        })
        .collect();
    format!(
        "<html><head></head></head><body><form id=\"saml_form\" action=\"/saml\"><fieldset>{rows}</fieldset></form></body></html>"
    )
}

fn next(json: &str) -> String {
    let data = STANDARD.encode(json);
    format!(
        "<html><head><meta name=\"csrf_token\" content=\"x\"><meta name=\"data\"\n content=\"{data}\"></head><body><div id=\"root\"></div></body></html>"
    )
}

#[test]
fn the_page_of_old_names_accounts_with_and_without_an_alias() {
    let page = legacy(&[
        "Account: acme-production (000000000001)",
        "Account: 000000000002",
        " Account:\n crowd-1 (000000000003) ",
    ]);
    assert_eq!(
        accounts(&page),
        pairs(&[
            ("000000000001", Some("acme-production")),
            ("000000000002", None),
            ("000000000003", Some("crowd-1")),
        ])
    );
}

#[test]
fn the_page_of_2023_holds_them_in_base64() {
    let page = next(
        r#"{"roles_accounts":{"acme-production (012345678901)":["arn:aws:iam::012345678901:role/a"],"987654321987":[],"later":7},
            "RelayState":"","invalid_accounts":{"no (111111111111)":[]},"SAMLResponse":"PD94","region":"IAD"}"#,
    );
    assert_eq!(accounts(&page), pairs(&[("012345678901", Some("acme-production")), ("987654321987", None)]));
    for json in ["", "7", "[]", "{}", r#"{"roles_accounts":[]}"#, r#"{"roles_accounts":{}}"#, "{"] {
        assert_eq!(read(next(json).as_bytes()).unwrap(), AccountPage::Unknown, "{json}");
    }
    assert_eq!(read(b"<meta name=data content='!'>").unwrap(), AccountPage::Unknown);
    assert_eq!(read(b"<meta name=data>").unwrap(), AccountPage::Unknown);
}

#[test]
fn pages_without_accounts_are_told() {
    let error = "<h1>Error</h1><p>Your request included an invalid SAML response. To logout, <a href='/logout'>click here</a>.</p>";
    for (page, expected) in [
        (error, AccountPage::Refused),
        (
            "<script>var hashArgs = window.location.hash;</script><noscript>JavaScript is disabled.</noscript>",
            AccountPage::Interstitial,
        ),
        ("", AccountPage::Unknown),
        ("<html><p>hashArgs</p>", AccountPage::Unknown),
        ("<script>'invalid SAML response'</script>", AccountPage::Unknown),
        ("{\"roles_accounts\":{}}", AccountPage::Unknown),
    ] {
        assert_eq!(read(page.as_bytes()).unwrap(), expected, "{page}");
    }
}

#[test]
fn what_a_browser_does_not_show_names_no_account() {
    let name = "<div class=\"saml-account-name\">Account: decoy-1 (000000000009)</div>";
    for around in [
        format!("<!-- {name} -->"),
        format!("<script>{name}</script>"),
        format!("<script><!--<script>{name}</script>--></script>"),
        format!("<style>{name}</style>"),
        format!("<title>{name}</title>"),
        format!("<textarea>{name}</textarea>"),
        format!("<noscript>{name}</noscript>"),
        format!("<iframe>{name}</iframe>"),
        format!("<xmp>{name}</xmp>"),
        format!("<plaintext>{name}"),
        format!("<p title='{}'>", name.replace('\'', "")),
        name.replace("div class", "div data-class"),
        name.replace("saml-account-name", "saml-account-names"),
        name.replace("</div>", ""),
    ] {
        let page = format!("{}{around}", legacy(&["Account: 000000000001"]));
        assert_eq!(accounts(&page), pairs(&[("000000000001", None)]), "{around}");
    }
}

#[test]
fn a_name_that_is_no_alias_is_passed_over_and_one_that_is_no_account_too() {
    let page = legacy(&[
        "Account: Acme Corp. (Prod) (000000000001)",
        "Account: \u{1b}[31mred (000000000002)",
        "Account: a-\u{202e}b (000000000003)",
        "Account: ../x (000000000004)",
        "Account: x (123)",
        "Account: acme (0000000000055)",
        "Account: \u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}",
        "Account: fine <b>x</b> (000000000006)",
        "",
    ]);
    let ids = accounts(&page);
    assert_eq!(
        ids.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>(),
        ["000000000001", "000000000002", "000000000003", "000000000004", "000000000006"]
    );
    assert!(ids.iter().all(|(_, alias)| alias.is_none()), "{ids:?}");
    let twice = legacy(&["Account: first (000000000001)", "Account: second (000000000001)"]);
    assert_eq!(accounts(&twice), pairs(&[("000000000001", Some("first"))]));
}

#[test]
fn an_alias_is_what_iam_takes_for_one() {
    for text in ["abc", "a-b", "0x1", &"a".repeat(63)] {
        assert!(is_alias(text), "{text}");
    }
    for text in
        ["", "ab", "-ab", "ab-", "a--b", "Abc", "a_b", "a b", "a/b", "a.b", "\u{e4}bc", &"a".repeat(64)]
    {
        assert!(!is_alias(text), "{text}");
    }
    for source in [Source::Config, Source::SignIn, Source::Iam] {
        assert_eq!(Source::named(source.name()), Some(source));
    }
    assert_eq!(Source::named("page"), None);
}

#[test]
fn limits_are_kept_and_a_hostile_page_takes_no_longer() {
    let refused = |html: &[u8]| read(html).unwrap_err().kind().is_some();
    assert!(refused(&vec![b' '; BYTES + 1]));
    assert!(refused(b"\xff"));
    assert!(read(&vec![b' '; BYTES]).is_ok());
    for mark in ["<", "&", "\0"] {
        assert!(refused(mark.repeat(250_001).as_bytes()), "{mark:?}");
    }
    assert!(read("&".repeat(250_000).as_bytes()).is_ok());
    let many: Vec<String> = (0..ACCOUNTS + 50).map(|n| format!("Account: {n:012}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(accounts(&legacy(&many[..500])).len(), 500);
    let begin = Instant::now();
    for shape in [
        " a".repeat(BYTES / 2),
        format!("<div{}", " a".repeat(BYTES / 2 - 10)),
        format!("<div{}>", " class=saml-account-name".repeat(BYTES / 24 - 10)),
        "<div class=saml-account-name>".repeat(BYTES / 29),
        "<script>".repeat(BYTES / 8),
        "<ul><li>".repeat(30_000),
        format!("<meta name=data content=\"{}\">", "A".repeat(BYTES - 100)),
        next(&format!("{{\"roles_accounts\":{}", "[".repeat(200_000))),
        next(&format!("{{\"x\":[{}1]}}", "1,".repeat(100_000))),
    ] {
        let _ = read(shape.as_bytes());
    }
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}

#[test]
fn a_tag_has_as_many_attributes_as_the_limit_and_tags_together_more() {
    // Whole pieces of the page, none of which ends the tag.
    let tag = |places: usize| format!("<p{}", " a".repeat(places - 1));
    read(tag(PLACES).as_bytes()).unwrap();
    read(tag(PLACES + 1).as_bytes()).unwrap_err();
    read(format!("<p{}", "/a=".repeat(PLACES)).as_bytes()).unwrap_err();
    let tags: String = (0..40).map(|_| format!("{}>", tag(1000))).collect();
    read(tags.as_bytes()).unwrap();
}

#[test]
fn of_several_metas_the_first_named_data_counts() {
    let meta = |name: &str, alias: &str| {
        let data = STANDARD.encode(format!(r#"{{"roles_accounts":{{"{alias} (000000000001)":[]}}}}"#));
        format!("<meta name={name} content='{data}'>")
    };
    let metas = [("csrf_token", "other-1"), ("data", "mine"), ("data", "second"), ("theme", "other-2")];
    let page = metas.map(|(name, alias)| meta(name, alias)).concat();
    assert_eq!(accounts(&page), pairs(&[("000000000001", Some("mine"))]));
}

#[test]
fn a_name_and_the_data_may_be_as_long_as_their_limits_and_not_a_byte_longer() {
    let padded = |length: usize| format!("{}000000000001", " ".repeat(length - 12));
    let name = |text: &str| format!("<div class=saml-account-name>{text}</div>");
    let one = pairs(&[("000000000001", None)]);
    assert_eq!(accounts(&name(&padded(NAME))), one);
    assert_eq!(accounts(&next(&format!(r#"{{"roles_accounts":{{"{}":[]}}}}"#, padded(NAME)))), one);
    for page in [
        name(&padded(NAME + 1)),
        name(&format!("{}<b></b>x", padded(NAME))),
        next(&format!(r#"{{"roles_accounts":{{"{}":[]}}}}"#, padded(NAME + 1))),
    ] {
        assert_eq!(read(page.as_bytes()).unwrap(), AccountPage::Unknown, "{page}");
    }
    let json = r#"{"roles_accounts":{"000000000001":[]}}"#;
    let json = format!("{json}{}", " ".repeat(DATA / 4 * 3 - json.len()));
    assert_eq!(STANDARD.encode(&json).len(), DATA);
    assert_eq!(accounts(&next(&json)), one);
    let longer = next(&json).replacen("=\"data\"\n content=\"", "=\"data\"\n content=\" ", 1);
    assert_eq!(read(longer.as_bytes()).unwrap(), AccountPage::Unknown);
}

#[test]
fn of_too_many_accounts_the_first_ones_count() {
    let names = |ids: &mut dyn Iterator<Item = usize>| -> String {
        ids.map(|id| format!("<div class=saml-account-name>{id:012}</div>")).collect()
    };
    let found = accounts(&names(&mut (1..=ACCOUNTS + 1).rev()));
    assert_eq!((found.len(), found[0].0.as_str()), (ACCOUNTS, "000000000002"));
}

proptest! {
    #[test]
    fn what_is_listed_is_found_in_both_shapes(names in prop::collection::btree_map("[0-9]{12}", prop::option::of("[a-z0-9]{3,10}(-[a-z0-9]{1,5}){0,3}"), 1..8)) {
        let shown: Vec<String> = names.iter().map(|(id, alias)| match alias {
            Some(alias) => format!("{alias} ({id})"),
            None => id.clone(),
        }).collect();
        let expected: Vec<_> = names.clone().into_iter().collect();
        let old: Vec<String> = shown.iter().map(|name| format!("Account: {name}")).collect();
        prop_assert_eq!(accounts(&legacy(&old.iter().map(String::as_str).collect::<Vec<_>>())), expected.clone());
        let listed: serde_json::Map<String, serde_json::Value> = shown.into_iter().map(|name| (name, serde_json::json!([]))).collect();
        prop_assert_eq!(accounts(&next(&serde_json::json!({"roles_accounts": listed}).to_string())), expected);
    }

    #[test]
    fn any_page_is_read_or_refused_and_gives_aliases_only(html in "(?s:.{0,200})|([<>/ \"a-z=!-]|<div class=saml-account-name>|</div>|Account: |\\(0{12}\\)|<script>|</script>){0,60}") {
        if let Ok(AccountPage::Accounts(accounts)) = read(html.as_bytes()) {
            for account in accounts {
                prop_assert!(is_account(&account.id) && account.alias.as_deref().is_none_or(is_alias), "{:?}", account);
            }
        }
    }
}
