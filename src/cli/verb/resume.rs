//! `resume [ID] [--budget …]`: lifts a hold and sets a budget.

use crate::cli::ask::ask_all;
use crate::cli::engine_start::reach;
use crate::cli::prelude::*;
use crate::domain::budget::Budget;
use crate::view::words::budget_words;

#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    mission: MissionArg,
    #[command(flatten)]
    budget: BudgetArgs,
}

/// What a mission may use in all.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct BudgetArgs {
    /// Money for the whole mission, in dollars
    #[arg(long, value_name = "DOLLARS", allow_negative_numbers = true, value_parser = dollars)]
    pub budget: Option<f64>,
    /// Tokens for the whole mission
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = tokens)]
    pub tokens: Option<u64>,
    /// Agents' time for the whole mission, in hours
    #[arg(long, value_name = "H", allow_negative_numbers = true, value_parser = hours)]
    pub hours: Option<f64>,
}

pub async fn run(context: &Context, args: &Args) -> Result<Exit> {
    let found = args.mission.find(context)?;
    if found.mission.end.is_some() {
        return Err(misuse(format!("{} is over", found.id)));
    }
    let (commands, words) = commands(&found, args.budget)?;
    // Where nothing need be asked for, an engine that is gone comes back all the same.
    drop(reach(context, &found.dir).await?);
    ask_all(context, &found, commands).await?;
    done(&words)
}

fn commands(found: &MissionRef, args: BudgetArgs) -> Result<(Vec<Command>, String)> {
    let mission = &found.mission;
    let budget = args.over(mission.budget)?;
    let mut commands = Vec::new();
    let mut done = if mission.hold.is_some() {
        format!("{} goes on", found.id)
    } else {
        format!("{} is not held; its engine runs", found.id)
    };
    if budget != mission.budget {
        commands.push(Command::SetBudget { budget });
        done += &format!(", with a budget of {}", budget_words(&budget));
    }
    if mission.hold.is_some() {
        commands.push(Command::Resume);
    }
    Ok((commands, done))
}

fn dollars(word: &str) -> Result<f64, String> {
    let plain = word.trim().trim_start_matches('$');
    plain.parse().map_err(|_| "write dollars as a number, such as 25 or 2.50".to_owned())
}

fn tokens(word: &str) -> Result<u64, String> {
    let plain: String = word.trim().chars().filter(|c| !matches!(c, '_' | ',')).collect();
    plain.parse().map_err(|_| "write tokens as a whole number, such as 2000000".to_owned())
}

fn hours(word: &str) -> Result<f64, String> {
    word.trim().parse().map_err(|_| "write hours as a number, such as 8 or 0.5".to_owned())
}

impl BudgetArgs {
    /// The budget with what was named changed.
    pub fn over(self, budget: Budget) -> Result<Budget> {
        let wrong = |number: f64| !number.is_finite() || number <= 0.0;
        if self.budget.is_some_and(wrong) || self.hours.is_some_and(wrong) || self.tokens == Some(0) {
            return Err(misuse("a budget must be above 0"));
        }
        Ok(Budget {
            micro_dollars: self.budget.map_or(budget.micro_dollars, |dollars| Some(scaled(dollars, 1e6))),
            tokens: self.tokens.or(budget.tokens),
            agent_ms: self.hours.map_or(budget.agent_ms, |hours| Some(scaled(hours, 3.6e6))),
            ..budget
        })
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, which is meant")]
fn scaled(number: f64, factor: f64) -> u64 {
    (number * factor).round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_named_changes() {
        let before = Budget { tokens: Some(5), ..Budget::default() };
        let after = BudgetArgs { budget: Some(2.5), ..BudgetArgs::default() }.over(before).unwrap();
        assert_eq!(after, Budget { micro_dollars: Some(2_500_000), ..before });
        assert!(BudgetArgs { budget: Some(-1.0), ..BudgetArgs::default() }.over(before).is_err());
    }
}
