//! The contract as a Markdown document that a person may edit: written from the mission, read back as changes.

mod read;

use super::command::WordingEdit;
use super::consequence::ContractChange;
use super::contract::{Assertion, AssertionDraft, Wording};
use super::id::{AssertionId, FeatureId, Revision};
use super::mission::Mission;
use super::text::Line;

pub use read::read_contract;

/// One assertion as it stands in the document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    pub id: AssertionId,
    /// The revision that was edited; `None` for an assertion that is new.
    pub revision: Option<Revision>,
    /// The feature that fulfills a new one.
    pub feature: Option<FeatureId>,
    pub wording: Wording,
    /// The line of its heading, counted from 1.
    pub line: usize,
}

/// Why a document changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {sentence}; nothing was changed")]
pub struct DocumentError {
    /// Counted from 1.
    pub line: usize,
    pub sentence: String,
}

/// The document of a mission's contract.
pub fn write_contract(mission: &Mission) -> String {
    let mut text = format!("# Contract of {}\n\n{HELP}\n", mission.title());
    for assertion in mission.active_assertions() {
        text += &assertion_section(mission, assertion);
    }
    text
}

/// The document of a mission's plan, for reading.
pub fn write_plan(mission: &Mission) -> String {
    let mut text = format!("# Plan of {}\n", mission.title());
    for milestone in &mission.milestones {
        text += &format!("\n## {} {}\n", milestone.id, milestone.title);
        for feature in mission.features.iter().filter(|feature| feature.milestone == milestone.id) {
            let state = if feature.is_built() { "built" } else { "not built" };
            text += &format!("\n### {} {} ({state})\n\n", feature.id, feature.spec.title);
            text += &format!("{}\n\n", feature.spec.description);
            for criterion in &feature.spec.criteria {
                text += &format!("- {criterion}\n");
            }
            for id in &feature.fulfills {
                text += &format!("- fulfills {id}\n");
            }
        }
    }
    text
}

const HELP: &str = "Edit and save: a changed assertion gets a new revision and is tested again; a removed one is retired; a new one
needs `- feature: F3` and no revision. What cannot be read, or is refused, changes nothing. `standing` is only shown.
";

fn assertion_section(mission: &Mission, assertion: &Assertion) -> String {
    let wording = &assertion.wording;
    let mut text = format!("## {} {}\n- revision: {}\n", assertion.id, wording.title, assertion.revision.0);
    text += &format!("- standing: {}\n", mission.standing(&assertion.id).word());
    if let Some(feature) = mission.claimant(&assertion.id) {
        text += &format!("- feature: {}\n", feature.id);
    }
    text += &format!("- weight: {}\n- via: {}\n", wording.weight.word(), wording.check.via.word());
    if let Some(command) = &wording.check.command {
        text += &format!("- command: {command}\n");
    }
    if wording.check.guard {
        text += "- guard: yes\n";
    }
    text + &format!(
        "\n{}\n\nCheck:\n{}\n\nEvidence:\n{}\n\n",
        wording.statement, wording.check.how, wording.evidence
    )
}

/// What a saved document asks for, against the mission as it is. An empty list means that nothing was changed.
///
/// # Errors
/// [`DocumentError`] with the line that cannot be read, or that lacks what a new assertion needs.
pub fn contract_changes(mission: &Mission, document: &str) -> Result<Vec<ContractChange>, DocumentError> {
    changes_since(mission, |_| None, document)
}

/// What a document asks for that was changed since it was written as `known`, whatever the mission says by now.
///
/// # Errors
/// As [`contract_changes`].
pub fn changes_of_file(
    mission: &Mission,
    known: &str,
    document: &str,
) -> Result<Vec<ContractChange>, DocumentError> {
    let known = read_contract(known).unwrap_or_default();
    let before = |id: &AssertionId| known.iter().find(|entry| entry.id == *id).map(|entry| &entry.wording);
    changes_since(mission, before, document)
}

fn changes_since<'a>(
    mission: &'a Mission,
    before: impl Fn(&AssertionId) -> Option<&'a Wording>,
    document: &str,
) -> Result<Vec<ContractChange>, DocumentError> {
    let written = read_contract(document)?;
    if written.is_empty() && mission.active_assertions().next().is_some() {
        // An emptied file is a slip or half a save, and never the wish to retire everything.
        let sentence = "no assertion is left in it; delete the file to have it written anew".to_owned();
        return Err(DocumentError { line: 1, sentence });
    }
    let mut changes = Vec::new();
    for entry in &written {
        changes.extend(change_of(mission, before(&entry.id), entry)?);
    }
    let kept = |id: &AssertionId| written.iter().any(|entry| entry.id == *id);
    for assertion in mission.active_assertions().filter(|assertion| !kept(&assertion.id)) {
        let reason = Line::clipped("removed from contract.md");
        changes.push(ContractChange::Retire { assertion: assertion.id.clone(), reason });
    }
    Ok(changes)
}

