//! A stand-in for an Okta Classic org and AWS STS, on loopback, over TLS.
//!
//! It is strict where the real services are: tokens are spent once and grow old, bodies have the right type,
//! codes are used once, assertions are signed and the signature is checked, the pair of role and provider
//! must be in the assertion, and errors are Okta's and AWS's own. It shares no code with the program it
//! tests, so the two can disagree.
//!
//! ```
//! use oktapipe_sandbox::{Options, Sandbox};
//!
//! let sandbox = Sandbox::start(Options::default())?;
//! assert!(sandbox.org().starts_with("https://localhost:"));
//! assert!(sandbox.log().is_empty());
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! For people there are pages on the org's own address: `/sandbox/users`, `/sandbox/code/LOGIN/FACTOR_TYPE`
//! (`sms`, `token:hotp`, `token:RSA`), `/sandbox/totp/LOGIN` and `/sandbox/log`.
//!
//! Not here: Identity Engine, the admin API, and anything a browser's script would do.

mod clock;
mod connection;
mod exchange;
mod fault;
mod idp_key;
mod log;
mod okta;
mod random;
mod saml;
mod server;
mod state;
mod sts;
mod switch;
mod tls;
mod totp;
mod users;

pub use fault::{Action, Certificate, Connection, Exchange, Fault, NAMED_FAULTS, NamedFault, Tamper};
pub use log::Request;
pub use switch::Switch;
pub use users::{Factor, Role, User};

use server::{Service, Shared};
use state::IssuedKey;
use std::collections::HashMap;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::oneshot;

/// How a sandbox is to be.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many answers to a push say WAITING before its outcome; the first always does.
    pub push_polls: u32,
    /// The org's port; 0 for any free one.
    pub port: u16,
    /// STS's port; 0 for any free one.
    pub sts_port: u16,
}

impl Default for Options {
    fn default() -> Options {
        Options { push_polls: 2, port: 0, sts_port: 0 }
    }
}

/// A running sandbox. Dropping it stops its thread and removes its folder.
pub struct Sandbox {
    shared: Arc<Shared>,
    folder: tls::Folder,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox on a thread of its own; it is listening when this returns. The first call in a
    /// process makes an RSA key.
    pub fn start(options: Options) -> io::Result<Sandbox> {
        let mut random = random::Random::seeded()?;
        let (acceptors, folder) = tls::make(&mut random)?;
        let (port, org_listeners) = server::listen(options.port)?;
        let (sts_port, sts_listeners) = server::listen(options.sts_port)?;
        let shared =
            Shared::new([port, sts_port], options.push_polls, idp_key::IdpKey::of_this_process()?, random);
        let shared = Arc::new(shared);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let (stop, stopped) = oneshot::channel();
        let services = [(org_listeners, Service::Okta), (sts_listeners, Service::Sts)];
        for (listeners, service) in services {
            for listener in listeners {
                runtime.spawn(connection::serve(listener, acceptors.clone(), service, shared.clone()));
            }
        }
        let thread = std::thread::Builder::new().name("sandbox".to_owned()).spawn(move || {
            // The sender's being dropped is the sign to stop; the listeners end with the runtime.
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Sandbox { shared, folder, stop: Some(stop), thread: Some(thread) })
    }

    /// The org's origin, `https://localhost:PORT`.
    pub fn org(&self) -> String {
        self.shared.org.clone()
    }

    /// STS's origin, `https://localhost:PORT`.
    pub fn sts(&self) -> String {
        self.shared.sts.clone()
    }

    /// The console's sign-in endpoint, `https://localhost:PORT/federation`, on STS's listener.
    pub fn federation(&self) -> String {
        format!("{}/federation", self.shared.sts)
    }

    /// AWS's sign-in page for SAML, `https://localhost:PORT/saml`, on STS's listener. Assertions are not addressed to
    /// it but to the real one, and it takes them all the same.
    pub fn sign_in(&self) -> String {
        format!("{}/saml", self.shared.sts)
    }

    /// The certificate of the throw-away authority, PEM.
    pub fn ca_file(&self) -> &Path {
        self.folder.ca_file()
    }

    /// The embed link of the AWS app.
    pub fn app_link(&self) -> String {
        format!("{}/home/amazon_aws/{}/272", self.shared.org, okta::APP_ID)
    }

    /// Everyone who can be tried.
    pub fn users(&self) -> &'static [User] {
        &users::USERS
    }

    /// A code that will be taken now, for a login and a provider (`GOOGLE` or `OKTA`). Codes are good once:
    /// this is the present step's, or a neighbour's if that one is used up. `None` if there is no such factor
    /// or all three are used.
    pub fn totp(&self, login: &str, provider: &str) -> Option<String> {
        okta::codes::totp_code(&self.shared.state(), login, Some(provider), self.shared.clock.now())
    }

