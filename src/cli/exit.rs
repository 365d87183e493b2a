//! How a command ends, for scripts.

use std::process::ExitCode;

use crate::domain::mission::{End, Mission, Status};

/// The exit codes, as `--help` tells them.
pub const CODES: &str = "\
Exit codes:
  0  done
  1  failed
  2  the command line or the configuration is wrong
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
