use super::taken::{self, Taken};
use super::yaml;
use crate::cli::Peer;
use crate::config::Value;
use std::path::Path;

fn read(tool: Peer, path: &str, text: &str) -> Taken {
    let mut taken = Taken::default();
    taken::from(tool, Path::new(path), text, &mut taken).unwrap();
    taken
}

/// Profiles as lines `NAME key=value ...`, and what was left as lines `SECTION key`.
fn told(taken: &Taken) -> (Vec<String>, Vec<String>) {
    let value = |value: &Value| match value {
        Value::Text(text) => text.clone(),
        Value::List(list) => list.join(","),
        Value::Number(number) => number.to_string(),
        Value::Switch(on) => on.to_string(),
    };
    let profile = |found: &taken::Found| {
        let settings = found.settings.iter().map(|(key, setting)| format!(" {key}={}", value(setting)));
        format!("{}{}", found.name, settings.collect::<String>())
    };
    let left = taken.left.iter().map(|left| format!("{} {}", left.section, left.key));
    (taken.profiles.iter().map(profile).collect(), left.collect())
}

#[test]
fn saml2aws_accounts_of_okta_are_taken_and_others_left() {
    let text = "[default]\nname                    = default\napp_id                  = \nurl                     = https://acme.okta.com/home/amazon_aws/0oa1b2/272\n\
        username                = ada@acme.example\nprovider                = Okta\nmfa                     = PUSH\nmfa_ip_address          = \n\
        skip_verify             = false\ntimeout                 = 0\naws_urn                 = urn:amazon:webservices\n\
        aws_session_duration    = 28800\naws_profile             = saml\nresource_id             = \nsubdomain               = \n\
        role_arn                = arn:aws:iam::123456789012:role/Admin\nregion                  = eu-west-1\nhttp_attempts_count     = 1\n\
        http_retry_delay        = 1\ncredentials_file        = \nsaml_cache              = false\n\n\
        [customer-dev]\nurl = https://id.customer.cloud\nprovider = Ping\nmfa = Auto\n\n\
        [odd one]\n  url = \"https://acme.okta.com\" ; mine\n  provider = okta\n  mfa = DUO\n  skip_verify = true\n  policy_arn_list = arn:aws:iam::aws:policy/A, arn:aws:iam::aws:policy/B\n\
        policy_file = ~/p.json\n  timeout = 60\n  disable_sessions = true\n  nonsense = CANARY\n";
    let (profiles, left) = told(&read(Peer::Saml2aws, ".saml2aws", text));
    assert_eq!(
        profiles,
        [
            "default org=https://acme.okta.com app=https://acme.okta.com/home/amazon_aws/0oa1b2/272 username=ada@acme.example factor=push \
             duration=28800 role=arn:aws:iam::123456789012:role/Admin region=eu-west-1",
            "odd-one org=https://acme.okta.com policy-arn=arn:aws:iam::aws:policy/A,arn:aws:iam::aws:policy/B policy=file://~/p.json timeout=60 no-cache=true",
        ]
    );
    assert_eq!(
        left,
        ["default aws_profile", "customer-dev ", "odd one mfa", "odd one skip_verify", "odd one nonsense"]
    );
}

#[test]
fn saml2aws_factors_are_beginnings_of_its_labels() {
    for (mfa, factor) in [
        ("Auto", ""),
        ("push", " factor=push"),
        ("TOTP", " factor=token:software:totp:GOOGLE"),
        ("OKTA", " factor=token:software:totp:OKTA"),
        ("SMS", " factor=sms"),
        ("YUBICO TOKEN:HARDWARE", " factor=token:hardware:YUBICO"),
        ("SYMANTEC", " factor=token:SYMANTEC"),
    ] {
        let text = format!("[a]\nurl = https://a.okta.com\nprovider = Okta\nmfa = {mfa}\n");
        let taken = read(Peer::Saml2aws, "", &text);
        assert_eq!(told(&taken), (vec![format!("a org=https://a.okta.com{factor}")], Vec::new()), "{mfa}");
    }
}

#[test]
fn gimme_sections_have_what_default_and_inherits_give() {
    let text = "[DEFAULT]\nokta_org_url = https://acme.okta.com/\nokta_auth_server = \nclient_id = \ngimme_creds_server = appurl\naws_appname = \n\
        aws_rolename = \nwrite_aws_creds = False\ncred_profile = role\nokta_username = ada@acme.example\n\
        app_url = https://acme.okta.com/home/amazon_aws/0oa1b2/272\nresolve_aws_alias = n\ninclude_path = n\n\
        preferred_mfa_type = token:software:totp\nremember_device = n\naws_default_duration = 3600\noutput_format = export\n\
        force_classic = \nopen_browser = \nenable_keychain = y\n\n\
        [base]\naws_default_duration = 7200\nregion = x\n[prod]\ninherits = base\naws_rolename = arn:aws:iam::123456789012:role/Admin,arn:aws:iam::123456789012:role/Dev\n\
        preferred_mfa_provider = GOOGLE\ndevice_token = CANARY\n[all]\naws_rolename = all\npreferred_mfa_type = webauthn\nokta_username = %(user)s\n[lost]\ninherits = nowhere\n\
        [round]\ninherits = round\n";
    let (profiles, left) = told(&read(Peer::GimmeAwsCreds, "", text));
    let all = "org=https://acme.okta.com factor=token:software:totp app=https://acme.okta.com/home/amazon_aws/0oa1b2/272";
    let totp = all.replace("totp", "totp:GOOGLE");
    let (user, role) = ("username=ada@acme.example", "arn:aws:iam::123456789012:role");
    assert_eq!(
        profiles,
        [
            format!("default {all} {user}"),
            // As gimme-aws-creds has it, what DEFAULT says outweighs what is inherited: 3600, not 7200.
            format!("base {all} duration=7200 {user}"),
            format!("prod {totp} role={role}/Admin,{role}/Dev {user}"),
            format!("all {}", all.replace(" factor=token:software:totp", "")),
            format!("lost {all} {user}"),
            format!("round {all} {user}"),
        ]
    );
    let own: Vec<&String> = left.iter().filter(|left| !left.ends_with("enable_keychain")).collect();
    assert_eq!(
        own,
        [
            "base region",
            "prod device_token",
            "prod region",
            "all preferred_mfa_type",
            "all aws_rolename",
            "all okta_username",
            "lost inherits",
            "round inherits"
        ]
    );
    assert_eq!(left.len() - own.len(), 6);
}

