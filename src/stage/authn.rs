//! `authn`: a name and a password to Okta's transaction.

use super::{Output, Shape, misplaced, missing_org, profile, settle_org, skip_warning, still_read};
use crate::cli::Authn;
use crate::config::Profile;
use crate::context::{Context, Source};
use crate::document::{self, Carry, Document, INPUT_LIMIT, Input};
use crate::error::{Error, Kind, printable};
use crate::okta::{Jar, Okta, refused_status};
use crate::org::Org;
use crate::transaction::Transaction;
use secrecy::SecretString;

const COMMAND: &str = "password-command";
const NOTHING: Source<'_> =
    Source { what: "password", stdin: false, fd: None, command: None, variables: &[] };

/// Signs in. Stdin is read only when it is no terminal and neither a flag nor `OKTA_PASSWORD` nor the profile gives the password: then
/// `{"username","password"}` may stand there. The password is sent once; it is asked for when nothing gives it.
///
/// # Errors
/// `usage` without an org; `no_terminal` where a name or password is missing and nobody can be asked; what Okta refuses; a state
/// from which no pipe can go on.
pub async fn run(arguments: &Authn, context: &Context<'_>) -> Result<Output, Error> {
    let source = Source {
        what: "password",
        stdin: arguments.password_stdin,
        fd: arguments.password.password_fd,
        command: arguments.password.password_command.as_deref(),
        variables: &["OKTA_PASSWORD"],
    };
    let mut password = source.read(context)?;
    // Before stdin is read: a loop's or a service's own may be open for ever.
    let command = match password {
        Some(_) => None,
        None => command(arguments, context)?,
    };
    let given = match (&password, &command) {
        (None, None) => credentials(context)?,
        _ => Document::default(),
    };
    let mut carry = given.carry()?;
    let profile = context.profile(&mut carry)?;
    let org = org(arguments, context, &carry, &profile)?;
    password = password.or_else(|| given.secret("password"));
    if password.is_none() {
        // Only a document that names a profile or an org leads to another command than before, and to another warning.
        let is_led = carry.setting("profile").or(carry.setting("org")).is_some();
        let led = || profile::command(context, &profile, COMMAND, &org);
        let command = command.or_else(|| is_led.then(led).flatten());
        password = Source { command: command.as_deref(), ..NOTHING }.read(context)?;
    }
    let username = context.setting(
        "username",
        arguments.username.as_deref(),
        &[],
        given.text("username"),
        &Profile::default(),
    );
    let username = username.or_else(|| context.environment.text("OKTA_USERNAME").map(str::to_owned));
    let username = match username.or_else(|| profile.text("username").map(str::to_owned)) {
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

/// The password command of the profile that counts where no document is read, for the org that counts then.
fn command(arguments: &Authn, context: &Context<'_>) -> Result<Option<String>, Error> {
    let profile = context.profiles.select(None)?;
    if profile.text(COMMAND).is_none() {
        return Ok(None);
    }
    let org = org(arguments, context, &Carry::default(), &profile)?;
    Ok(profile::command(context, &profile, COMMAND, &org))
}

fn org(arguments: &Authn, context: &Context<'_>, carry: &Carry, profile: &Profile) -> Result<Org, Error> {
    let flag = arguments.org.org.as_deref();
    // A document with a password in it names its org as a token would.
    match carry.setting("org") {
        Some(_) => settle_org(context, flag, carry, &[], profile),
        None => {
            Org::parse(&context.setting("org", flag, &["OKTA_ORG"], None, profile).ok_or_else(missing_org)?)
        }
    }
}

fn ask(context: &Context<'_>, username: &str, org: &Org) -> Result<SecretString, Error> {
    let question = format!("Okta password of {} at {org:?}", printable(username));
    // What login and the commands like it take, too: --password-stdin is for this stage alone.
    let instead = "give --password-command, --password-fd or OKTA_PASSWORD";
    context.terminal.ask_secret(&question, instead)
}

fn status(answer: &serde_json::Map<String, serde_json::Value>) -> &str {
    Transaction::read(answer).map_or("", |transaction| transaction.status)
}
