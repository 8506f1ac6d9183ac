//! `authn`: a name and a password to Okta's transaction.

use super::{Output, Shape, misplaced, missing_org, settle_org, skip_warning, still_read};
use crate::cli::Authn;
use crate::context::{Context, Source};
use crate::document::{self, Carry, Document, INPUT_LIMIT, Input};
use crate::error::{Error, Kind, printable};
use crate::okta::{Jar, Okta, refused_status};
use crate::org::Org;
use crate::transaction::Transaction;
use secrecy::SecretString;

/// Signs in. Stdin is read only when it is no terminal and neither a flag nor `OKTA_PASSWORD` gives the password: then
/// `{"username","password"}` may stand there. The password is sent once; it is asked for when nothing gives it.
///
/// # Errors
/// `usage` without an org; `no_terminal` where a name or password is missing and nobody can be asked; what Okta refuses; a state
/// from which no pipe can go on.
pub async fn run(arguments: &Authn, context: &Context<'_>) -> Result<Output, Error> {
    let source = Source {
        what: "password",
        stdin: arguments.password_stdin,
        fd: arguments.password_fd,
        command: arguments.password_command.as_deref(),
        variables: &["OKTA_PASSWORD"],
    };
    let mut password = source.read(context)?;
    let given = match &password {
        Some(_) => Document::default(),
        None => credentials(context)?,
    };
    let mut carry = given.carry()?;
    let org = org(arguments, context, &carry)?;
    password = password.or_else(|| given.secret("password"));
    let username = context.setting(arguments.username.as_deref(), &[], given.text("username"));
    let username = username.or_else(|| context.environment.text("OKTA_USERNAME").map(str::to_owned));
    let username = match username {
        Some(username) => username,
        None => context
            .terminal
            .ask(&format!("Okta user name for {org:?}"), "give --username or set OKTA_USERNAME")?,
    };
    let typed = password.is_none();
    let password = match password {
        Some(password) => password,
        None => ask(context, &username, &org)?,
    };
    still_read(context)?;
    let okta = Okta::new(context.http, org, Jar::new(carry.cookies()));
    let mut answer = match okta.authn(&username, &password).await {
        // Typed wrong once is common; a password that was given is never sent again, and nothing is sent by itself.
        Err(error) if typed && error.kind() == Some(Kind::AuthenticationFailed) => {
            context.terminal.show("Okta did not accept that name and password. Once more:");
            let password = ask(context, &username, okta.org())?;
            still_read(context)?;
            okta.authn(&username, &password).await?
        }
        result => result?,
    };
    answer = skip_warning(&okta, answer, context).await?;
    if !matches!(status(&answer), "SUCCESS" | "MFA_REQUIRED" | "MFA_CHALLENGE") {
        return Err(refused_status(&answer));
    }
    carry.set("org", &okta.org().origin());
    carry.set_cookies(okta.into_jar().pairs());
    Ok(Output::Document(carry.beside(answer)))
}

/// The document on stdin, if there is one; nothing or blanks is none.
fn credentials(context: &Context<'_>) -> Result<Document, Error> {
    if context.stdin_is_terminal {
        return Ok(Document::default());
    }
    match document::read(&context.stdin(INPUT_LIMIT)?)? {
        Input::Nothing => Ok(Document::default()),
        Input::Document(document) => {
            let document = super::checked(document)?;
            match Shape::of(&document) {
                Shape::Unknown => Ok(document),
                _ => Err(misplaced(&document)),
            }
        }
        _ => Err(Error::new(
            Kind::WrongDocument,
            "stdin is not JSON",
            "authn takes username and password as a JSON object, or the bare password with --password-stdin",
        )),
    }
}

fn org(arguments: &Authn, context: &Context<'_>, carry: &Carry) -> Result<Org, Error> {
    // A document with a password in it names its org as a token would.
    match carry.setting("org") {
        Some(_) => settle_org(context, arguments.org.org.as_deref(), carry, &[]),
        None => Org::parse(
            &context.setting(arguments.org.org.as_deref(), &["OKTA_ORG"], None).ok_or_else(missing_org)?,
        ),
    }
}

fn ask(context: &Context<'_>, username: &str, org: &Org) -> Result<SecretString, Error> {
    let question = format!("Okta password of {} at {org:?}", printable(username));
    let instead = "give --password-stdin, --password-fd, --password-command or OKTA_PASSWORD";
    context.terminal.ask_secret(&question, instead)
}

fn status(answer: &serde_json::Map<String, serde_json::Value>) -> &str {
    Transaction::read(answer).map_or("", |transaction| transaction.status)
}