    /// What to type now for a factor: `code("grace", "token:software:totp")`. Where a user has several factors of
    /// one type, the provider may follow: `token:RSA`. For text messages, calls and email it is the code last
    /// sent and not used, for a question its answer, for everything else the next code that will be taken.
    /// `None` if there is no such factor, or nothing has been sent, or nothing is to be typed for it.
    pub fn code(&self, login: &str, factor_type: &str) -> Option<String> {
        okta::codes::code(&self.shared.state(), login, factor_type, self.shared.clock.now())
    }

    /// The environment that points oktapipe, curl, the AWS CLI and SDKs at this sandbox; programs in Node.js and those
    /// in Python with `requests` trust its certificate by it too.
    pub fn environment(&self) -> Vec<(String, String)> {
        let ca_file = self.ca_file().display().to_string();
        [
            ("OKTA_ORG", self.org()),
            ("OKTA_APP_ID", okta::APP_ID.to_owned()),
            ("SSL_CERT_FILE", ca_file.clone()),
            ("CURL_CA_BUNDLE", ca_file.clone()),
            ("AWS_CA_BUNDLE", ca_file.clone()),
            ("NODE_EXTRA_CA_CERTS", ca_file.clone()),
            ("REQUESTS_CA_BUNDLE", ca_file),
            ("AWS_ENDPOINT_URL_STS", self.sts()),
            ("AWS_ENDPOINT_URL_SIGNIN", self.sts()),
            ("AWS_ENDPOINT_URL_IAM", self.sts()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_DEFAULT_REGION", "us-east-1".to_owned()),
            ("AWS_EC2_METADATA_DISABLED", "true".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// Every request asked so far, oldest first.
    pub fn log(&self) -> Vec<Request> {
        self.shared.log.all()
    }

    /// Arranges for a fault.
    pub fn fault(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Arranges for a fault by name: `skip` matching requests (or connections, for a fault of those) pass, the next
    /// `times` meet it.
    pub fn named_fault(&self, fault: &NamedFault, exchange: Exchange, skip: u32, times: u32) {
        self.shared.named_fault(fault, exchange, skip, times);
    }

    /// Takes back the faults that are still to come.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// Makes the org, or AWS's sign-in page, differ from now on.
    pub fn set(&self, switch: Switch) {
        self.shared.state().switches.insert(switch);
    }

    /// Answers the next so many calls that ask for a role, by its ARN or its name, with STS's `Throttling`. One role of
    /// `crowd@` is throttled once without this.
    pub fn throttle(&self, role: &str, times: u32) {
        self.shared.state().throttles.insert(role.to_owned(), times);
    }

    /// Moves the sandbox's clock forward, so that tokens, sessions and assertions age.
    pub fn advance(&self, by: Duration) {
        self.shared.clock.advance(by);
    }

    /// How many pushes were sent to a user's phone.
    pub fn pushes(&self, login: &str) -> u32 {
        let user = users::find(login);
        user.and_then(|user| self.shared.state().pushes.get(user.login).copied()).unwrap_or_default()
    }

    /// A fresh assertion of a user, base64 on one line, as the app's page would hold it. `None` for a user
    /// whose app gives none.
    pub fn assertion(&self, login: &str) -> Option<String> {
        let user = users::find(login)?;
        saml::for_user(user, self.shared.idp_key, &mut self.shared.state(), self.shared.clock.now())
    }

    /// The access key of an IAM user, id and secret, as it would lie in somebody's `~/.aws/credentials`: no session token, no end.
    pub fn user_key(&self) -> (String, String) {
        let mut state = self.shared.state();
        let (id, secret) =
            (state.random.access_key_id().replacen("ASIA", "AKIA", 1), state.random.secret_access_key());
        let (arn, user_id) =
            ("arn:aws:iam::111122223333:user/ci".to_owned(), "AIDACANARYCANARY00000".to_owned());
        let key = IssuedKey {
            secret: secret.clone(),
            session_token: None,
            expires: i64::MAX,
            arn,
            account: "111122223333".to_owned(),
            user_id,
            session: None,
        };
        state.keys.insert(id.clone(), key);
        (id, secret)
    }

    /// The certificate assertions are signed with, PEM.
    pub fn idp_certificate(&self) -> String {
        saml::pem(self.shared.idp_key.certificate())
    }

    /// The session tokens neither spent nor expired.
    pub fn unspent_session_tokens(&self) -> Vec<String> {
        live(&self.shared.state().session_tokens, |token| token.expires > self.shared.clock.now())
    }

    /// The state tokens of transactions neither finished, cancelled nor expired.
    pub fn open_transactions(&self) -> Vec<String> {
        live(&self.shared.state().transactions, |transaction| transaction.expires > self.shared.clock.now())
    }

    /// The ids of sessions neither signed out of nor expired.
    pub fn open_sessions(&self) -> Vec<String> {
        live(&self.shared.state().sessions, |session| session.expires > self.shared.clock.now())
    }
}

/// The keys of the entries that are still alive.
fn live<T>(all: &HashMap<String, T>, alive: impl Fn(&T) -> bool) -> Vec<String> {
    let alive = all.iter().filter(|(_, value)| alive(value));
    alive.map(|(key, _)| key.clone()).collect()
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
