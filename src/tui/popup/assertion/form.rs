//! The fields of an assertion, and the change they add up to.

use std::fmt::Display;
use std::str::FromStr;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use crate::domain::command::{Command, WordingEdit};
use crate::domain::consequence::ContractChange;
use crate::domain::contract::{AssertionDraft, Check, Instrument, Weight, Wording};
use crate::domain::id::{AssertionId, Revision};
use crate::domain::text::Text;
use crate::tui::app::App;
use crate::tui::focus::Pane;
use crate::tui::popup::Writing;
use crate::tui::widget::painter::Painter;
use crate::tui::widget::text_box::{Active, Height, TextBox};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;

/// Which assertion is written.
#[derive(Debug)]
enum Subject {
    /// A known one, at the revision from which the person began.
    Known { id: AssertionId, base: Revision, was: Wording },
    /// A new one.
    New,
}

/// A field with its name.
#[derive(Debug)]
struct Field {
    name: &'static str,
    text: TextBox,
    height: Height,
}

/// The fields, and the one that has the keys.
#[derive(Debug)]
pub struct Form {
    subject: Subject,
    fields: Vec<Field>,
    at: usize,
}

/// What separates the parts in the editor and in a draft.
const FENCE: &str = "## ";

impl Form {
    /// The fields of a known assertion; a draft that was left is there again.
    pub fn edit(app: &App, id: &AssertionId) -> Self {
        let Some(assertion) = app.mission.contract.get(id) else { return Self::add(app) };
        let was = assertion.wording.clone();
        let fields = vec![
            field("title", Height::One, was.title.as_str()),
            field("statement", Height::Many, was.statement.as_str()),
            field("check", Height::Many, was.check.how.as_str()),
            field("evidence", Height::One, was.evidence.as_str()),
        ];
        let subject = Subject::Known { id: id.clone(), base: assertion.revision, was };
        Self { subject, fields, at: 1 }.with_draft(app)
    }

    /// The fields of a new one: its number and its feature are proposed.
    pub fn add(app: &App) -> Self {
        let fields = vec![
            field("id", Height::One, &next_id(app)),
            field("feature", Height::One, &next_feature(app)),
            field("title", Height::One, ""),
            field("statement", Height::Many, ""),
            field("via", Height::One, "http"),
            field("check", Height::Many, ""),
            field("evidence", Height::One, ""),
        ];
        Self { subject: Subject::New, fields, at: 2 }.with_draft(app)
    }

    fn with_draft(mut self, app: &App) -> Self {
        if let Some(draft) = app.drafts.get(&self.name()) {
            self.replace(draft);
        }
        self
    }

    /// The name of its draft.
    pub fn name(&self) -> String {
        match &self.subject {
            Subject::Known { id, .. } => format!("assertion {id}"),
            Subject::New => "assertion new".to_owned(),
        }
    }

    /// The title of its screen.
    pub fn title(&self) -> String {
        match &self.subject {
            Subject::Known { id, base, .. } => format!("Edit {id} · revision {}", base.0),
            Subject::New => "Add an assertion".to_owned(),
        }
    }

    /// Gives the keys to the next field, around the end.
    pub fn next_field(&mut self) {
        self.at = (self.at + 1) % self.fields.len().max(1);
    }

    /// Gives the keys to the field before, around the beginning.
    pub fn previous_field(&mut self) {
        self.at = self.at.checked_sub(1).unwrap_or(self.fields.len().saturating_sub(1));
    }

    fn said(&self, name: &str) -> String {
        self.fields
            .iter()
            .find(|field| field.name == name)
            .map_or_else(String::new, |field| field.text.text())
    }

    fn bounded<const MAX: usize>(&self, name: &'static str) -> Result<Text<MAX>, String> {
        Text::new(self.said(name)).map_err(|error| format!("{name}: {error}"))
    }

    fn parsed<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, String> {
        self.said(name).parse().map_err(|error: T::Err| error.to_string())
    }

    /// The wording as it is written; what has no field is as it was.
    fn wording(&self, check: Check, weight: Weight) -> Result<Wording, String> {
        let (title, statement) = (self.bounded("title")?, self.bounded("statement")?);
        Ok(Wording { title, statement, check, evidence: self.bounded("evidence")?, weight })
    }

    /// The change; `None` when nothing differs.
    pub fn change(&self) -> Result<Option<ContractChange>, String> {
        Ok(match &self.subject {
            Subject::Known { id, base, was } => {
                let check = Check { how: self.bounded("check")?, ..was.check.clone() };
                let edit = WordingEdit::between(was, &self.wording(check, was.weight)?);
                let (assertion, base) = (id.clone(), *base);
                (!edit.is_empty()).then(|| ContractChange::Edit { assertion, base, edit: Box::new(edit) })
            }
            Subject::New => {
                let (id, feature) = (self.parsed("id")?, self.parsed("feature")?);
                let word = self.said("via").trim().to_ascii_lowercase();
                let unknown = |_| format!("via: \"{word}\" is none of {}", Instrument::words());
                let via = word.parse().map_err(unknown)?;
                let check = Check { via, how: self.bounded("check")?, command: None };
                let wording = self.wording(check, Weight::Blocking)?;
                Some(ContractChange::Add { draft: Box::new(AssertionDraft { id, wording }), feature })
            }
        })
    }

