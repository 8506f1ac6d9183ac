//! `/sandbox/…`: for the person or script that tests. Nothing like it exists in an Okta org.

use super::codes::{code, totp_code};
use crate::exchange::{Asked, Reply};
use crate::server::Shared;
use crate::users::{Factor, USERS};

/// Answers a tester's question.
pub(crate) fn answer(shared: &Shared, asked: &Asked) -> Reply {
    let segments: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
    let login = |text: &str| text.replace("%40", "@");
    let now = shared.clock.now();
    let found = match segments.as_slice() {
        ["sandbox", "users"] => return plain(200, &table()),
        ["sandbox", "log"] => return plain(200, &log(shared)),
        ["sandbox", "totp", name] => totp_code(&shared.state(), &login(name), None, now),
        ["sandbox", "totp", name, provider] => totp_code(&shared.state(), &login(name), Some(provider), now),
        ["sandbox", "code", name, factor] => {
            let factor = factor.replace("%3A", ":").replace("%3a", ":");
            code(&shared.state(), &login(name), &factor, now)
        }
        _ => {
            return plain(
                404,
                "There are /sandbox/users, /sandbox/code/LOGIN/FACTOR_TYPE[:PROVIDER], \
                 /sandbox/totp/LOGIN[/GOOGLE|/OKTA] and /sandbox/log.\n",
            );
        }
    };
    match found {
        Some(code) => plain(200, &format!("{code}\n")),
        None => plain(
            404,
            "No such factor, or no message has been sent, or the codes of this half minute are all used.\n",
        ),
    }
}

fn plain(status: u16, text: &str) -> Reply {
    Reply::new(status, "text/plain; charset=utf-8", text).header("cache-control", "no-store")
}

fn table() -> String {
    let mut table = String::new();
    for user in USERS.iter() {
        let factors: Vec<String> = user.factors.iter().map(describe).collect();
        let factors = if factors.is_empty() { "no factor".to_owned() } else { factors.join(", ") };
        table.push_str(&format!(
            "{}\n    {}\n    password: {}\n    factors:  {factors}\n    roles:    {}\n",
            user.login,
            user.about,
            user.password,
            user.roles().len()
        ));
    }
    table
}

fn describe(factor: &Factor) -> String {
    format!("{}/{}", factor.factor_type, factor.provider)
}

fn log(shared: &Shared) -> String {
    let lines = shared.log.all();
    let lines = lines
        .iter()
        .map(|asked| format!("{} {} {} {}\n", asked.service, asked.status, asked.method, asked.path));
    lines.collect()
}
