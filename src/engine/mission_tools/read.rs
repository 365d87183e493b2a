//! `read_mission`: anything of the mission, whole, for those who decide about it.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Deserialize;

use super::context::ToolContext;
use crate::agent::tool::{Answer, Call, Output, ToolError, ToolRow};
use crate::domain::brief::{READABLE, read};
use crate::domain::verdict::EvidenceRef;
use crate::engine::evidence::shown;
use crate::workspace::Access;

/// Bytes of one answer; what is longer is read in parts.
const MOST: usize = 32 * 1024;

#[derive(Deserialize, JsonSchema)]
struct Wanted {
    /// Its name, such as F3.
    what: String,
    /// Where to go on in a long one: the number that the part before ended with.
    #[serde(default)]
    from: usize,
}

pub(super) fn row(context: &Arc<ToolContext>) -> ToolRow {
    let description = format!("Shows anything of the mission whole: {READABLE}.");
    ToolRow::new("read_mission", description, Access::Read, Ok(Arc::clone(context)), read_mission)
}

async fn read_mission(context: Arc<ToolContext>, Wanted { what, from }: Wanted, _call: Call) -> Answer {
    let what = what.trim();
    let text = if what.starts_with("ev_") {
        let reference = EvidenceRef(what.to_owned());
        if context.engine.cell.with(|mission| mission.is_sealed_evidence(&reference)) {
            return Err(ToolError::Mend(format!(
                "{what} shows what only user testers and the person may see"
            )));
        }
        shown(&context.engine.store, &reference).map_err(|error| ToolError::Mend(error.to_string()))?
    } else {
        let read = context.engine.cell.with(|mission| read(mission, what));
        read.map_err(|rejection| ToolError::Mend(rejection.sentence))?
    };
    Ok(Output::text(part(&text, from)))
}

fn part(text: &str, from: usize) -> String {
    let rest = &text[text.floor_char_boundary(from)..];
    let end = rest.floor_char_boundary(MOST);
    if end == rest.len() {
        return rest.to_owned();
    }
    let next = text.len() - rest.len() + end;
    format!("{}\n[{} bytes more: read it again with from = {next}]", &rest[..end], rest.len() - end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_read_in_parts_and_nothing_is_lost() {
        let text = "äöü ".repeat(20_000);
        let (mut from, mut read) = (0, String::new());
        loop {
            let shown = part(&text, from);
            let Some((body, more)) = shown.rsplit_once("\n[") else {
                read += &shown;
                break;
            };
            read += body;
            from = more.rsplit_once("= ").unwrap().1.trim_end_matches(']').parse().unwrap();
        }
        assert!(read == text, "{} of {} bytes", read.len(), text.len());
        assert_eq!(part(&text, 1_000_000), "");
    }
}
