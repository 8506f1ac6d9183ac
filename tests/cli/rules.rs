//! Any stage can be swapped: a test for each rule of that contract, named after it. Depth is in the files of the stages; here each rule is
//! shown by cases that would fail if it did not hold.

use crate::harness::{Case, Outcome, World, has, has_all, terminal, terminals};
use oktapipe_sandbox::{Action, Fault};
use serde_json::{Value, json};

const ADA: &str = "ada@acme.example";
const GRACE: &str = "grace@acme.example";
const HOPPER: &str = "hopper@acme.example";
const STEPUP: &str = "stepup@acme.example";

fn stage(world: &World, arguments: &[&str], stdin: &str) -> Case {
    world.oktapipe(arguments).stdin(stdin)
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn without_context(document: &str) -> Value {
    let mut document = value(document);
    document.as_object_mut().unwrap().remove("_oktapipe");
    document
}

fn sign_in(world: &World, shell: &str, script: &str, login: &str) -> Case {
    let case =
        world.shell(shell, script).env("OKTA_USERNAME", login).env("OKTA_PASSWORD", world.password(login));
    match world.sandbox.totp(login, "GOOGLE") {
        Some(code) => case.env("MFA_CODE", &code),
        None => case,
    }
}

fn pause(world: &World) {
    world.sandbox.advance(std::time::Duration::from_secs(2));
}

fn json_answer(body: &Value) -> Action {
    let content_type = "application/json".to_owned();
    Action::Answer { status: 200, content_type, body: body.to_string(), headers: Vec::new() }
}

#[test]
fn what_passes_through_is_unchanged_with_status_0() {
    let world = World::new();
    for last in ["authn", "session", "saml-fetch"] {
        pause(&world);
        let document = world.document_after(ADA, last);
        let asked = world.sandbox.log().len();
        assert_eq!(stage(&world, &["factor-verify"], &document).run().succeeds().stdout, document);
        if last == "saml-fetch" {
            assert_eq!(stage(&world, &["saml-fetch"], &document).run().succeeds().stdout, document);
        }
        assert_eq!(world.sandbox.log().len(), asked);
    }
    // An error document goes on with its number, through every stage.
    let failed = world.authn("locked@acme.example").run().stdout;
    for name in [
        "authn",
        "factor-verify",
        "session",
        "saml-fetch",
        "saml-roles",
        "assume",
        "to-profile",
        "caller-identity",
    ] {
        let outcome = stage(&world, &[name], &failed).run();
        outcome.passes_on(77);
        assert_eq!(outcome.stdout, failed, "{name}");
    }
    // Any other document is the wrong one, and the hint says whose it is.
    let waiting = world.authn(GRACE).run().document();
    pause(&world);
    for (name, document, word) in [
        ("session", waiting.as_str(), "factor-verify is missing"),
        ("saml-fetch", &waiting, "factor-verify is missing"),
        ("session", &world.document_after(ADA, "saml-fetch"), "saml-roles takes it"),
        ("assume", &world.document_after(ADA, "session"), "saml-fetch takes it"),
        (
            "saml-roles",
            &world.document_after(ADA, "assume"),
            "export, to-profile and caller-identity take them",
        ),
    ] {
        let outcome = stage(&world, &[name], document).run();
        outcome.fails(65, "wrong_document");
        assert!(outcome.stderr.contains(word), "{name}: {outcome}");
    }
    // So one pipe serves people with and without a second factor, and apps with and without a step-up.
    let pipe = "oktapipe authn | oktapipe factor-verify | oktapipe session | oktapipe saml-fetch | oktapipe factor-verify \
        | oktapipe saml-fetch | oktapipe saml-roles --first | oktapipe assume | oktapipe caller-identity";
    for login in [ADA, GRACE, STEPUP] {
        let world = World::new();
        let outcome = sign_in(&world, "sh", pipe, login).run().succeeds();
        assert!(outcome.json()["Arn"].as_str().unwrap().ends_with(login), "{outcome}");
    }
}

#[test]
fn what_is_kept_is_every_member_of_the_service_and_no_member_of_the_input() {
    let later = json!({"n": 1, "list": [null, {"a": "b"}], "text": "é"});
    let world = World::new();
    let answers = [
        ("/api/v1/authn", json!({"status": "SUCCESS", "sessionToken": "CANARY-t", "later": later})),
        ("/api/v1/authn/factors/", json!({"later": later, "status": "SUCCESS", "sessionToken": "CANARY-t"})),
        ("/api/v1/sessions", json!({"id": "CANARY-102", "status": "ACTIVE", "later": later, "_links": {}})),
    ];
    let mut documents =
        [String::new(), world.authn(GRACE).run().document(), world.document_after(ADA, "authn")];
    for document in documents.iter_mut().skip(1) {
        let mut value = value(document);
        value["mine"] = json!("of the input");
        value["_oktapipe"]["travels"] = json!({"a": [1]});
        *document = value.to_string();
    }
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    for ((path, body), (name, document)) in
        answers.iter().zip(["authn", "factor-verify", "session"].iter().zip(&documents))
    {
        world.sandbox.fault(Fault::next(path, json_answer(body)));
        let case = stage(&world, &[name], document).env("OKTA_USERNAME", ADA).env("MFA_CODE", &code);
        let case = if *name == "authn" { case.env("OKTA_PASSWORD", "x") } else { case };
        let outcome = case.run().succeeds();
        let mut answer = outcome.json();
        assert!(answer.get("mine").is_none() || *name == "authn", "{answer}");
        if *name != "authn" {
            assert_eq!(answer["_oktapipe"]["travels"], json!({"a": [1]}), "{answer}");
        }
        answer.as_object_mut().unwrap().remove("_oktapipe");
        assert_eq!(&answer, body, "{name}");
        // Also in their order.
        assert!(
            outcome.stdout.starts_with(body.to_string().trim_end_matches('}').split('é').next().unwrap()),
            "{outcome}"
        );
    }
    // A form's fields, under their names in HTML.
    let page = "<form action='/saml' method=post><input type=hidden name=SAMLResponse value='PHg+'>\
        <input type=hidden name=RelayState value='r&amp;s'><input type=hidden name='later.field' value='kept'></form>";
    let mut session = value(&world.document_after(ADA, "session"));
    session["mine"] = json!(1);
    let answer = Action::Answer {
        status: 200,
        content_type: "text/html".to_owned(),
        body: page.to_owned(),
        headers: vec![],
    };
    world.sandbox.fault(Fault::next("/home/amazon_aws", answer));
    let form = stage(&world, &["saml-fetch"], &session.to_string()).run().succeeds().json();
    assert_eq!(
        (&form["later.field"], &form["RelayState"], form.get("mine")),
        (&json!("kept"), &json!("r&s"), None)
    );
    // Of what aws printed and what the input held, too.
    let mut roles = value(&world.document_after(ADA, "saml-roles"));
    roles["mine"] = json!(1);
    let assumed = stage(&world, &["assume"], &roles.to_string()).run().succeeds().json();
    assert!(assumed.get("mine").is_none() && assumed.get("SAMLAssertion").is_none(), "{assumed}");
    // A refusal's members are kept as well, its tokens not.
    let refusal = json!({"errorCode": "E0000006", "later": later, "stateToken": "CANARY-x"});
    let Action::Answer { content_type, body, headers, .. } = json_answer(&refusal) else { unreachable!() };
    world
        .sandbox
        .fault(Fault::next("/api/v1/authn", Action::Answer { status: 403, content_type, body, headers }));
    let error = world.authn(ADA).run().fails(77, "policy_denied");
    assert!(error["later"] == later && error.get("stateToken").is_none(), "{error}");
}

#[test]
fn the_context_is_one_member_that_travels_and_loses_its_cookies_at_saml_roles() {
    let world = World::new();
    let mut document = world.authn(GRACE).run().document();
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    for arguments in [
        &["factor-verify"][..],
        &["session"],
        &["saml-fetch"],
        &["saml-roles", "--first"],
        &["assume"],
        &["caller-identity"],
    ] {
        // A member that we do not know yet, the org, and cookies until the roles.
        let mut before = value(&document);
        before["_oktapipe"]["later"] = json!({"x": ["y"]});
        // A version above ours is refused, before anything is asked.
        let mut newer = before.clone();
        newer["_oktapipe"]["v"] = json!(2);
        let asked = world.sandbox.log().len();
        let outcome = stage(&world, arguments, &newer.to_string()).run();
        outcome.fails(65, "wrong_document");
        assert!(outcome.stderr.contains("later version"), "{outcome}");
        assert_eq!(world.sandbox.log().len(), asked);
        document =
            stage(&world, arguments, &before.to_string()).env("MFA_CODE", &code).run().succeeds().stdout;
        let after = value(&document);
        let context = &after["_oktapipe"];
        assert_eq!(
            (&context["v"], &context["later"]),
            (&json!(1), &before["_oktapipe"]["later"]),
            "{arguments:?}"
        );
        assert_eq!(context["org"], world.sandbox.org().as_str(), "{arguments:?}");
        let online = matches!(arguments[0], "factor-verify" | "session" | "saml-fetch");
        assert_eq!(context["cookies"].is_object(), online, "{arguments:?}: {context}");
        assert_eq!(
            context.get("app").is_some(),
            !matches!(arguments[0], "factor-verify" | "session"),
            "{context}"
        );
    }
    // STS and the offline stages get no cookie.
    assert!(
        world
            .sandbox
            .log()
            .iter()
            .all(|request| request.service == "okta" || request.header("cookie").is_none())
    );
    // A document without a context works by its links or a setting, at each stage.
    let world = World::new();
    let mut document = without_context(&world.authn(GRACE).run().document()).to_string();
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    for arguments in
        [&["factor-verify"][..], &["session"], &["saml-fetch"], &["saml-roles", "--first"], &["assume"]]
    {
        let outcome = stage(&world, arguments, &document).env("MFA_CODE", &code).run().succeeds();
        document = without_context(&outcome.stdout).to_string();
    }
    // A jar has its limits: 32 cookies and 16 KiB.
    let cookies =
        (0..40).map(|n| ("set-cookie".to_owned(), format!("c{n}={}; Path=/", "x".repeat(500)))).collect();
    let Action::Answer { status, content_type, body, .. } =
        json_answer(&json!({"status": "SUCCESS", "sessionToken": "CANARY-t"}))
    else {
        unreachable!()
    };
    world
        .sandbox
        .fault(Fault::next("/api/v1/authn", Action::Answer { status, content_type, body, headers: cookies }));
    let answer = world.authn(ADA).run().json();
    let jar = answer["_oktapipe"]["cookies"].as_object().unwrap();
    assert!(jar.len() <= 32 && serde_json::to_string(jar).unwrap().len() <= 17 << 10, "{}", jar.len());
}

#[test]
fn which_org_is_a_fact_of_the_document_and_another_is_refused_before_anything_is_sent() {
    let world = World::new();
    let documents = [
        ("factor-verify", world.authn(GRACE).run().document()),
        ("session", world.document_after(ADA, "authn")),
        ("saml-fetch", world.document_after(ADA, "session")),
        ("saml-fetch", world.document_after(ADA, "authn")),
    ];
    let asked = world.sandbox.log().len();
    for (name, document) in &documents {
        for case in [
            stage(&world, &[name, "--org", "other"], document),
            stage(&world, &[name], document).env("OKTA_ORG", "https://other.okta.com"),
        ] {
            let outcome = case.env("MFA_CODE", "123456").run();
            outcome.fails(65, "org_mismatch");
            assert!(outcome.stderr.contains("other.okta.com"), "{name}: {outcome}");
        }
    }
    // A password on stdin names its org as a token does.
    let password = json!({"username": ADA, "password": world.password(ADA), "_oktapipe": {"org": "https://other.okta.com"}});
    stage(&world, &["authn"], &password.to_string()).run().fails(65, "org_mismatch");
    // Links to two origins are nobody's.
    let mut two = without_context(&documents[0].1);
    two["_embedded"]["factors"][0]["_links"]["verify"]["href"] = json!("https://evil.example/verify");
    stage(&world, &["factor-verify"], &two.to_string()).env("MFA_CODE", "1").run().fails(65, "org_mismatch");
    assert_eq!(world.sandbox.log().len(), asked);
    // Without a context the links decide, and without links the setting does.
    let session = without_context(&documents[2].1);
    stage(&world, &["saml-fetch"], &session.to_string()).without("OKTA_ORG").run().succeeds();
    let bare = json!({"id": session["id"]}).to_string();
    stage(&world, &["saml-fetch"], &bare).without("OKTA_ORG").run().fails(2, "usage");
    stage(&world, &["saml-fetch"], &bare).run().succeeds();
    // Other settings: flag, variable, context; a region of another partition gives way.
    let mut session = value(&documents[2].1);
    session["_oktapipe"]["app"] = json!("0oaNoSuchApp");
    let text = session.to_string();
    stage(&world, &["saml-fetch"], &text).without("OKTA_APP_ID").run().fails(76, "protocol");
    stage(&world, &["saml-fetch"], &text).run().succeeds();
    stage(&world, &["saml-fetch", "--app", "0oaNeither"], &text).run().fails(76, "protocol");
    let roles = world.document_after("solo@acme.example", "saml-roles");
    let outcome = stage(&world, &["assume", "--region", "cn-north-1"], &roles).run();
    assert!(
        outcome.status == Some(0)
            && outcome.stderr.contains("warning")
            && outcome.stderr.contains("cn-north-1"),
        "{outcome}"
    );
}

#[test]
fn the_recipes_own_variables_are_honoured() {
    let world = World::new();
    let pipe = "oktapipe authn | oktapipe factor-verify | oktapipe session | oktapipe saml-fetch | oktapipe saml-roles --first \
        | oktapipe assume | oktapipe export -f json";
    let outcome = sign_in(&world, "sh", pipe, GRACE).env("AWS_REGION", "eu-west-1").run().succeeds();
    assert_eq!(outcome.json()["AWS_REGION"], "eu-west-1");
    let log = world.sandbox.log();
    assert!(log.iter().any(|request| request.service == "sts"), "AWS_ENDPOINT_URL_STS");
    // What OKTA_ORG may be, as the refusal of another org spells it.
    let session = world.document_after(ADA, "session");
    for (given, meant) in [
        ("tubi", "https://tubi.okta.com"),
        ("tubi.okta.com", "https://tubi.okta.com"),
        ("login.example.com", "https://login.example.com"),
        ("https://login.example.com/", "https://login.example.com"),
    ] {
        let outcome = stage(&world, &["saml-fetch"], &session).env("OKTA_ORG", given).run();
        outcome.fails(65, "org_mismatch");
        assert!(outcome.stderr.contains(meant.trim_start_matches("https://")), "{given}: {outcome}");
    }
    // http is for this machine only.
    for given in ["http://example.com", "http://127.0.0.1.example.com", "ftp://localhost"] {
        let outcome = world.authn(ADA).env("OKTA_ORG", given).run();
        let kind = outcome.json()["_oktapipe"]["error"]["kind"].as_str().unwrap().to_owned();
        assert!(matches!(outcome.status, Some(2 | 78)), "{given}: {kind} {outcome}");
    }
    // An app is an id of three sorts, or a link of the org's own.
    for (app, path) in [
        ("0oaXyz", "/home/amazon_aws/0oaXyz/272"),
        ("exkXyz", "/app/amazon_aws/exkXyz/sso/saml"),
        ("another", "/app/amazon_aws/another/login"),
    ] {
        stage(&world, &["saml-fetch"], &session).env("OKTA_APP_ID", app).run().fails(76, "protocol");
        assert!(world.sandbox.log().iter().any(|request| request.path == path), "{app}");
    }
    let link = world.sandbox.app_link();
    stage(&world, &["saml-fetch"], &session).env("OKTA_APP_ID", &link).run().succeeds();
    let asked = world.sandbox.log().len();
    let foreign = link.replace("https://localhost", "https://evil.example");
    stage(&world, &["saml-fetch"], &session).env("OKTA_APP_ID", &foreign).run().fails(65, "org_mismatch");
    assert_eq!(world.sandbox.log().len(), asked);
}

#[test]
fn authn_and_stdin_meet_only_when_nothing_else_gives_the_password() {
    let world = World::new();
    // A loop's lines are not eaten.
    let text =
        "printf 'one\\ntwo\\n' | while read -r line; do oktapipe authn >/dev/null; echo \"$line\"; done";
    assert_eq!(sign_in(&world, "sh", text, ADA).run().succeeds().stdout, "one\ntwo\n");
    // A pipe on which nothing ever comes does not hold it up.
    world.authn(ADA).start_idle().end().succeeds();
    // Nothing and blanks are no document, and no error of their own.
    for nothing in ["", " \n\r\n"] {
        stage(&world, &["authn", "-u", ADA], nothing).run().fails(69, "no_terminal");
    }
    // Okta counts four tries a second.
    pause(&world);
    let given = json!({"username": ADA, "password": world.password(ADA)}).to_string();
    stage(&world, &["authn"], &given).run().succeeds();
    let line = format!("{}\nthe rest", world.password(ADA));
    stage(&world, &["authn", "-u", ADA, "--password-stdin"], &line).run().succeeds();
}

#[test]
fn saml_roles_prints_one_shape() {
    let world = World::new();
    let assertion = world.sandbox.assertion(ADA).unwrap();
    let form = world.document_after(ADA, "saml-fetch");
    let members = |text: &str, arguments: &[&str]| -> Vec<String> {
        let answer =
            stage(&world, &[&["saml-roles", "-q"], arguments].concat(), text).run().succeeds().json();
        answer.as_object().unwrap().keys().filter(|name| *name != "_oktapipe").cloned().collect()
    };
    let open = members(&form, &[]);
    for name in [
        "SAMLAssertion",
        "Roles",
        "RoleSessionName",
        "SessionDuration",
        "Issuer",
        "Audience",
        "Recipient",
        "NotOnOrAfter",
        "NotOnOrAfterEpoch",
    ] {
        assert!(open.iter().any(|other| other == name), "{name}: {open:?}");
    }
    assert_eq!(members(&assertion, &[]), open);
    // When one is settled, Roles has it alone, and its members stand beside.
    let settled = members(&form, &["--role", "ReadOnly"]);
    for flag in [&["--first"][..], &["--role", "Dev"], &["--each", "--role", "Dev"]] {
        assert_eq!(members(&assertion, flag), settled, "{flag:?}");
    }
    let more: Vec<&String> = settled.iter().filter(|name| !open.contains(name)).collect();
    assert_eq!(more.len(), 3, "{more:?}");
    let first = stage(&world, &["saml-roles", "--first"], &assertion).run().succeeds().json();
    assert_eq!(first["Roles"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&first["RoleArn"], &first["PrincipalArn"], &first["DurationSeconds"]),
        (&first["Roles"][0]["RoleArn"], &first["Roles"][0]["PrincipalArn"], &json!(3600))
    );
    let all = stage(&world, &["saml-roles"], &assertion).run().succeeds().json();
    let names: Vec<&str> =
        all["Roles"].as_array().unwrap().iter().map(|role| role["RoleName"].as_str().unwrap()).collect();
    assert_eq!(names, ["Dev", "Deploy", "ReadOnly"]);
    assert!(
        all["Roles"]
            .as_array()
            .unwrap()
            .iter()
            .all(|role| role["AccountId"].is_string() && role["Partition"] == "aws")
    );
    assert_eq!(
        members(&form, &["--first", "--skeleton"]),
        ["RoleArn", "PrincipalArn", "DurationSeconds", "SAMLAssertion"]
    );
}

#[test]
fn telling_text_apart_is_by_its_first_character_after_mark_and_blanks() {
    let world = World::new();
    let assertion = world.sandbox.assertion(ADA).unwrap();
    let script = "printf %s \"$A\" | base64 -d";
    let xml = if has("base64") {
        world.shell("sh", script).env("A", &assertion).run().document()
    } else {
        String::new()
    };
    let escaped = assertion.replace('+', "&#x2b;").replace('=', "&#x3d;");
    let folded: String =
        assertion.as_bytes().chunks(76).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect();
    let page =
        format!("<!doctype html><form method=post><input name=SAMLResponse value=\"{escaped}\"></form>");
    let document = json!({"SAMLResponse": assertion}).to_string();
    let encrypted = "<x:Response xmlns:x='urn:oasis:names:tc:SAML:2.0:protocol'>";
    for text in [xml.as_str(), &assertion, &escaped, &folded, &page, &document]
        .into_iter()
        .filter(|text| !text.is_empty())
    {
        for before in ["", "\u{feff}", " \r\n\t", "\u{feff}\n  "] {
            let outcome =
                stage(&world, &["saml-roles", "--first"], &format!("{before}{text}\n\n")).run().succeeds();
            assert_eq!(outcome.json()["Roles"][0]["RoleName"], "Dev");
        }
    }
    // The local name Response makes it XML, whatever is wrong with it; another is a page.
    let outcome = stage(&world, &["saml-roles"], encrypted).run();
    outcome.fails(76, "protocol");
    assert!(!outcome.stderr.contains("page"), "{outcome}");
    stage(&world, &["saml-roles"], "<Responses>").run().fails(76, "protocol");
    stage(&world, &["saml-roles"], "{\"cut\":").run().fails(65, "wrong_document");
}

#[test]
fn roles_are_named_by_arn_name_or_account_and_name() {
    let world = World::new();
    let assertion = world.sandbox.assertion(ADA).unwrap();
    let roles = |arguments: &[&str]| stage(&world, &[&["saml-roles"], arguments].concat(), &assertion).run();
    for (named, name) in [
        ("arn:aws:iam::444455556666:role/ReadOnly", "ReadOnly"),
        ("ReadOnly", "ReadOnly"),
        ("444455556666/ReadOnly", "ReadOnly"),
        ("444455556666/*", "ReadOnly"),
        ("D?v", "Dev"),
        ("Deploy", "Deploy"),
        ("team/platform/Deploy", "Deploy"),
        ("team/*/Deploy", "Deploy"),
        ("111122223333/team/platform/Deploy", "Deploy"),
    ] {
        let outcome = roles(&["--role", named]).succeeds();
        assert_eq!(outcome.json()["RoleArn"].as_str().unwrap().rsplit('/').next(), Some(name), "{named}");
        let assumed = stage(&world, &["assume", "--role", named], &roles(&[]).stdout).run().succeeds().json();
        assert!(
            assumed["AssumedRoleUser"]["Arn"].as_str().unwrap().contains(&format!("/{name}/")),
            "{named}"
        );
    }
    for (named, near) in [
        ("Depoly", "Deploy"),
        ("readonly", "ReadOnly"),
        ("444455556666/Dev", "Dev"),
        ("111122223333/Devv", "Dev"),
    ] {
        let outcome = roles(&["--role", named]);
        outcome.fails(77, "no_role");
        assert!(outcome.stderr.contains(near), "{named}: {outcome}");
    }
    // Several that fit are ambiguous, unless each is wanted.
    roles(&["--role", "D*"]).fails(69, "role_ambiguous");
    assert_eq!(roles(&["--role", "D*", "--each"]).succeeds().stdout.lines().count(), 2);
    stage(&world, &["assume", "--role", "D*"], &roles(&[]).stdout).run().fails(69, "role_ambiguous");
    assert_eq!(
        roles(&["--role", "Dev", "--role", "ReadOnly", "--each"]).succeeds().stdout.lines().count(),
        2
    );
    // Durations.
    for (given, seconds) in [("900", 900), ("1h", 3600), ("assertion", 43_200), ("max", 43_200)] {
        let settled = roles(&["--first", "--duration", given]).succeeds().json();
        assert_eq!(settled["DurationSeconds"], seconds, "{given}");
    }
}

#[test]
fn one_or_many_keeps_the_order_and_each_failure_its_place() {
    let world = World::new();
    let case = world.oktapipe(&["saml-roles", "--each"]).stdin(world.sandbox.assertion(GRACE).unwrap());
    let lines = case.run().succeeds().stdout;
    let outcome = stage(&world, &["assume"], &lines).run();
    let kinds: Vec<bool> =
        outcome.stdout.lines().map(|line| value(line)["_oktapipe"]["error"].is_object()).collect();
    assert_eq!((kinds.as_slice(), outcome.status), (&[false, false, false, true][..], Some(77)), "{outcome}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome}");
    let exported = stage(&world, &["export", "-f", "json"], &outcome.stdout).run();
    exported.passes_on(77);
    assert_eq!(exported.stdout.lines().last(), outcome.stdout.lines().last());
    for format in ["sh", "process"] {
        stage_fails_with_65(stage(&world, &["export", "-f", format], &outcome.stdout).run());
    }
    for name in ["factor-verify", "session", "saml-fetch", "saml-roles", "caller-identity"] {
        stage(&world, &[name], &lines).run().fails(65, "wrong_document");
    }
}

#[track_caller]
fn stage_fails_with_65(outcome: Outcome) {
    assert!(outcome.status == Some(65) && outcome.stderr.lines().count() == 1, "{outcome}");
}

#[test]
fn codes_and_factors_a_code_limits_the_choice_and_is_sent_once() {
    let world = World::new();
    let mixed = world.authn("mixed@acme.example").run().document();
    // Two that take a code: nobody can be asked. A push is never chosen beside one.
    let outcome = stage(&world, &["factor-verify"], &mixed).env("MFA_CODE", "123456").run();
    outcome.fails(69, "factor_ambiguous");
    assert!(!outcome.stderr.contains("push"), "{outcome}");
    stage(&world, &["factor-verify", "--factor", "push"], &mixed)
        .env("MFA_CODE", "1")
        .run()
        .fails(77, "factor_unsupported");
    let grace = world.authn(GRACE).run().document();
    stage(&world, &["factor-verify"], &grace).env("MFA_CODE", "000000").run().fails(77, "passcode_wrong");
    assert_eq!(crate::factor::verifications(&world), 1);
    assert_eq!(world.sandbox.pushes("mixed@acme.example"), 0);
    // Exactly one left is used; so is the one of a provider.
    let code = world.sandbox.totp(GRACE, "GOOGLE").unwrap();
    stage(&world, &["factor-verify"], &grace).env("MFA_CODE", &code).run().succeeds();
    let hopper = world.authn(HOPPER).run().document();
    let code = world.sandbox.totp(HOPPER, "OKTA").unwrap();
    stage(&world, &["factor-verify", "--provider", "okta"], &hopper).env("MFA_CODE", &code).run().succeeds();
}

#[test]
fn text_is_one_line_of_ascii_in_a_pipe_and_survives_echo() {
    let world = World::new();
    // json() holds every document to one line, ASCII, one newline; a name with an accent is escaped.
    let outcome = world.authn("quote@acme.example").run().succeeds();
    assert!(
        outcome.json().to_string().contains("O'Tè") && outcome.stdout.contains("O'T\\u00e8"),
        "{outcome}"
    );
    // What we say of a service's words has nothing in it that a shell's echo would change.
    let refusal = Action::okta_error(403, "E0000006", "a \"quoted\" \\ back\\nslash\n\u{1b}[2J\u{7f}");
    world.sandbox.fault(Fault::next("/api/v1/authn", refusal));
    let error = world.authn(ADA).run().fails(77, "policy_denied");
    for name in ["message", "hint", "stage", "kind"] {
        let text = error["_oktapipe"]["error"][name].as_str().unwrap();
        assert!(!text.contains(['"', '\\']) && !text.contains(char::is_control), "{name}: {text:?}");
    }
    // Times of ours are whole seconds with Z; account ids are text.
    let roles = world.document_after("solo@acme.example", "saml-roles");
    let roles = value(&roles);
    assert!(
        roles["Roles"][0]["AccountId"] == "111122223333" && roles["NotOnOrAfterEpoch"].is_i64(),
        "{}",
        roles["Roles"]
    );
    let process =
        stage(&world, &["export", "-f", "process"], &world.document_after("solo@acme.example", "assume"));
    let expiration = process.run().succeeds().json()["Expiration"].as_str().unwrap().to_owned();
    assert!(expiration.len() == 20 && expiration.ends_with('Z') && !expiration.contains('.'), "{expiration}");
    for shell in ["dash", "zsh", "bash"].into_iter().filter(|shell| has(shell)) {
        let world = World::new();
        let script = "doc=$(oktapipe authn); doc=$(echo $doc | oktapipe factor-verify); doc=$(echo $doc | oktapipe session)
            doc=$(echo $doc | oktapipe saml-fetch); doc=$(echo $doc | oktapipe saml-roles --first); doc=$(echo $doc | oktapipe assume)
            echo $doc | oktapipe caller-identity";
        let outcome = sign_in(&world, shell, script, GRACE).run().succeeds();
        assert!(outcome.json()["Arn"].is_string(), "{shell}: {outcome}");
        let script = "doc=$(oktapipe authn 2>/dev/null); echo $doc | oktapipe session";
        for login in ["locked", "expired", "strange", "consent", "reset", "recovery", "activate"] {
            let login = format!("{login}@acme.example");
            let outcome = sign_in(&world, shell, script, &login).run();
            outcome.passes_on(77);
            assert!(outcome.json()["_oktapipe"]["error"]["hint"].is_string(), "{shell}: {outcome}");
        }
    }
}

#[test]
fn text_on_a_terminal_is_indented_and_masked() {
    if !terminals() || !has_all(&["jq"]) {
        return;
    }
    let world = World::new();
    std::fs::write(world.home.join("password"), world.password(ADA)).unwrap();
    let ended = terminal(&world, "sh", "oktapipe authn --password-stdin <password").run();
    assert!(ended.seen.contains("{\n  \"") && ended.seen.contains("(hidden: --reveal)"), "{ended:?}");
    assert_eq!(ended.seen.matches("--reveal shows them").count(), 1, "{ended:?}");
}
