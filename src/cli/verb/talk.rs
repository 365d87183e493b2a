//! `talk [ID]`: what you and the agents said to each other, whole, oldest first.

use crate::cli::prelude::*;
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::talk::whole;

pub fn run(context: &Context, args: &ReadArgs) -> Result<Exit> {
    let found = args.find(context)?;
    let mission = &found.mission;
    let value = || {
        json!({
            "messages": mission.messages,
            "questions": mission.questions,
            "directives": mission.directives,
            "knowledge": mission.knowledge,
        })
    };
    context.answer(args.format, value, |width| {
        let mut rows = whole(mission, now(), width);
        if mission.messages.is_empty() && mission.questions.is_empty() {
            let hint = format!("nothing else was said yet; `flightdeck say -m {} \"…\"` begins", found.id);
            rows.extend([Row::new(), Row::of(StyleRole::Text, hint)]);
        }
        rows
    })
}
