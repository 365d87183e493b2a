//! `stats [ID]`: time, tokens and money by role and milestone, and where the money will end.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use super::context::{Context, Format, print, print_json};
use super::exit::Exit;
use super::missions::{self, MissionRef};
use super::progress::event_lines::budget_words;
use super::progress::words::{count, elapsed, tokens};
use super::table::table;
use crate::cli::print::Style;
use crate::domain::attempt::Attempt;
use crate::domain::budget::dollars;
use crate::domain::estimate::estimate;
use crate::domain::id::Timestamp;
use crate::domain::mission::Mission;
use crate::domain::usage::Usage;
use crate::engine::now;

/// Tell what a mission used, and of what
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The mission
    id: Option<String>,
    #[command(flatten)]
    format: Format,
}

/// What a share of the work came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
struct Share {
    of: String,
    attempts: usize,
    agent_ms: u64,
    usage: Usage,
}

/// Tells it.
///
/// # Errors
/// When the mission cannot be read.
pub fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = missions::find(context, args.id.as_deref())?;
    let mission = &found.mission;
    let roles = shares(mission, now(), |attempt| attempt.role, ToString::to_string);
    let milestones = shares(
        mission,
        now(),
        |attempt| mission.milestone_of(attempt.work),
        |id| id.map_or_else(|| "planning".to_owned(), |id| id.to_string()),
    );
    if args.format.json {
        print_json(&json!({
            "id": found.id,
            "by_role": roles,
            "by_milestone": milestones,
            "usage": mission.usage(),
            "agent_ms": mission.agent_ms(now()),
            "budget": mission.budget,
            "estimate": estimate(mission),
            "tests_added": tests_added(mission),
        }))?;
    } else {
        print(&told(&found, &roles, &milestones, context.output.style()))?;
    }
    Ok(Exit::Done)
}

fn told(found: &MissionRef, roles: &[Share], milestones: &[Share], style: Style) -> String {
    let mission = &found.mission;
    if roles.is_empty() {
        return format!("{} has used nothing yet", found.id);
    }
    let head = ["by role", "attempts", "time", "in", "cached", "out", "cost"];
    let mut text = table(head, &rows(roles), style);
    text.push_str("\n\n");
    text.push_str(&table(
        ["by milestone", "attempts", "time", "in", "cached", "out", "cost"],
        &rows(milestones),
        style,
    ));
    let total = mission.usage();
    let time = elapsed(mission.agent_ms(now()));
    text.push_str(&format!(
        "\n\nin all: {} of agents' time, {} tokens, {}; budget: {}",
        time,
        tokens(total.tokens()),
        dollars(total.micro_dollars),
        budget_words(&mission.budget)
    ));
    text.push_str(&match estimate(mission).cost {
        None => "\nforecast: nothing is known of prices yet".to_owned(),
        Some(cost) => format!(
            "\nforecast: likely {} in the end ({} to {})",
            dollars(cost.likely.max(total.micro_dollars)),
            dollars(cost.low.max(total.micro_dollars)),
            dollars(cost.high.max(total.micro_dollars))
        ),
    });
    let tests = count(tests_added(mission), "test case");
    text + &format!("\ntests: {tests} came with {}", count(mission.handoffs.len(), "handoff"))
}

fn tests_added(mission: &Mission) -> usize {
    mission.handoffs.values().map(|(_, handoff)| handoff.tests_added()).sum()
}

fn rows(shares: &[Share]) -> Vec<[String; 7]> {
    let row = |share: &Share| {
        let usage = &share.usage;
        [
            share.of.clone(),
            share.attempts.to_string(),
            elapsed(share.agent_ms),
            tokens(usage.input.saturating_add(usage.cache_written)),
            tokens(usage.cached),
            tokens(usage.output),
            dollars(usage.micro_dollars),
        ]
    };
    shares.iter().map(row).collect()
}

/// The shares of the attempts, each in the natural order of what it is of.
fn shares<K: Ord>(
    mission: &Mission,
    now: Timestamp,
    of: impl Fn(&Attempt) -> K,
    word: impl Fn(&K) -> String,
) -> Vec<Share> {
    let mut shares: BTreeMap<K, Share> = BTreeMap::new();
    for attempt in mission.attempts.values() {
        let share = shares.entry(of(attempt)).or_default();
        share.attempts += 1;
        share.agent_ms = share.agent_ms.saturating_add(attempt.wall_ms(now));
        share.usage += attempt.usage;
    }
    shares.into_iter().map(|(of, share)| Share { of: word(&of), ..share }).collect()
}
