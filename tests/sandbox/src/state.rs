//! What one sandbox remembers between requests.

use crate::clock::MINUTE;
use crate::okta::codes::Message;
use crate::okta::transaction::Transaction;
use crate::random::Random;
use crate::switch::Switches;
use crate::users::{THROTTLED, User};
use std::collections::{HashMap, HashSet};

/// How long a session token may wait to be spent (Okta's Authentication API reference).
pub(crate) const SESSION_TOKEN_LIFE: i64 = 5 * MINUTE;
/// How long a transaction lives after its last request. Five minutes is what the examples of Okta's reference
/// show.
pub(crate) const TRANSACTION_LIFE: i64 = 5 * MINUTE;
/// How long a session lives after its last request: two hours, the default of a Classic sign-on policy.
pub(crate) const SESSION_LIFE: i64 = 120 * MINUTE;

/// Everything that changes while a sandbox runs.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) random: Random,
    pub(crate) switches: Switches,
    /// How often AssumeRoleWithSAML is still to be throttled, by the role's ARN or its name.
    pub(crate) throttles: HashMap<String, u32>,
    /// Running transactions by state token.
    pub(crate) transactions: HashMap<String, Transaction>,
    /// Session tokens not spent yet.
    pub(crate) session_tokens: HashMap<String, SessionToken>,
    /// Live sessions by the value of `sid`.
    pub(crate) sessions: HashMap<String, Session>,
    /// TOTP steps already used, with the factor's id.
    pub(crate) used_steps: HashSet<(&'static str, i64)>,
    /// The number of the next code, by the id of a factor whose codes come in a row.
    pub(crate) counters: HashMap<&'static str, u64>,
    /// The last code sent, by the factor's id.
    pub(crate) messages: HashMap<&'static str, Message>,
    /// Wrong codes since the last right one, by login.
    pub(crate) wrong_codes: HashMap<&'static str, u32>,
    /// Devices that need no second factor for a user: login and device token.
    pub(crate) remembered: HashSet<(&'static str, String)>,
    /// Devices whose pushes go out without asking: login and device token.
    pub(crate) auto_push: HashSet<(&'static str, String)>,
    /// When each user name was last tried, for the limit of four a second.
    pub(crate) tries: HashMap<String, Vec<i64>>,
    /// Calls in the running minute, for the rate-limit headers.
    pub(crate) minute: (i64, u32),
    /// Pushes sent, by login.
    pub(crate) pushes: HashMap<&'static str, u32>,
    /// Temporary AWS credentials by access key id.
    pub(crate) keys: HashMap<String, IssuedKey>,
    /// When sign-in tokens of the console expire.
    pub(crate) signin_tokens: HashMap<String, i64>,
}

/// A session token waiting to be spent, once.
#[derive(Debug)]
pub(crate) struct SessionToken {
    pub(crate) user: &'static User,
    pub(crate) expires: i64,
    pub(crate) factor_used: bool,
}

/// A browser session.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) user: &'static User,
    pub(crate) created: i64,
    pub(crate) expires: i64,
    pub(crate) factor_used: bool,
    /// Whether the app's own demand for a factor has been met.
    pub(crate) stepped_up: bool,
}

/// AWS credentials this sandbox gave out.
#[derive(Debug, Clone)]
pub(crate) struct IssuedKey {
    pub(crate) secret: String,
    /// None with the keys of an IAM user, which live until they are deleted.
    pub(crate) session_token: Option<String>,
    pub(crate) expires: i64,
    pub(crate) arn: String,
    pub(crate) account: String,
    pub(crate) user_id: String,
    /// None with the keys of an IAM user.
    pub(crate) session: Option<RoleSession>,
}

/// What a session of a role hands on to the sessions that are begun with its keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct RoleSession {
    /// The role's ARN, path and all: trust policies name it, not the session.
    pub(crate) role: String,
    /// Whether another role's session began it.
    pub(crate) chained: bool,
    /// Keys and values of the session tags that are transitive.
    pub(crate) transitive: Vec<(String, String)>,
    pub(crate) source_identity: Option<String>,
}

impl State {
    pub(crate) fn new(random: Random) -> State {
        State {
            random,
            switches: Switches::new(),
            throttles: HashMap::from([(THROTTLED.to_owned(), 1)]),
            transactions: HashMap::new(),
            session_tokens: HashMap::new(),
            sessions: HashMap::new(),
            used_steps: HashSet::new(),
            counters: HashMap::new(),
            messages: HashMap::new(),
            wrong_codes: HashMap::new(),
            remembered: HashSet::new(),
            auto_push: HashSet::new(),
            tries: HashMap::new(),
            minute: (0, 0),
            pushes: HashMap::new(),
            keys: HashMap::new(),
            signin_tokens: HashMap::new(),
        }
    }

    /// Makes a session token for a user who has proved who they are.
    pub(crate) fn issue_session_token(&mut self, user: &'static User, factor_used: bool, now: i64) -> String {
        let token = self.random.session_token();
        let expires = now + SESSION_TOKEN_LIFE;
        self.session_tokens.insert(token.clone(), SessionToken { user, expires, factor_used });
        token
    }

    /// Spends a session token for a session. `None` if it is unknown, spent or too old; either way it is
    /// gone.
    pub(crate) fn spend_session_token(&mut self, token: &str, now: i64) -> Option<String> {
        let spent = self.session_tokens.remove(token)?;
        if spent.expires <= now {
            return None;
        }
        Some(self.open_session(spent.user, spent.factor_used, now))
    }

    /// Begins a session and returns the value of its `sid`.
    pub(crate) fn open_session(&mut self, user: &'static User, factor_used: bool, now: i64) -> String {
        let sid = self.random.session_id();
        let session =
            Session { user, created: now, expires: now + SESSION_LIFE, factor_used, stepped_up: false };
        self.sessions.insert(sid.clone(), session);
        sid
    }

    /// The live session of a `sid`, its life prolonged by this use.
    pub(crate) fn session(&mut self, sid: &str, now: i64) -> Option<Session> {
        let session = self.sessions.get_mut(sid)?;
        if session.expires <= now {
            self.sessions.remove(sid);
            return None;
        }
        session.expires = now + SESSION_LIFE;
        Some(session.clone())
    }
}
