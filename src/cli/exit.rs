//! How a command ends, for scripts.

use std::process::ExitCode;

use crate::domain::attention::needs;
use crate::domain::mission::{End, Mission, Status};

/// The exit codes, as `--help` tells them.
pub const CODES: &str = "\
Exit codes:
  0  done
  1  failed
  2  refused: what was asked for, or the configuration, is wrong; nothing has changed
  3  the mission waits for a person
  4  the mission is blocked
  5  a budget is spent";

/// How a command ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    Done,
    Failed,
    Usage,
    Waits,
    Blocked,
    BudgetSpent,
}

impl Exit {
    /// The code of a command that followed a mission until it ended or stood still.
    pub fn of(mission: &Mission) -> Self {
        match (&mission.end, mission.status()) {
            (Some(End::Completed { .. }), _) => Self::Done,
            (Some(End::Abandoned { .. }), _) => Self::Failed,
            (None, Status::Blocked) => Self::Blocked,
            (None, Status::BudgetSpent) => Self::BudgetSpent,
            (None, _) => Self::Waits,
        }
    }
}

impl Exit {
    /// The code that tells a script how a mission stands, whether or not it is followed: one that flies is fine.
    pub fn of_standing(mission: &Mission) -> Self {
        match Self::of(mission) {
            Self::Waits if needs(mission).is_empty() => Self::Done,
            exit => exit,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Waits => 3,
            Exit::Blocked => 4,
            Exit::BudgetSpent => 5,
        })
    }
}
