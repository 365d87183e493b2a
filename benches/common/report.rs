//! The table: what was measured beside what was aimed at and the best of the peers.

use std::collections::BTreeMap;

use crate::usage::median;

/// Every figure, as often as it was taken.
#[derive(Debug, Default)]
pub struct Figures(BTreeMap<String, Vec<f64>>);

/// A row of the table.
pub struct Row {
    what: &'static str,
    figure: &'static str,
    unit: &'static str,
    target: &'static str,
    peer: &'static str,
}

/// A row: its words, its figure and unit, what was aimed at, and the best of the peers.
pub const fn row(
    what: &'static str,
    figure: &'static str,
    unit: &'static str,
    target: &'static str,
    peer: &'static str,
) -> Row {
    Row { what, figure, unit, target, peer }
}

impl Figures {
    /// Takes in what a scenario printed; other lines are not figures.
    pub fn read(&mut self, printed: &str) {
        for (name, number) in printed.lines().filter_map(|line| line.split_once(' ')) {
            if let Ok(number) = number.parse() {
                self.0.entry(name.to_owned()).or_default().push(number);
            }
        }
    }

    /// Prints the medians of what was measured.
    #[expect(clippy::print_stdout, reason = "the table is what the bench is for")]
    pub fn print(&self, rows: &[Row]) {
        println!("\n{:<60} {:>12}   {:<14} best peer", "What", "measured", "target ≤");
        for Row { what, figure, unit, target, peer } in rows {
            let Some(numbers) = self.0.get(*figure) else { continue };
            let digits = if *unit == "s" { 2 } else { 1 };
            let measured = format!("{:.digits$} {unit}", median(numbers.clone()));
            let wanted = if target.is_empty() { String::new() } else { format!("{target} {unit}") };
            println!("{what:<60} {measured:>12}   {wanted:<14} {peer}");
        }
    }
}
