//! Which settings hold, and what is told of them.

use super::super::*;

fn http(settings: Settings) -> Http {
    Http::new(settings, Log::off())
}

#[test]
fn what_is_settled_first_holds_beside_what_is_given_and_nothing_does_after_a_look() {
    let given = || Settings { ca_files: vec![("--ca-file".into(), "/a.pem".into())], ..Settings::default() };
    let settled = http(given());
    let file = || Some(("ca-file of the profile dev".to_owned(), PathBuf::from("/b.pem")));
    settled.settle(Some(Duration::from_secs(7)), file());
    settled.settle(Some(Duration::from_secs(9)), None);
    assert_eq!(settled.settings().timeout, Duration::from_secs(7));
    let files = [given().ca_files, file().into_iter().collect()].concat();
    assert_eq!(settled.settings().ca_files, files);
    let late = http(given());
    assert_eq!(late.settings().timeout, DEFAULT_TIMEOUT);
    late.settle(Some(Duration::from_secs(7)), file());
    assert_eq!((late.settings().timeout, late.settings().ca_files.len()), (DEFAULT_TIMEOUT, 1));
    let kept = http(given());
    kept.settle(None, None);
    assert_eq!(kept.settings().timeout, DEFAULT_TIMEOUT);
}

#[test]
fn every_source_of_trust_is_told_with_the_setting_that_names_it() {
    let http = http(Settings {
        ssl_cert_file: Some("/nowhere/a.pem".into()),
        ssl_cert_dir: Some("/nowhere/b".into()),
        ca_files: vec![("AWS_CA_BUNDLE".into(), "/nowhere/c.pem".into())],
        ..Settings::default()
    });
    let trust = http.trust();
    let told: Vec<_> =
        trust.iter().map(|trust| (trust.from.as_str(), trust.path.to_str().unwrap())).collect();
    assert_eq!(
        told,
        [
            ("SSL_CERT_FILE", "/nowhere/a.pem"),
            ("AWS_CA_BUNDLE", "/nowhere/c.pem"),
            ("SSL_CERT_DIR", "/nowhere/b")
        ]
    );
    assert!(trust.iter().all(|trust| trust.certificates.is_err()), "{trust:?}");
}

#[test]
fn the_proxy_of_a_url_is_told_by_host_and_variable() {
    let proxies = Proxies::choose(|name| {
        (name == "HTTPS_PROXY").then(|| "http://ada:hunter2@p.example:8080".to_owned())
    });
    let http = http(Settings { proxies, ..Settings::default() });
    let by = |url: &str| http.proxy(&::url::Url::parse(url).unwrap());
    assert_eq!(by("https://acme.okta.com/").as_deref(), Some("p.example:8080 (HTTPS_PROXY)"));
    assert_eq!(by("http://127.0.0.1:1/"), None);
}
