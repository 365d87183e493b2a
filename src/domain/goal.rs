//! What a person wants, in their words.

use serde::{Deserialize, Serialize};

use super::text::{Text, TextError, Title};

/// A goal: 1 to 64,000 characters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Goal(Text<64_000>);

impl Goal {
    /// Checks a goal.
    ///
    /// # Errors
    /// When nothing is said, or more than a mission can be briefed with.
    pub fn new(text: &str) -> Result<Self, GoalError> {
        Text::new(text).map(Self).map_err(|error| match error {
            TextError::Empty => GoalError::Empty,
            TextError::TooLong { length, most } => GoalError::TooLong { length, most },
        })
    }

    /// The words themselves.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// A heading made of the first line.
    pub fn title(&self) -> Title {
        let line = self.as_str().lines().map(|l| l.trim_start_matches('#').trim()).find(|l| !l.is_empty());
        Title::clipped(Text::<72>::clipped(line.unwrap_or("Mission")))
    }
}

/// Why a goal was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GoalError {
    #[error("the goal is empty: say in a sentence what should exist when the mission is over")]
    Empty,
    #[error(
        "the goal has {length} characters; at most {most} fit: put the detail into a file of the repository and name it in the goal"
    )]
    TooLong { length: usize, most: usize },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_is_the_first_line_that_says_something() {
        assert_eq!(
            Goal::new("\n# Build a guestbook\n\nwith …").unwrap().title().as_str(),
            "Build a guestbook"
        );
    }

    #[test]
    fn a_goal_of_nothing_and_one_of_two_megabytes_are_refused_with_advice() {
        assert_eq!(Goal::new("  "), Err(GoalError::Empty));
        let sentence = Goal::new(&"x".repeat(2 << 20)).unwrap_err().to_string();
        assert!(
            sentence.contains("2097152 characters") && sentence.contains("name it in the goal"),
            "{sentence}"
        );
    }
}
