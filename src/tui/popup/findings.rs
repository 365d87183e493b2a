//! What handoffs and validators reported: open, taken up by a fix, or dismissed with a reason.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::attempt::AttemptScreen;
use super::feature::FeatureScreen;
use super::frame::{around, list, rule};
use super::{Popup, PopupResult};
use crate::domain::finding::{Finding, FindingState};
use crate::domain::mission::Mission;
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, SelectionStep};
use crate::tui::select::attempt_on;
use crate::view::finding::{detail, row};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

/// The list of findings, and what is selected in it.
#[derive(Debug, Default)]
pub struct Findings {
    list: List,
}

impl Findings {
    fn selected<'a>(&self, mission: &'a Mission) -> Option<&'a Finding> {
        mission.findings_by_weight().into_iter().nth(self.list.selected)
    }

    /// Whoever mends it, else whoever reported it.
    fn open(&self, app: &App) -> PopupResult {
        let Some(finding) = self.selected(&app.mission) else { return PopupResult::stay() };
        if let FindingState::TakenUp { feature } = finding.state {
            return match attempt_on(app, feature) {
                Some(attempt) => PopupResult::open(AttemptScreen::new(attempt)),
                None => PopupResult::open(FeatureScreen::new(feature)),
            };
        }
        match finding.source.attempt() {
            Some(attempt) => PopupResult::open(AttemptScreen::new(attempt)),
            None => PopupResult::say("the engine found this itself: no attempt reported it"),
        }
    }
}

/// The list above, as long as it is but no longer than half; the selected finding in full below.
fn parts(inner: Rect, findings: usize) -> (Rect, Rect) {
    let above = u16::try_from(findings + 1).unwrap_or(u16::MAX).min(inner.height / 2);
    let below = inner.height - above;
    let upper = Rect { height: above, ..inner };
    (upper, Rect { y: upper.bottom(), height: below, ..inner })
}

impl Popup for Findings {
    fn context(&self) -> Context {
        Context::Findings
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::Open, Action::Up, Action::Down, Action::Talk, Action::Back]
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        if action == Action::Open {
            return self.open(app);
        }
        let Some(step) = SelectionStep::of(action) else { return PopupResult::pass() };
        let height = usize::from(parts(inside(self.area(app)), app.mission.findings.len()).0.height);
        self.list.step(step, app.mission.findings.len(), height);
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let findings = app.mission.findings_by_weight();
        let open = app.mission.open_findings().count();
        let count = format!("{open} open of {}", findings.len());
        let inner =
            around(app, frame, area, &Row::of(StyleRole::Strong, "Findings").end(StyleRole::Dim, count));
        if findings.is_empty() {
            let sentence = "Nothing was reported yet. Handoffs, reviews and user testing report here.";
            app.painter().rows(frame.buffer_mut(), inner, &[Row::of(StyleRole::Dim, sentence)]);
            return;
        }
        let (upper, lower) = parts(inner, findings.len());
        let rows: Vec<Row> = findings.iter().map(|finding| row(&app.mission, finding)).collect();
        list(app, frame, upper, &self.list, &rows);
        let mut lines = lower.rows();
        if let Some(line) = lines.next() {
            rule(app, frame, line, "");
        }
        let rest = Rect { y: lower.y + 1.min(lower.height), height: lower.height.saturating_sub(1), ..lower };
        if let Some(finding) = self.selected(&app.mission) {
            let rows = detail(&app.mission, finding, usize::from(rest.width));
            app.painter().rows(frame.buffer_mut(), rest, &rows);
        }
    }
}
