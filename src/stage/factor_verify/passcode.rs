//! A code or an answer, given or typed.

use super::super::still_read;
use super::choice::{Given, Method, describe};
use crate::cli::FactorArgs;
use crate::context::{Context, Source};
use crate::error::{Error, Kind, printable};
use crate::okta::Okta;
use crate::transaction::{Factor, Transaction};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

/// The most times that a person may type a wrong code; Okta locks after a few more.
const TYPED_TRIES: usize = 3;
/// The most prompts for one factor, wrong codes, further values and new messages counted together.
const PROMPTS: usize = 10;
const INSTEAD: &str = "give --passcode-fd, --passcode-command or MFA_CODE";

/// Where codes come from. One that was given is sent once; a command is run when its code is wanted, and once.
#[derive(Debug)]
pub(super) struct Codes<'a> {
    source: Source<'a>,
    given: Option<SecretString>,
    is_command: bool,
}

impl<'a> Codes<'a> {
    /// Reads what stands ready; a command is run later, after the message with its code was sent.
    pub(super) fn new(arguments: &'a FactorArgs, context: &Context<'_>) -> Result<Codes<'a>, Error> {
        if arguments.passcode_fd == Some(0) {
            let message = "stdin holds the document, not the passcode";
            return Err(Error::new(Kind::Usage, message, "use another descriptor"));
        }
        let command = arguments.passcode_command.as_deref();
        let source = Source {
            what: "passcode",
            stdin: false,
            fd: arguments.passcode_fd,
            command,
            variables: &["MFA_CODE", "OKTA_MFA_CODE"],
        };
        let is_command = command.is_some();
        let given = if is_command { None } else { source.read(context)? };
        Ok(Codes { source, given, is_command })
    }

    pub(super) fn given(&self) -> Given {
        match (self.is_command, &self.given) {
            (true, _) => Given::Command,
            (false, Some(_)) => Given::Already,
            (false, None) => Given::No,
        }
    }

    fn take(&mut self, context: &Context<'_>) -> Result<Option<SecretString>, Error> {
        if std::mem::take(&mut self.is_command) {
            return self.source.read(context);
        }
        Ok(self.given.take())
    }
}

/// One factor under verification.
#[derive(Debug)]
pub(super) struct Verification<'a, 'w, 'h> {
    pub(super) context: &'a Context<'w>,
    pub(super) okta: &'a Okta<'h>,
    pub(super) factor: &'a Factor,
    pub(super) method: Method,
    pub(super) token: &'a SecretString,
}

impl Verification<'_, '_, '_> {
    /// Asks Okta to send a code, then verifies it.
    pub(super) async fn send_and_verify(
        &self,
        link: &str,
        codes: &mut Codes<'_>,
    ) -> Result<Map<String, Value>, Error> {
        if codes.given() == Given::No && !self.context.terminal.can_ask() {
            // Before a message is sent that nobody could answer.
            return Err(Error::new(
                Kind::NoTerminal,
                format!("the code of {} cannot be asked for", describe(self.factor)),
                INSTEAD,
            ));
        }
        still_read(self.context)?;
        let challenge = self.okta.follow(link, self.token).await?;
        match Transaction::read(&challenge).map(|transaction| transaction.status) {
            Some("MFA_CHALLENGE") => self.challenged(&challenge, codes).await,
            _ => Ok(challenge),
        }
    }

    /// Verifies the code of a message that was sent.
    pub(super) async fn challenged(
        &self,
        challenge: &Map<String, Value>,
        codes: &mut Codes<'_>,
    ) -> Result<Map<String, Value>, Error> {
        let transaction = Transaction::read(challenge);
        let link = transaction.as_ref().and_then(|transaction| transaction.link("next", Some("verify")));
        let Some(link) = link else { return Err(crate::okta::refused_status(challenge)) };
        let resend = transaction.and_then(|transaction| transaction.link("resend", None));
        self.verify(&link, resend.as_deref(), codes).await
    }

    /// Sends a code. A given one once; a typed one may be typed again while the transaction lives; Enter alone has a message
    /// sent again, and is no code elsewhere.
    pub(super) async fn verify(
        &self,
        link: &str,
        resend: Option<&str>,
        codes: &mut Codes<'_>,
    ) -> Result<Map<String, Value>, Error> {
        if let Some(code) = codes.take(self.context)? {
            still_read(self.context)?;
            return self.send(link, &code).await;
        }
        let what = if self.method == Method::Answer { "Answer to" } else { "Code of" };
        let again = if resend.is_some() { " (Enter alone sends another)" } else { "" };
        let question = format!("{what} {}{again}", describe(self.factor));
        let mut wrong = 0;
        for _ in 0..PROMPTS {
            let code = self.context.terminal.ask_secret(&question, INSTEAD)?;
            still_read(self.context)?;
            if code.expose_secret().is_empty() {
                match resend {
                    Some(resend) => self.resend(resend).await?,
                    // Sent, it would count as a wrong code, and a few of those lock the account.
                    None => self.context.terminal.show("Nothing was typed."),
                }
                continue;
            }
            match self.send(link, &code).await {
                Err(error) if error.okta_code() == Some("E0000113") => {
                    // RSA wants the next code, or a new PIN; the summary is its prompt.
                    self.context
                        .terminal
                        .show(&printable(error.summary().unwrap_or("The token asks for another value.")));
                }
                Err(error) if error.kind() == Some(Kind::PasscodeWrong) && wrong + 1 < TYPED_TRIES => {
                    wrong += 1;
                    self.context.terminal.show("That was not accepted. Try again.");
                }
                result => return result,
            }
        }
        Err(Error::new(Kind::PasscodeWrong, "no code was accepted", "sign in again"))
    }

    async fn send(&self, link: &str, code: &SecretString) -> Result<Map<String, Value>, Error> {
        let member = if self.method == Method::Answer { "answer" } else { "passCode" };
        self.okta.follow_with(link, self.token, member, code).await
    }

    /// Has the message sent again. Too early a wish is no failure: Okta says how long to wait.
    async fn resend(&self, link: &str) -> Result<(), Error> {
        match self.okta.follow(link, self.token).await {
            Ok(_) => self.context.terminal.show("It was sent again."),
            Err(error) if error.kind() == Some(Kind::RateLimited) => {
                self.context.terminal.show(&error.to_string())
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}
