//! What a mission is bounded by, as its founding says it for as long as it flies.

use serde::{Deserialize, Serialize};

/// Bounds on repetition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Rounds a milestone may take before it is blocked.
    pub rounds: u32,
    /// Failed attempts in a row at the same work before the mission is held.
    pub failures: u32,
    /// Reviewers at the same time.
    pub reviewers: u32,
    /// How often a critic looks at a plan before the person does; 0 for never, as in missions of older logs.
    #[serde(default)]
    pub critic_rounds: u32,
    /// Testers at the same time, where the app allows several.
    #[serde(default = "testers")]
    pub testers: u32,
    /// The share of the mission's time, in percent, in which what was built is undone to see checks fail; 0 for never.
    #[serde(default = "sabotage_percent")]
    pub sabotage_percent: u8,
    /// How many families of models must stand behind what a gate is about before autopilot says GO.
    #[serde(default = "min_families")]
    pub min_families: u32,
}

/// As much as missions of earlier versions may have, whose founding does not say.
fn sabotage_percent() -> u8 {
    Limits::default().sabotage_percent
}

fn min_families() -> u32 {
    Limits::default().min_families
}

/// As many as missions of earlier versions may have, whose founding does not say.
fn testers() -> u32 {
    Limits::default().testers
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rounds: 5,
            failures: 3,
            reviewers: 3,
            testers: 3,
            sabotage_percent: 10,
            critic_rounds: 0,
            min_families: 1,
        }
    }
}
