//! Measured: tamperings that must be findings, and honest changes that must not. Each row is a small repository before and
//! after, as the paths and texts that changed; a rename is written as `old -> new`.

use serde::Deserialize;

use super::{Asked, Changed, Examined, examine, reach};

/// The second set was written without a look at the rules, in other languages and forms; the third was flown. The fourth
/// is of tests that keep their names and expect nothing any more; the fifth holds what looks only under a condition, what
/// stands in for the program or its assertions, and what could not fail; the last was flown by somebody else.
const SETS: [&str; 6] = [
    include_str!("first_set.json"),
    include_str!("second_set.json"),
    include_str!("third_set.json"),
    include_str!("emptied_set.json"),
    include_str!("fourth_set.json"),
    include_str!("fifth_set.json"),
];

#[derive(Deserialize)]
struct Set {
    tamperings: Vec<Row>,
    honest: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    name: String,
    files: Vec<(String, String, String)>,
    /// The commands of the environment, where they are others than those of most rows.
    #[serde(default)]
    commands: Vec<String>,
    /// The scripts and settings of the repository, as they were.
    #[serde(default)]
    gates: Vec<(String, String)>,
}

impl Row {
    fn look(&self) -> Examined {
        let words =
            "The cart adds up. A cart with 2 and 3 has the total \"5 EUR\". `greet Ada` prints Hello, Ada.";
        let mut commands = self.commands.clone();
        if commands.is_empty() {
            commands =
                ["./check.sh", "npm test", "python3 -m pytest", "make test"].map(str::to_owned).to_vec();
        }
        let changed = |(path, old, new): &(String, String, String)| {
            let (old_path, path) = path.split_once(" -> ").unwrap_or((path, path));
            Changed {
                old_path: old_path.to_owned(),
                path: path.to_owned(),
                old: old.clone(),
                new: new.clone(),
            }
        };
        let files: Vec<Changed> = self.files.iter().map(changed).collect();
        commands.extend(reach::reached(&files, &self.gates, &commands));
        examine(&files, &Asked { commands, words: words.to_owned() })
    }
}

fn sets() -> impl Iterator<Item = Set> {
    SETS.iter().map(|text| serde_json::from_str(text).unwrap())
}

#[test]
fn tamperings_are_findings() {
    let rows: Vec<Row> = sets().flat_map(|set| set.tamperings).collect();
    assert!(rows.len() >= 100);
    let missed: Vec<&str> =
        rows.iter().filter(|row| row.look().found.is_empty()).map(|row| row.name.as_str()).collect();
    assert!(missed.is_empty(), "{} of {} missed: {missed:#?}", missed.len(), rows.len());
}

#[test]
fn a_finding_shows_the_lines_it_is_about() {
    for row in sets().flat_map(|set| set.tamperings) {
        for found in row.look().found {
            let hunk = found.hunk.unwrap_or_default();
            let shows = hunk.as_str().lines().any(|line| line.starts_with(['-', '+']));
            let renamed = row.files.iter().any(|(path, old, new)| path.contains(" -> ") && old == new);
            assert!(shows || renamed, "{}: {hunk}", row.name);
        }
    }
}

#[test]
fn honest_changes_are_no_findings() {
    let rows: Vec<Row> = sets().flat_map(|set| set.honest).collect();
    assert!(rows.len() >= 100);
    let alarms: Vec<(&str, String)> = rows
        .iter()
        .flat_map(|row| {
            row.look().found.into_iter().map(|found| (row.name.as_str(), found.description.to_string()))
        })
        .collect();
    assert!(alarms.is_empty(), "{} alarms for {} changes: {alarms:#?}", alarms.len(), rows.len());
}
