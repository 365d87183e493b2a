//! What a verdict rests on, piece by piece: fetched when it is looked at.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, scrolled};
use super::{Popup, Turn};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::verdict::EvidenceRef;
use crate::link::protocol::{Call, EvidenceDoc, EvidenceKind, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::{Effect, Errand};
use crate::tui::ink::Ink;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::Step;
use crate::tui::present::evidence::{Run, Shown, shown};
use crate::tui::present::gate;
use crate::tui::present::row::Row;
use crate::tui::source::SourceError;
use crate::tui::text::{clean, cut};

/// The evidence of an assertion's verdicts, newest first.
#[derive(Debug)]
pub struct EvidenceScreen {
    assertion: AssertionId,
    references: Vec<EvidenceRef>,
    at: usize,
    doc: Option<Result<EvidenceDoc, String>>,
    top: usize,
}

impl EvidenceScreen {
    /// The evidence of an assertion.
    pub fn new(mission: &Mission, assertion: AssertionId) -> Self {
        let verdicts = mission.verdicts.get(&assertion).into_iter().flatten().rev();
        let references = verdicts.flat_map(|verdict| verdict.evidence.iter().cloned()).collect();
        Self { assertion, references, at: 0, doc: None, top: 0 }
    }

    fn fetch(&mut self) -> Turn {
        self.doc = None;
        self.top = 0;
        let Some(reference) = self.references.get(self.at).cloned() else { return Turn::stay() };
        Turn::ask(Call::Evidence { reference: reference.clone() }, Errand::Evidence(reference))
    }

    fn go(&mut self, by: usize) -> Turn {
        if self.references.len() < 2 {
            return Turn::stay();
        }
        self.at = (self.at + by) % self.references.len();
        self.fetch()
    }

    fn outside(&self) -> Turn {
        let Some(Ok(doc)) = &self.doc else { return Turn::stay() };
        let (ending, content) = match doc.kind {
            EvidenceKind::Screenshot => ("png", decode(&doc.content)),
            EvidenceKind::Command | EvidenceKind::Http | EvidenceKind::Terminal => {
                ("json", doc.content.clone().into_bytes())
            }
        };
        Turn::effect(Effect::Outside { name: format!("{}.{ending}", doc.reference.0), content })
    }

    fn rows(&self, app: &App, width: usize) -> Shown {
        match &self.doc {
            Some(Ok(doc)) => shown(doc, width),
            Some(Err(sentence)) => Shown::Rows(vec![Row::of(Ink::Bad, sentence)]),
            None if self.references.is_empty() => {
                let mut rows = gate::detail(&app.mission, &self.assertion, width);
                rows.push(Row::new());
                rows.push(Row::of(Ink::Dim, "No verdict yet, so there is no evidence."));
                Shown::Rows(rows)
            }
            None => Shown::Rows(vec![Row::of(Ink::Dim, "fetching the evidence …")]),
        }
    }
}

fn decode(base64: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(base64.trim()).unwrap_or_default()
}

impl Popup for EvidenceScreen {
    fn context(&self) -> Context {
        Context::Evidence
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::NextMatch, Action::Outside, Action::Copy, Action::Down, Action::Back]
    }

    fn opened(&mut self, _app: &App) -> Turn {
        self.fetch()
    }

    fn act(&mut self, app: &App, action: Action) -> Turn {
        match action {
            Action::NextMatch | Action::Right | Action::NextPane => return self.go(1),
            Action::PreviousMatch | Action::Left | Action::PreviousPane => {
                return self.go(self.references.len().saturating_sub(1));
            }
            Action::Outside => return self.outside(),
            Action::Copy => {
                let Some(Ok(doc)) = &self.doc else { return Turn::stay() };
                return Turn::effect(Effect::Copy(doc.content.clone()));
            }
            Action::Open => return Turn::stay(),
            _ => {}
        }
        let Some(step) = Step::of(action) else { return Turn::pass() };
        let inner = inside(self.area(&app.areas()));
        let len = match self.rows(app, usize::from(inner.width)) {
            Shown::Rows(rows) => rows.len() + 2,
            Shown::Screen(lines) => lines.len() + 2,
        };
        let mut list = crate::tui::list::List { selected: self.top, top: self.top };
        list.step(step, len.saturating_sub(usize::from(inner.height)) + 1, 1);
        self.top = list.selected;
        Turn::stay()
    }

    fn answered(&mut self, _app: &App, errand: &Errand, result: &Result<Reply, SourceError>) -> Turn {
        if let Errand::Evidence(reference) = errand
            && self.references.get(self.at) == Some(reference)
        {
            self.doc = match result {
                Ok(Reply::Evidence { evidence }) => Some(Ok(evidence.clone())),
                Ok(_) => None,
                Err(error) => Some(Err(error.to_string())),
            };
        }
        Turn::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let title = app
            .mission
            .contract
            .get(&self.assertion)
            .map_or("", |assertion| assertion.wording.title.as_str());
        let mut heading = Row::of(Ink::Dim, "▣ ").then(Ink::Strong, format!("{} {title}", self.assertion));
        if !self.references.is_empty() {
            heading = heading.end(Ink::Dim, format!("{} of {}", self.at + 1, self.references.len()));
        }
        let inner = around(app, frame, area, &heading);
        let mut body = inner;
        if let Some(Ok(doc)) = &self.doc {
            let line = Row::of(Ink::Text, &doc.title).end(Ink::Dim, &doc.reference.0);
            app.painter().rows(frame.buffer_mut(), inner, &[line]);
            body = Rect { y: inner.y + 2.min(inner.height), height: inner.height.saturating_sub(2), ..inner };
        }
        match self.rows(app, usize::from(inner.width)) {
            Shown::Rows(rows) => scrolled(app, frame, body, self.top, &rows),
            Shown::Screen(lines) => screen(app, frame, body, lines.get(self.top..).unwrap_or_default()),
        }
    }
}

/// A terminal's screen in the colours of the program that drew it.
fn screen(app: &App, frame: &mut Frame<'_>, area: Rect, lines: &[Vec<Run>]) {
    for (line, runs) in area.rows().zip(lines) {
        let mut x = line.x;
        for run in runs {
            let room = usize::from(line.right().saturating_sub(x));
            let text = clean(&run.text);
            let style = crate::tui::theme::foreign(run, &app.look.styles);
            let (end, _) = frame.buffer_mut().set_stringn(x, line.y, cut(&text, room), room, style);
            x = end;
        }
    }
}
