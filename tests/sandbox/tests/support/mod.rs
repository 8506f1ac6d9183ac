//! Real clients pointed at a sandbox: curl, the AWS CLI and xmlsec1.

// Every test file takes what it needs of this module and leaves the rest.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![expect(clippy::disallowed_methods, reason = "the clients are found with the tester's own PATH")]

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use oktapipe_sandbox::Sandbox;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// What a client got.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    /// Headers in order, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A member deep in the JSON body, as text.
    pub(crate) fn at(&self, pointer: &str) -> String {
        match self.json().pointer(pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }

    /// Status and Okta error code.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (self.status, self.at("/errorCode"))
    }

    /// The value of a form's input, entities undone.
    pub(crate) fn input(&self, name: &str) -> Option<String> {
        let (_, rest) = self.body.split_once(&format!(r#"<input name="{name}" type="hidden" value=""#))?;
        let (value, _) = rest.split_once('"')?;
        Some(value.replace("&#x2b;", "+").replace("&#x3d;", "=").replace("&#x2f;", "/"))
    }
}

/// A curl with its own cookie jar.
pub(crate) struct Browser<'a> {
    pub(crate) sandbox: &'a Sandbox,
    jar: PathBuf,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, name: &str) -> Browser<'a> {
        let jar = sandbox.ca_file().with_file_name(format!("jar-{name}"));
        Browser { sandbox, jar }
    }

    /// Runs curl with these arguments on top of the usual ones; the last answer of a chain of redirects
    /// counts.
    pub(crate) fn curl(&self, url: &str, arguments: &[&str], body: Option<&str>) -> Got {
        self.try_curl(url, arguments, body).unwrap_or_else(|code| panic!("curl {code}: {url}"))
    }

    /// As [`Browser::curl`], with curl's exit code if it is not 0.
    pub(crate) fn try_curl(&self, url: &str, arguments: &[&str], body: Option<&str>) -> Result<Got, i32> {
        let url = if url.starts_with('/') { format!("{}{url}", self.sandbox.org()) } else { url.to_owned() };
        let mut command = Command::new("curl");
        command.args(["-q", "-sS", "-i", "--max-time", "20", "--cookie-jar"]).arg(&self.jar);
        command.arg("--cookie").arg(&self.jar).args(arguments);
        if body.is_some() {
            command.args(["--data-binary", "@-"]);
        }
        command.arg(url).env_clear().env("PATH", std::env::var("PATH").unwrap());
        command.envs(self.sandbox.environment());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("curl is needed for this test");
        child.stdin.take().unwrap().write_all(body.unwrap_or_default().as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        if !output.status.success() {
            return Err(output.status.code().unwrap_or(-1));
        }
        Ok(last_answer(&String::from_utf8_lossy(&output.stdout)))
    }

    pub(crate) fn get(&self, url: &str) -> Got {
        self.curl(url, &[], None)
    }

    /// GET, redirects followed.
    pub(crate) fn follow(&self, url: &str) -> Got {
        self.curl(url, &["-L"], None)
    }

    pub(crate) fn post(&self, url: &str, body: &Value) -> Got {
        self.curl(url, &["-H", "Content-Type: application/json"], Some(&body.to_string()))
    }

    /// The first call of a login.
    pub(crate) fn authn(&self, login: &str) -> Got {
        let user = self.sandbox.users().iter().find(|user| user.login == login).unwrap();
        self.post("/api/v1/authn", &json!({ "username": user.login, "password": user.password }))
    }

    /// Logs a user without a second factor in, by session token, and returns the app page.
    pub(crate) fn app_page(&self, login: &str) -> Got {
        let token = self.authn(login).at("/sessionToken");
        self.follow(&format!("{}?sessionToken={token}", self.sandbox.app_link()))
    }
}

/// Takes curl's `-i` output apart.
fn last_answer(output: &str) -> Got {
    let mut rest = output;
    loop {
        let (head, body) = rest.split_once("\r\n\r\n").unwrap();
        let mut lines = head.split("\r\n");
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let headers = lines
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        if body.starts_with("HTTP/1.1 ") {
            rest = body;
            continue;
        }
        return Got { status, headers, body: body.to_owned() };
    }
}

/// Runs the AWS CLI with a clean environment and more of it; whether it succeeded, and all it said.
pub(crate) fn aws(sandbox: &Sandbox, arguments: &[&str], more: &[(&str, &str)]) -> (bool, String) {
    run(Command::new("aws").args(arguments), sandbox, more)
}

/// Runs a bash script likewise.
pub(crate) fn shell(sandbox: &Sandbox, script: &str, more: &[(&str, &str)]) -> (bool, String) {
    run(Command::new("bash").args(["-c", script]), sandbox, more)
}

fn run(command: &mut Command, sandbox: &Sandbox, more: &[(&str, &str)]) -> (bool, String) {
    let home = sandbox.ca_file().parent().unwrap();
    command.env_clear().env("PATH", std::env::var("PATH").unwrap()).env("HOME", home);
    // A program found by a version manager's shim finds itself by this.
    command.envs(std::env::var("PYENV_ROOT").map(|root| ("PYENV_ROOT", root)));
    command.env("LC_ALL", "C.UTF-8").envs(sandbox.environment()).envs(more.iter().copied());
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

/// Tells the tester something, whether or not the test passes.
pub(crate) fn say(line: &str) {
    // Not eprintln!, which the test harness keeps to itself.
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// Posts AssumeRoleWithSAML as a form.
pub(crate) fn assume(
    browser: &Browser<'_>,
    role: &str,
    provider: &str,
    assertion: &str,
    more: &[(&str, &str)],
) -> Got {
    let mut fields = vec![
        "Action=AssumeRoleWithSAML".to_owned(),
        "Version=2011-06-15".to_owned(),
        format!("RoleArn={role}"),
        format!("PrincipalArn={provider}"),
        format!("SAMLAssertion={assertion}"),
    ];
    fields.extend(more.iter().map(|(name, value)| format!("{name}={value}")));
    // The assertion of many roles does not fit into one argument, so the form is encoded here and goes by
    // stdin.
    let encoded: Vec<String> = fields
        .iter()
        .map(|field| field.replace('%', "%25").replace('+', "%2B").replace('&', "%26"))
        .collect();
    browser.curl(&browser.sandbox.sts(), &[], Some(&encoded.join("&")))
}

/// An assertion's XML.
pub(crate) fn xml(assertion: &str) -> String {
    String::from_utf8(STANDARD.decode(assertion).unwrap()).unwrap()
}

/// The other way.
pub(crate) fn encoded(xml: &str) -> String {
    STANDARD.encode(xml)
}

/// Whether one of the programs that a test drives is missing: the test is then left out, and says so. On a build server (`CI` set) that is a
/// failure.
pub(crate) fn lacks(programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = |program: &str| std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
    let missing: Vec<_> = programs.iter().filter(|program| !found(program)).collect();
    if !missing.is_empty() {
        assert!(std::env::var_os("CI").is_none(), "{missing:?} must be on a build server");
        say(&format!("SKIPPED, for want of {missing:?}"));
    }
    !missing.is_empty()
}