fn change_of(
    mission: &Mission,
    before: Option<&Wording>,
    entry: &Written,
) -> Result<Option<ContractChange>, DocumentError> {
    let refused = |sentence: String| DocumentError { line: entry.line, sentence };
    let Some(present) = mission.contract.get(&entry.id) else {
        let feature = entry.feature.ok_or_else(|| {
            refused(format!("{} is new: say which feature fulfills it, `- feature: F3`", entry.id))
        })?;
        let draft =
            AssertionDraft { id: entry.id.clone(), wording: entry.wording.clone(), shows: Vec::new() };
        return Ok(Some(ContractChange::Add { draft: Box::new(draft), feature }));
    };
    let before = before.unwrap_or(&present.wording);
    let edit = WordingEdit::between(before, &entry.wording);
    if edit.is_empty() || edit.applied_to(&present.wording) == present.wording {
        return Ok(None);
    }
    let base = entry.revision.ok_or_else(|| refused(format!("{} has lost its `- revision:`", entry.id)))?;
    Ok(Some(ContractChange::Edit { assertion: entry.id.clone(), base, edit: Box::new(edit) }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::contract::{Check, Instrument, Weight};
    use crate::domain::text::{Prose, Title};

    fn mission() -> Mission {
        let mut mission = Mission::unborn();
        for number in 1..=2 {
            let id: AssertionId = format!("VAL-WEB-00{number}").parse().unwrap();
            let wording = Wording {
                title: Title::clipped("The page opens"),
                statement: Prose::clipped("Whoever opens it sees a heading.\n\nAt once."),
                check: Check {
                    via: Instrument::Http,
                    how: Prose::clipped("GET / and read the heading"),
                    command: None,
                    guard: false,
                },
                evidence: Line::clipped("the exchange"),
                weight: Weight::Blocking,
            };
            let assertion = Assertion::new(AssertionDraft { id: id.clone(), wording, shows: Vec::new() });
            mission.contract.insert(id, assertion);
        }
        mission
    }

    #[test]
    fn a_document_that_is_saved_unchanged_changes_nothing() {
        let mission = mission();
        assert_eq!(contract_changes(&mission, &write_contract(&mission)), Ok(Vec::new()));
    }

    #[test]
    fn a_statement_may_begin_with_a_list() {
        let mut mission = mission();
        for assertion in mission.contract.values_mut() {
            assertion.wording.statement = Prose::clipped("- a heading\n- note: and a form");
        }
        assert_eq!(contract_changes(&mission, &write_contract(&mission)), Ok(Vec::new()));
    }

    #[test]
    fn edits_removals_and_additions_become_changes() {
        let mission = mission();
        let text = write_contract(&mission);
        let edited = text.replacen("sees a heading", "sees the name of the book", 1);
        let changes = contract_changes(&mission, &edited).unwrap();
        assert!(matches!(&changes[..], [ContractChange::Edit { base: Revision(1), .. }]), "{changes:?}");
        let second = text.find("## VAL-WEB-002").unwrap();
        let changes = contract_changes(&mission, &text[..second]).unwrap();
        assert!(matches!(&changes[..], [ContractChange::Retire { .. }]), "{changes:?}");
        let added = text.replace("## VAL-WEB-002", "## VAL-WEB-009").replace("- revision: 1\n", "");
        let error = contract_changes(&mission, &added).unwrap_err();
        assert!(error.to_string().contains("say which feature fulfills it"), "{error}");
    }

    #[test]
    fn what_cannot_be_read_is_named_with_its_line() {
        let mission = mission();
        let broken = write_contract(&mission).replacen("- via: http", "- via: telepathy", 1);
        let error = contract_changes(&mission, &broken).unwrap_err();
        assert_eq!(
            error.to_string(),
            "line 10: \"telepathy\" is no instrument: one of command, http, terminal, browser; nothing was changed"
        );
        let misspelt = write_contract(&mission).replacen("- weight:", "- wieght:", 1);
        let error = contract_changes(&mission, &misspelt).unwrap_err();
        assert!(error.to_string().starts_with("line 9: `wieght` is no field: one of revision,"), "{error}");
        let error = contract_changes(&mission, "# Contract\n").unwrap_err();
        assert!(error.to_string().starts_with("line 1: no assertion is left in it"), "{error}");
        let error = contract_changes(&mission, "## VAL-WEB-1 x\n").unwrap_err();
        assert!(error.to_string().starts_with("line 1: \"VAL-WEB-1\" is not an assertion"), "{error}");
    }
}
