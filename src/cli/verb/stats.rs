//! `stats [ID]`: time, tokens and money by role and milestone, and where the money will end.

use crate::cli::prelude::*;
use crate::domain::estimate::{estimate, forecast};
use crate::view::stats;

/// Columns of the page on an output that takes any length.
const WIDEST: usize = 120;

pub fn run(context: &Context, args: &ReadArgs) -> Result<Exit> {
    let found = args.find(context)?;
    let (mission, now) = (&found.mission, now());
    let value = || {
        json!({
            "id": found.id,
            "by_role": stats::by_role(mission, now),
            "by_milestone": stats::by_milestone(mission, now),
            "usage": mission.usage(),
            "agent_ms": mission.agent_ms(now),
            "budget": mission.budget,
            "estimate": estimate(mission),
            "forecast": forecast(mission),
            "tests_added": stats::tests_added(mission),
        })
    };
    context.answer(args.format, value, |width| stats::rows(mission, now, width.min(WIDEST), Vec::new()))
}
