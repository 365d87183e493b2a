//! A piece of evidence, fetched when it is looked at, and drawn below what it is to prove.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::PopupResult;
use crate::domain::evidence::{EvidenceDoc, EvidenceKind};
use crate::domain::id::AssertionId;
use crate::domain::mission::Mission;
use crate::domain::verdict::EvidenceRef;
use crate::link::protocol::{Call, Reply};
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::source::SourceError;
use crate::tui::widget::painter::Highlight;
use crate::view::evidence::{ScreenRun, Shown, shown};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::{clean, cut};

/// The evidence of an assertion's verdicts, newest first, and the one that is looked at.
#[derive(Debug, Default)]
pub struct EvidenceViewer {
    references: Vec<EvidenceRef>,
    at: usize,
    doc: Option<Result<EvidenceDoc, String>>,
}

/// Something that is drawn line by line.
#[derive(Debug)]
pub enum Section {
    Rows(Vec<Row>),
    /// A terminal's screen in the colours of the program that drew it.
    Screen(Vec<Vec<ScreenRun>>),
}

impl EvidenceViewer {
    /// The evidence of an assertion.
    pub fn of(mission: &Mission, assertion: &AssertionId) -> Self {
        Self { references: references(mission, assertion), at: 0, doc: None }
    }

    /// Whether this is still the evidence of an assertion, and all of it.
    pub fn is_of(&self, mission: &Mission, assertion: &AssertionId) -> bool {
        self.references == references(mission, assertion)
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.references.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.references.is_empty()
    }

    /// Asks for the piece that is looked at.
    pub fn fetch(&mut self) -> PopupResult {
        self.doc = None;
        let Some(reference) = self.references.get(self.at).cloned() else { return PopupResult::stay() };
        PopupResult::ask(Call::Evidence { reference })
    }

    /// Looks at the piece `by` further on, around the end.
    pub fn go(&mut self, by: usize) -> PopupResult {
        if self.references.len() < 2 {
            return PopupResult::stay();
        }
        self.at = (self.at + by) % self.references.len();
        self.fetch()
    }

    /// Takes the piece in, when it is the one that is looked at.
    pub fn answered(&mut self, call: &Call, result: &Result<Reply, SourceError>) {
        let Call::Evidence { reference } = call else { return };
        if self.references.get(self.at) != Some(reference) {
            return;
        }
        self.doc = match result {
            Ok(Reply::Evidence { evidence }) => Some(Ok(evidence.clone())),
            Ok(_) => None,
            Err(error) => Some(Err(error.to_string())),
        };
    }

    /// The piece, once it is here.
    pub fn doc(&self) -> Option<&EvidenceDoc> {
        self.doc.as_ref()?.as_ref().ok()
    }

    /// Opens it in another program.
    pub fn outside(&self) -> PopupResult {
        let Some(doc) = self.doc() else { return PopupResult::stay() };
        let (ending, content) = match doc.kind {
            EvidenceKind::Screenshot => ("png", decode(&doc.content)),
            EvidenceKind::Command | EvidenceKind::Http | EvidenceKind::Terminal => {
                ("json", doc.content.clone().into_bytes())
            }
            EvidenceKind::Unknown => ("txt", doc.content.clone().into_bytes()),
        };
        PopupResult::effect(Effect::Outside { name: format!("{}.{ending}", doc.reference.0), content })
    }

    /// Its heading, and what it shows.
    pub fn sections(&self, width: usize) -> Vec<Section> {
        if self.references.is_empty() {
            return Vec::new();
        }
        let number = format!("{} of {}", self.at + 1, self.references.len());
        let heading = Row::of(StyleRole::Accent, "▣ ");
        match &self.doc {
            None => {
                vec![Section::Rows(vec![
                    heading.then(StyleRole::Dim, "fetching the evidence …").end(StyleRole::Dim, number),
                ])]
            }
            Some(Err(sentence)) => {
                vec![Section::Rows(vec![heading.then(StyleRole::Bad, sentence).end(StyleRole::Dim, number)])]
            }
            Some(Ok(doc)) => {
                let heading = heading
                    .then(StyleRole::Strong, &doc.title)
                    .end(StyleRole::Dim, format!("{}  {number}", doc.reference.0));
                let content = match shown(doc, width) {
                    Shown::Rows(rows) => Section::Rows(rows),
                    Shown::Screen(lines) => Section::Screen(lines),
                };
                vec![Section::Rows(vec![heading, Row::new()]), content]
            }
        }
    }
}

fn references(mission: &Mission, assertion: &AssertionId) -> Vec<EvidenceRef> {
    let verdicts = mission.verdicts.get(assertion).into_iter().flatten().rev();
    verdicts.flat_map(|verdict| verdict.evidence.iter().cloned()).collect()
}

fn decode(base64: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.decode(base64.trim()).unwrap_or_default()
}

/// How many lines sections have together.
pub fn height(sections: &[Section]) -> usize {
    sections.iter().map(Section::len).sum()
}

/// Draws sections one below the other, from a line on; answers nothing that is not seen.
pub fn draw(app: &App, frame: &mut Frame<'_>, area: Rect, top: usize, sections: &[Section]) {
    let top = top.min(height(sections).saturating_sub(usize::from(area.height)));
    let mut lines = area.rows();
    let mut skip = top;
    for section in sections {
        let begin = skip.min(section.len());
        skip -= begin;
        for index in begin..section.len() {
            let Some(line) = lines.next() else { return };
            section.draw(app, frame, line, index);
        }
    }
}

impl Section {
    fn len(&self) -> usize {
        match self {
            Self::Rows(rows) => rows.len(),
            Self::Screen(lines) => lines.len(),
        }
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, line: Rect, index: usize) {
        match self {
            Self::Rows(rows) => {
                if let Some(row) = rows.get(index) {
                    app.painter().row(frame.buffer_mut(), line, row, Highlight::No);
                }
            }
            Self::Screen(lines) => {
                let mut x = line.x;
                for run in lines.get(index).into_iter().flatten() {
                    let room = usize::from(line.right().saturating_sub(x));
                    let text = clean(&run.text);
                    let style = crate::tui::theme::foreign(run, &app.look.styles);
                    (x, _) = frame.buffer_mut().set_stringn(x, line.y, cut(&text, room), room, style);
                }
            }
        }
    }
}
