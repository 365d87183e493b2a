//! What handoffs and validators reported: open, mended by a fix, or dismissed with a reason.

use super::attempt::AttemptScreen;
use super::open::work_on;
use super::prelude::*;
use super::prompt::{Prompt, Purpose};
use super::proof;
use super::trace::TraceScreen;
use crate::domain::finding::FindingState;
use crate::domain::id::FindingId;
use crate::domain::trace::TraceSubject;
use crate::view::finding;

/// The list of findings, the selected one in full below it.
#[derive(Debug)]
pub struct Findings;

impl Popup for Findings {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let open = app.mission.open_findings().count();
        ScreenInfo::named(app, Context::Findings, "Findings")
            .note(format!("{open} open of {}", app.mission.findings.len()))
            .hints([Action::Open, Action::Evidence, Action::Dismiss, Action::Defer, Action::Mend])
            .hints([Action::Talk, Action::Back])
            .empty("Nothing was reported yet. Handoffs, reviews and user testing report here.")
    }

    fn len(&self, app: &App) -> usize {
        app.mission.findings.len()
    }

    fn rows(&self, app: &App, seen: Range<usize>) -> Vec<Row> {
        let findings = app.mission.findings_by_weight();
        findings.get(seen).into_iter().flatten().map(|known| finding::row(&app.mission, known)).collect()
    }

    /// The list above, as long as it is but no longer than half.
    fn parts(&self, app: &App, inner: Rect) -> Parts {
        let len = self.len(app);
        if len == 0 {
            return Parts { list: inner, ..Parts::default() };
        }
        let above = u16::try_from(len + 1).unwrap_or(u16::MAX).min(inner.height / 2);
        let rest = below(inner, above);
        Parts {
            list: Rect { height: above, ..inner },
            rule: Rect { height: 1.min(rest.height), ..rest },
            detail: below(rest, 1),
            ..Parts::default()
        }
    }

    fn detail(&self, app: &App, at: &Place, width: usize) -> Vec<Section> {
        let findings = app.mission.findings_by_weight();
        let selected = findings.get(at.list.selected);
        selected.map(|known| finding::detail(&app.mission, known, width).into()).into_iter().collect()
    }

    /// Decides on it; or opens the work that fixes it, else the attempt that reported it.
    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        let selected = app.mission.findings_by_weight().get(at.list.selected).map(|found| found.id);
        if let (Action::Trace, Some(id)) = (action, selected) {
            return PopupResult::open(TraceScreen::of(TraceSubject::Finding(id)));
        }
        let evidence = matches!(action, Action::Evidence | Action::Recording);
        if !evidence && !matches!(action, Action::Open | Action::Dismiss | Action::Defer | Action::Mend) {
            return PopupResult::pass();
        }
        let findings = app.mission.findings_by_weight();
        let Some(finding) = findings.get(at.list.selected) else { return PopupResult::stay() };
        if evidence {
            return proof::open(app, proof::of_finding(&app.mission, finding.id), action);
        }
        if action != Action::Open {
            return decide_finding(app, finding.id, action);
        }
        if let FindingState::TakenUp { feature } = finding.state {
            return PopupResult::stay().and_then(StackAction::Open(work_on(app, feature)));
        }
        match finding.source.attempt() {
            Some(attempt) => PopupResult::open(AttemptScreen::new(attempt)),
            None => PopupResult::say("the engine found this itself: no attempt reported it"),
        }
    }
}

/// Asks for the words of a person's decision on a finding.
pub fn decide_finding(app: &App, id: FindingId, action: Action) -> PopupResult {
    decision_on(app, id, action).map_or_else(PopupResult::stay, PopupResult::open)
}

/// The prompt for such a decision; nothing for a finding that is not there.
pub fn decision_on(app: &App, id: FindingId, action: Action) -> Option<Prompt> {
    let finding = app.mission.findings.get(&id)?;
    let purpose = match action {
        Action::Defer => Purpose::Defer(id, app.mission.usual_until(finding)),
        Action::Mend => Purpose::Mend(id, Box::new(finding.fix())),
        _ => Purpose::Dismiss(id),
    };
    Some(Prompt::new(app, purpose))
}
