//! `/sandbox/…`: for the person or script that tests. Nothing like it exists in an Okta org.

use super::codes::{code, totp_code};
use crate::exchange::{Asked, Reply};
use crate::fault::{Exchange, NAMED_FAULTS, NamedFault};
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
        ["sandbox", "faults"] if asked.method == "DELETE" => {
            shared.faults.clear();
            return plain(200, "No faults are armed.\n");
        }
        ["sandbox", "faults"] => return plain(200, &faults(shared)),
        ["sandbox", "faults", name, exchange] => return arm(shared, asked, name, exchange),
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
                 /sandbox/totp/LOGIN[/GOOGLE|/OKTA], /sandbox/log and /sandbox/faults.\n",
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

/// The names, and how many faults are armed.
fn faults(shared: &Shared) -> String {
    let mut text = format!("{} armed\n", shared.faults.count());
    for fault in &NAMED_FAULTS {
        text.push_str(&format!("{:<16} {}\n", fault.name, fault.about));
    }
    text
}

/// `POST /sandbox/faults/NAME/EXCHANGE[?skip=N&times=N]`.
fn arm(shared: &Shared, asked: &Asked, name: &str, exchange: &str) -> Reply {
    if asked.method != "POST" {
        return plain(405, "A fault is armed by POST.\n");
    }
    let (Some(fault), Some(place)) = (NamedFault::named(name), Exchange::named(exchange)) else {
        let names: Vec<&str> = Exchange::ALL.into_iter().map(Exchange::name).collect();
        return plain(
            404,
            &format!("/sandbox/faults lists the faults; the exchanges are {}.\n", names.join(", ")),
        );
    };
    let parameters = asked.query_parameters();
    let number = |name: &str, usual: u32| match parameters.get(name) {
        None => Some(usual),
        Some(text) => text.parse().ok(),
    };
    let (Some(skip), Some(times)) = (number("skip", 0), number("times", 1)) else {
        return plain(400, "skip and times are numbers.\n");
    };
    shared.named_fault(fault, place, skip, times);
    plain(200, &format!("{name}: {}\n", fault.about))
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
