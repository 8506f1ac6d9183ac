//! `doctor`: what is configured, and by what; what is trusted, and what can be reached. No secret is shown, and nothing is signed in to.

mod checks;
mod kept;
mod settings;

use crate::cli::Doctor;
use crate::context::Context;
use crate::error::Error;
use crate::stage::Output;
use checks::Check;
use serde_json::{Map, Value};
use settings::{From, Row};
use std::fmt::Write as _;

/// What was found, and the exit code of the first thing that is wrong.
#[derive(Debug)]
pub struct Report {
    /// For people on a terminal, for programs else.
    pub output: Output,
    /// 0 if all is well.
    pub exit_code: u8,
}

/// Looks at everything. What is wrong is told in its place, and does not keep the rest from being looked at.
///
/// # Errors
/// None of its own.
pub async fn run(arguments: &Doctor, context: &Context<'_>) -> Result<Report, Error> {
    let (profile, mut checks) = checks::profile(context);
    let rows = settings::rows(&arguments.settings, context.common, context.environment, &profile);
    checks.push(kept::kept(context));
    checks.extend(checks::trust(context));
    checks.extend(checks::services(context, &arguments.settings, &profile).await);
    let exit_code = checks.iter().find_map(Check::exit_code).unwrap_or(0);
    let output = if context.stdout_is_terminal && !arguments.json {
        let text = text(&rows, &checks);
        Output::Text { plain: text.clone().into(), masked: text }
    } else {
        let mut members = Map::new();
        members.insert("Settings".to_owned(), rows.iter().map(Row::document).map(Value::Object).collect());
        members.insert("Checks".to_owned(), checks.iter().map(Check::document).map(Value::Object).collect());
        Output::Document(members.into())
    };
    Ok(Report { output, exit_code })
}

fn text(rows: &[Row], checks: &[Check]) -> String {
    let mut text = String::new();
    let rows: Vec<&Row> =
        rows.iter().filter(|row| row.value.is_some() || row.from != From::Default).collect();
    let name = rows.iter().map(|row| row.name.len()).max().unwrap_or(0);
    let value = |row: &Row| crate::error::printable(row.value.as_deref().unwrap_or("(unset)"));
    let width = rows.iter().map(|row| value(row).chars().count()).max().unwrap_or(0).min(50);
    for row in rows {
        let _ = writeln!(text, "     {:name$}  {:width$}  {}", row.name, value(row), row.source());
    }
    for check in checks {
        let what = crate::error::printable(&check.what);
        let _ = match &check.found {
            Ok(found) => writeln!(text, "ok   {}: {what}: {found}", check.name),
            Err(Error::Failed(failure)) => {
                writeln!(text, "BAD  {}: {what}: {}; {}", check.name, failure.message, failure.hint)
            }
            Err(other) => writeln!(text, "BAD  {}: {what}: {other}", check.name),
        };
    }
    text
}
