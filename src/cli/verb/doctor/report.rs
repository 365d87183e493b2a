//! All checks, for people and for programs.

use serde::Serialize;

use super::models::Contact;
use super::{agents, checks, models};
use crate::cli::context::{Repository, print_json};
use crate::cli::fault;
use crate::cli::prelude::*;
use crate::cli::print::{Printable, Style};
use crate::view::style_role::StyleRole;
use crate::view::text::padded;

#[derive(Debug, clap::Args)]
pub struct Args {
    /// Contact no provider
    #[arg(long)]
    offline: bool,
    #[command(flatten)]
    format: Format,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(super) struct Check {
    pub(super) name: String,
    pub(super) state: CheckState,
    pub(super) sentence: String,
}

/// How it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum CheckState {
    Good,
    /// Something can be done without it.
    Missing,
    /// Nothing works before it is mended.
    Bad,
}

impl Check {
    pub(super) fn good(name: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self::new(name, CheckState::Good, sentence)
    }

    pub(super) fn missing(name: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self::new(name, CheckState::Missing, sentence)
    }

    pub(super) fn bad(name: impl Into<String>, sentence: impl Into<String>) -> Self {
        Self::new(name, CheckState::Bad, sentence)
    }

    pub(super) fn new(name: impl Into<String>, state: CheckState, sentence: impl Into<String>) -> Self {
        Self { name: name.into(), state, sentence: sentence.into() }
    }
}

/// Checks everything. The code is 1 when something must be mended first.
pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let contact = if args.offline { Contact::Spared } else { Contact::Made };
    let checks = all(context, contact).await;
    if args.format.json {
        print_json(&checks)?;
    } else {
        let style = context.output.style();
        let width = checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
        print(Printable::lines(checks.iter().map(|check| line(check, width, style))))?;
    }
    let bad = checks.iter().any(|check| check.state == CheckState::Bad);
    Ok(if bad { Exit::Failed } else { Exit::Done })
}

async fn all(context: &Context, contact: Contact) -> Vec<Check> {
    let mut checks = vec![checks::version()];
    checks.extend(checks::repository(context));
    checks.push(checks::home(context));
    match context.settings(Repository::OfThisDirectory, Vec::new()) {
        Ok(settings) => {
            checks.push(Check::good("config", checks::config_files(context)));
            let (backends, models) = models::models(&settings, contact).await;
            checks.extend(backends);
            checks.extend(models);
            checks.extend(agents::agents(&settings, contact).await);
            checks.push(models::prices(&settings));
            checks.push(checks::browser(&settings).await);
            checks.push(checks::sandbox(&settings, &context.home));
            checks.extend(checks::awake(&settings).await);
            checks.extend(checks::mcp(&settings));
        }
        Err(found) => checks.push(Check::bad("config", fault::sentence(&found))),
    }
    checks.extend(checks::trust(context));
    checks.extend(checks::hooks(context));
    checks.extend(checks::prompts(context));
    checks.extend(checks::programs(context));
    checks.push(checks::disk(context).await);
    checks.push(checks::terminal(context));
    checks.push(checks::missions(context));
    checks
}

fn line(check: &Check, width: usize, style: Style) -> Printable {
    let (mark, tone) = match check.state {
        CheckState::Good => ("✓", StyleRole::Good),
        CheckState::Missing => ("!", StyleRole::Warn),
        CheckState::Bad => ("✗", StyleRole::Bad),
    };
    style.paint(tone, mark).then(format!(" {}  {}", padded(&check.name, width), check.sentence))
}
