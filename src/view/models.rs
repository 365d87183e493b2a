//! Which model each role uses, and what it has used.

use crate::domain::attempt::Role;
use crate::domain::budget::dollars;
use crate::domain::usage::Usage;

use super::prelude::*;

/// One row for each role.
pub fn rows(mission: &Mission) -> Vec<Row> {
    Role::ALL.iter().map(|role| row(mission, *role)).collect()
}

fn row(mission: &Mission, role: Role) -> Row {
    let attempts = || mission.attempts.values().filter(move |attempt| attempt.role == role);
    let used: Usage = attempts().map(|attempt| attempt.usage).sum();
    let model = mission.models.get(&role);
    let (style, words) =
        model.map_or((StyleRole::Warn, "none is set"), |model| (StyleRole::Text, model.as_str()));
    Row::of(StyleRole::Strong, format!("{:<16}", role.to_string()))
        .then(style, words)
        .end(StyleRole::Dim, plural(attempts().count(), "attempt"))
        .end(StyleRole::Text, format!("{:>9}", dollars(used.micro_dollars)))
}