#[test]
fn gimme_roles_that_are_regular_expressions_and_duo_are_left() {
    let text = "[a]\nokta_org_url = https://a.okta.com\naws_rolename = /:210987654321:/\npreferred_mfa_type = push\npreferred_mfa_provider = DUO\n";
    let (profiles, left) = told(&read(Peer::GimmeAwsCreds, "", text));
    assert_eq!(profiles, ["a org=https://a.okta.com"]);
    assert_eq!(left, ["a preferred_mfa_provider", "a aws_rolename"]);
}

#[test]
fn okta_aws_cli_profiles_and_labels_are_read_from_its_yaml() {
    let text = "---\n# mine\nawscli:\n  idps:\n    \"arn:aws:iam::123456789012:saml-provider/okta\": \"Data Production\" # why\n    \"arn:aws:iam::.*:saml-provider/okta\": \"Any\"\n  \
        roles:\n    \"arn:aws:iam::.*:role/admin\": \"Admin\"\n  profiles:\n    staging:\n      oidc-client-id: \"0osabc\"\n      org-domain: \"acme.okta.com\"\n      \
        aws-iam-idp: 'arn:aws:iam::123456789012:saml-provider/okta'\n      aws-iam-role: \"arn:aws:iam::123456789012:role/S3_Read\"\n      \
        aws-session-duration: 3600\n      write-aws-credentials: true\n      open-browser: false\n      password: CANARY\n    prod:\n      org-domain: acme.okta.com\n      \
        aws-acct-fed-app-id: 0oa1b2\n      aws-session-duration: 60\nokta:\n  client:\n    orgUrl: \"https://x\"\n";
    let taken = read(Peer::OktaAwsCli, "okta.yaml", text);
    let (profiles, left) = told(&taken);
    assert_eq!(
        profiles,
        [
            "staging org=https://acme.okta.com principal=arn:aws:iam::123456789012:saml-provider/okta role=arn:aws:iam::123456789012:role/S3_Read",
            "prod org=https://acme.okta.com app=0oa1b2",
        ]
    );
    assert_eq!(
        left,
        [
            "awscli.idps arn:aws:iam::.*:saml-provider/okta",
            "awscli.roles arn:aws:iam::.*:role/admin",
            "staging oidc-client-id",
            "staging write-aws-credentials",
            "staging password",
            "prod aws-session-duration",
        ]
    );
    assert_eq!(
        taken.aliases.into_iter().collect::<Vec<_>>(),
        [("123456789012".to_owned(), "Data-Production".to_owned())]
    );
}

#[test]
fn okta_aws_cli_variables_are_read_from_a_dotenv_among_others() {
    let text = "# mine\nDATABASE_URL=postgres://x:CANARY@y\nexport OKTA_AWSCLI_ORG_DOMAIN=acme.okta.com\nOKTA_AWSCLI_OIDC_CLIENT_ID=0oa5\n\
        OKTA_AWSCLI_IAM_ROLE=\"arn:aws:iam::123456789012:role/x\" # why\nOKTA_AWSCLI_USERNAME='ada' \nOKTA_AWSCLI_PROFILE=work\nAWS_REGION=us-gov-west-1 # why\nnothing\n";
    let (profiles, left) = told(&read(Peer::OktaAwsCli, ".env", text));
    assert_eq!(
        profiles,
        [
            "work org=https://acme.okta.com username=ada role=arn:aws:iam::123456789012:role/x region=us-gov-west-1"
        ]
    );
    assert_eq!(left, ["work oidc-client-id"]);
    assert!(read(Peer::OktaAwsCli, ".env", "AWS_REGION=eu-west-1\n").profiles.is_empty());
}

#[test]
fn yaml_that_is_not_of_the_documented_kind_is_refused_with_its_line() {
    for (text, line) in [
        ("a:\n  - b", 2),
        ("a: [b]", 1),
        ("a: {b: c}", 1),
        ("a: |\n  b", 1),
        ("a: &b c", 1),
        ("a: *b", 1),
        ("a: \"b", 1),
        ("a: \"b\\n\"", 1),
        ("a: \"b\" c", 1),
        ("a", 1),
        ("\ta: b", 1),
        ("a: b: c", 1),
        ("\n? a", 2),
    ] {
        assert_eq!(yaml::leaves(text), Err(line), "{text:?}");
    }
    let leaves = yaml::leaves("a:\n  b: c\n  'd e': \"#f\"\n\n  g:\n    h: i # j\nk: l\n").unwrap();
    let told: Vec<String> =
        leaves.iter().map(|leaf| format!("{}={}", leaf.path.join("/"), leaf.value)).collect();
    assert_eq!(told, ["a/b=c", "a/d e=#f", "a/g/h=i", "k=l"]);
}