    /// The command that makes the change, with the words that confirm it.
    pub fn command(&self) -> Result<Option<(Command, String)>, String> {
        Ok(self.change()?.map(|change| {
            let done = match &change {
                ContractChange::Edit { assertion, base, .. } => {
                    format!("{assertion} is at revision {}", base.next().0)
                }
                ContractChange::Add { draft, feature } => {
                    format!("{} is part of the contract; {feature} will fulfill it", draft.id)
                }
                ContractChange::Retire { assertion, .. } => format!("{assertion} is retired"),
            };
            (change.into(), done)
        }))
    }

    /// Draws the fields: those of one line as such, the others share what is left.
    pub fn draw(&self, painter: &mut Painter<'_>, area: Rect) {
        let many = self.fields.iter().filter(|field| field.height == Height::Many).count();
        let single = self.fields.len() - many;
        let spare = usize::from(area.height).saturating_sub(single * 2 + many * 2);
        let each = u16::try_from(spare / many.max(1)).unwrap_or(1).clamp(1, 6);
        let mut y = area.y;
        let tight = area.height < u16::try_from(single * 2 + many * 3).unwrap_or(u16::MAX);
        for (index, field) in self.fields.iter().enumerate() {
            // Where not everything fits, the field that has the keys is the one that is seen.
            if tight && index != self.at {
                continue;
            }
            let height = if tight {
                area.height.saturating_sub(1)
            } else if field.height == Height::Many {
                each
            } else {
                1
            };
            let active = if index == self.at { Active::Yes } else { Active::No };
            y = field.draw(painter, Rect { y, height, ..area }, active).min(area.bottom());
        }
    }
}

impl Writing for Form {
    fn key(&mut self, key: KeyEvent) {
        self.fields.get_mut(self.at).into_iter().for_each(|field| field.text.key(key));
    }

    fn paste(&mut self, text: &str) {
        self.fields.get_mut(self.at).into_iter().for_each(|field| field.text.paste(text));
    }

    fn text(&self) -> String {
        let part = |field: &Field| [FENCE, field.name, "\n", &field.text.text(), "\n"].concat();
        self.fields.iter().map(part).collect()
    }

    /// A part that is missing stays as it is. A line that only looks like the beginning of a part belongs to the one
    /// before it.
    fn replace(&mut self, text: &str) {
        let mut parts: Vec<(usize, Vec<&str>)> = Vec::new();
        for line in text.lines() {
            let name = line.strip_prefix(FENCE).map(str::trim);
            let field = name.and_then(|name| self.fields.iter().position(|field| field.name == name));
            match (field, parts.last_mut()) {
                (Some(field), _) => parts.push((field, Vec::new())),
                (None, Some((_, lines))) => lines.push(line),
                (None, None) => {}
            }
        }
        for (index, lines) in parts {
            if let Some(field) = self.fields.get_mut(index) {
                field.text = TextBox::new(field.height, lines.join("\n").trim_end());
            }
        }
    }

    fn draft(&self) -> (String, Option<String>) {
        let changed = matches!(self.change(), Ok(Some(_)) | Err(_));
        (self.name(), changed.then(|| self.text()))
    }

    fn file(&self) -> &'static str {
        "assertion.md"
    }
}

impl Field {
    /// Draws it, and answers the line below it.
    fn draw(&self, painter: &mut Painter<'_>, area: Rect, active: Active) -> u16 {
        let label = if active == Active::Yes { StyleRole::Accent } else { StyleRole::Dim };
        let lead = 11.min(area.width);
        let screen = painter.buf.area;
        let line = Rect { width: lead, height: 1, ..area };
        painter.row(line.intersection(screen), &Row::of(label, self.name));
        let text = Rect { x: area.x + lead, width: area.width - lead, ..area };
        self.text.draw(painter, text.intersection(screen), active);
        area.y + area.height + 1
    }
}

fn field(name: &'static str, height: Height, text: &str) -> Field {
    Field { name, text: TextBox::new(height, text), height }
}

/// The number after the last one of the area that is selected.
fn next_id(app: &App) -> String {
    let ids: Vec<&AssertionId> = app.mission.contract.keys().collect();
    let selected = ids.get(app.list(Pane::Contract).selected).or_else(|| ids.last());
    let area = selected.map_or("MAIN", |id| id.area());
    let last = ids
        .iter()
        .filter(|id| id.area() == area)
        .filter_map(|id| id.as_str().rsplit_once('-')?.1.parse::<u32>().ok())
        .max();
    format!("VAL-{area}-{:03}", last.unwrap_or(0) + 1)
}

/// The first feature that is not built: it can still fulfill something new.
fn next_feature(app: &App) -> String {
    let open = app.mission.features.iter().find(|feature| feature.is_wanted() && !feature.is_built());
    open.map_or_else(|| "F1".to_owned(), |feature| feature.id.to_string())
}
