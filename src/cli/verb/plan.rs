//! `plan [ID]`: everything that the plan gate is about, on one page, so that it can be judged without the console.

use crate::cli::prelude::*;
use crate::domain::estimate::estimate;
use crate::domain::gate::GateId;
use crate::domain::risk::risks;
use crate::view::gate_page;

pub fn run(context: &Context, args: &ReadArgs) -> Result<Exit> {
    let found = args.find(context)?;
    let mission = &found.mission;
    let value = || {
        json!({
            "id": found.id,
            "title": mission.title(),
            "goal": mission.founding.as_ref().map(|founding| founding.goal.as_str()),
            "milestones": mission.milestones,
            "features": mission.features,
            "contract": mission.contract,
            "sealed": mission.sealed,
            "environment": mission.environment,
            "models": mission.models,
            "budget": mission.budget,
            "estimate": estimate(mission),
            "risks": risks(mission),
        })
    };
    context
        .answer(args.format, value, |width| gate_page::rows(mission, GateId::Plan, &|_| String::new(), width))
}
