//! The fields of an assertion, and the change they add up to.

use std::fmt::Display;
use std::str::FromStr;

use crossterm::event::KeyEvent;
use ratatui::layout::Rect;

use super::field::{Field, Merged};
use crate::domain::command::{Command, WordingEdit};
use crate::domain::consequence::ContractChange;
use crate::domain::contract::{AssertionDraft, Check, Instrument, Weight, Wording};
use crate::domain::id::{AssertionId, Revision};
use crate::domain::text::{Line, Text};
use crate::tui::app::App;
use crate::tui::drafts::{Draft, DraftChange, Subject};
use crate::tui::focus::Pane;
use crate::tui::popup::Writing;
use crate::tui::widget::painter::Painter;
use crate::tui::widget::text_box::{Active, Height};
use crate::view::contract::weight;

/// Which assertion is written.
#[derive(Debug)]
enum About {
    /// A known one, as it is now.
    Known { id: AssertionId, base: Revision, now: Box<Wording> },
    /// A new one.
    New,
}

/// The fields, and the one that has the keys.
#[derive(Debug)]
pub struct Form {
    about: About,
    fields: Vec<Field>,
    at: usize,
    /// Fields that only others changed since the person began: their words stand in them.
    taken: Vec<&'static str>,
}

/// What separates the parts in the editor and in a draft.
const FENCE: &str = "## ";
/// What an assertion can be checked with, and how much it can weigh.
const VIA: &[&str] = &["command", "http", "terminal", "browser"];
const WEIGHTS: &[&str] = &["blocking", "non-blocking"];

impl Form {
    /// The fields of a known assertion; a draft that was left is there again, merged with what others changed meanwhile.
    pub fn edit(app: &App, id: &AssertionId) -> Self {
        let Some(assertion) = app.mission.assertion(id) else { return Self::add(app) };
        let now = Box::new(assertion.wording.clone());
        let fields = of_wording(&now);
        let about = About::Known { id: id.clone(), base: assertion.revision, now };
        Self { about, fields, at: 1, taken: Vec::new() }.with_draft(app)
    }

    /// The fields of a new one: its number and its feature are proposed.
    pub fn add(app: &App) -> Self {
        let line = |name, text: &str| Field::words(name, Height::One, text);
        let mut fields = vec![line("id", &next_id(app)), line("feature", &next_feature(app))];
        let choices = (Instrument::Http.word(), weight(Weight::Blocking));
        fields.extend(self::fields([""; 4], "", choices));
        Self { about: About::New, fields, at: 2, taken: Vec::new() }.with_draft(app)
    }

    fn with_draft(mut self, app: &App) -> Self {
        let Some(draft) = app.drafts.get(&self.subject()) else { return self };
        let now: Vec<String> = self.fields.iter().map(Field::text).collect();
        for (index, base) in self.parts(&draft.base) {
            self.fields.get_mut(index).into_iter().for_each(|field| field.began_from(&base));
        }
        self.replace(&draft.text);
        if matches!(self.about, About::Known { .. }) {
            self.merge(now);
        }
        self
    }

    fn merge(&mut self, now: Vec<String>) {
        for (field, now) in self.fields.iter_mut().zip(now) {
            if field.merge(&now) == Merged::Taken {
                self.taken.push(field.name);
            }
        }
    }

    /// The assertion was changed by somebody else while it is written here.
    pub fn rebase(&mut self, app: &App) {
        let About::Known { id, base, now } = &mut self.about else { return };
        let Some(assertion) = app.mission.assertion(id).filter(|found| found.revision != *base) else {
            return;
        };
        *base = assertion.revision;
        **now = assertion.wording.clone();
        let texts = of_wording(&assertion.wording).iter().map(Field::text).collect();
        self.merge(texts);
    }

    /// What its draft is about.
    pub fn subject(&self) -> Subject {
        match &self.about {
            About::Known { id, .. } => Subject::Assertion(id.clone()),
            About::New => Subject::NewAssertion,
        }
    }

    /// The title of its screen.
    pub fn title(&self) -> String {
        match &self.about {
            About::Known { id, base, .. } => format!("Edit {id} · revision {}", base.0),
            About::New => "Add an assertion".to_owned(),
        }
    }

    /// What others changed since the person began, in a sentence; nothing where they changed nothing.
    pub fn changed_elsewhere(&self) -> Option<String> {
        let both = self.contested().join(" and ");
        let taken = self.taken.join(" and ");
        match (both.is_empty(), taken.is_empty()) {
            (true, true) => None,
            (true, false) => Some(format!("{taken} was changed meanwhile: the new words stand here")),
            (false, _) => Some(format!("{both} was changed meanwhile, by you and by others")),
        }
    }

    /// The fields that the person and others made different things of.
    pub fn contested(&self) -> Vec<&'static str> {
        self.fields.iter().filter(|field| field.is_contested()).map(|field| field.name).collect()
    }

    /// What others made of the field that has the keys, where that differs.
    pub fn theirs(&self) -> Option<&str> {
        let field = self.fields.get(self.at).filter(|field| field.is_contested())?;
        field.theirs.as_deref()
    }

    /// Puts in what others made of the field that has the keys.
    pub fn take_theirs(&mut self) {
        if let Some(theirs) = self.theirs().map(str::to_owned) {
            self.fields.get_mut(self.at).into_iter().for_each(|field| field.replace(&theirs));
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
        self.fields.iter().find(|field| field.name == name).map_or_else(String::new, Field::text)
    }

    fn bounded<const MAX: usize>(&self, name: &'static str) -> Result<Text<MAX>, String> {
        Text::new(self.said(name)).map_err(|error| format!("{name}: {error}"))
    }

    fn parsed<T: FromStr<Err: Display>>(&self, name: &str) -> Result<T, String> {
        self.said(name).parse().map_err(|error: T::Err| error.to_string())
    }

    /// The wording as it is written.
    fn wording(&self) -> Result<Wording, String> {
        let word = self.said("via");
        let via = word.parse().map_err(|_| format!("via: \"{word}\" is none of {}", Instrument::words()))?;
        let command = self.said("command");
        let command = if command.trim().is_empty() { None } else { Some(self.bounded("command")?) };
        let heavy = self.said("weight");
        let weights = [Weight::Blocking, Weight::NonBlocking];
        let unknown = || format!("weight: \"{heavy}\" is none of {}", WEIGHTS.join(", "));
        // The form has no field for it: what it was, it stays.
        let guard = match &self.about {
            About::Known { now, .. } => now.check.guard,
            About::New => false,
        };
        let weight = weights.into_iter().find(|known| weight(*known) == heavy).ok_or_else(unknown)?;
        Ok(Wording {
            title: self.bounded("title")?,
            statement: self.bounded("statement")?,
            check: Check { via, how: self.bounded("check")?, command, guard },
            evidence: self.bounded("evidence")?,
            weight,
        })
    }

    /// The change; `None` when nothing differs.
    pub fn change(&self) -> Result<Option<ContractChange>, String> {
        Ok(match &self.about {
            About::Known { id, base, now } => {
                let edit = WordingEdit::between(now, &self.wording()?);
                let (assertion, base) = (id.clone(), *base);
                (!edit.is_empty()).then(|| ContractChange::Edit { assertion, base, edit: Box::new(edit) })
            }
            About::New => {
                let (id, feature) = (self.parsed("id")?, self.parsed("feature")?);
                let wording = self.wording()?;
                Some(ContractChange::Add {
                    draft: Box::new(AssertionDraft { id, wording, shows: Vec::new() }),
                    feature,
                })
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

    /// Draws the fields: those of one line as such, the others share what is left. Where room is short there is no air
    /// between them; where it is shorter still, only the field that has the keys is seen.
    pub fn draw(&self, painter: &mut Painter<'_>, area: Rect) {
        let tall = self.fields.iter().filter(|field| field.is_tall()).count();
        let (room, count) = (usize::from(area.height), self.fields.len());
        let air = usize::from(room >= 2 * count + tall);
        let spare = room.saturating_sub(count - tall + air * count);
        let each = u16::try_from(spare / tall.max(1)).unwrap_or(1).clamp(1, 6);
        let mut y = area.y;
        for (index, field) in self.fields.iter().enumerate() {
            let active = if index == self.at { Active::Yes } else { Active::No };
            if room < count {
                if active == Active::Yes {
                    field.draw(painter, area, active);
                }
                continue;
            }
            let height = if field.is_tall() { each } else { 1 };
            field.draw(painter, Rect { y, height, ..area }.intersection(area), active);
            y += height + u16::try_from(air).unwrap_or(0);
        }
    }

    /// The parts of a text with the fields that they belong to. A line that only looks like the beginning of a part
    /// belongs to the one before it.
    fn parts(&self, text: &str) -> Vec<(usize, String)> {
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
        parts.into_iter().map(|(index, lines)| (index, lines.join("\n").trim_end().to_owned())).collect()
    }

    fn written(&self, text: impl Fn(&Field) -> String) -> String {
        self.fields.iter().map(|field| [FENCE, field.name, "\n", &text(field), "\n"].concat()).collect()
    }
}

impl Writing for Form {
    fn key(&mut self, key: KeyEvent) {
        self.fields.get_mut(self.at).into_iter().for_each(|field| field.key(key));
    }

    fn paste(&mut self, text: &str) {
        self.fields.get_mut(self.at).into_iter().for_each(|field| field.paste(text));
    }

    fn text(&self) -> String {
        self.written(Field::text)
    }

    /// A part that is missing, or says the same, stays as it is.
    fn replace(&mut self, text: &str) {
        for (index, part) in self.parts(text) {
            if let Some(field) = self.fields.get_mut(index).filter(|field| field.text().trim_end() != part) {
                field.replace(&part);
            }
        }
    }

    fn draft(&self) -> Option<DraftChange> {
        if self.fields.iter().all(|field| field.text() == field.was()) {
            return Some(DraftChange::Discard(self.subject()));
        }
        let base = self.written(|field| field.was().to_owned());
        let draft = Draft { text: self.text(), base, ..Draft::default() };
        Some(DraftChange::Keep(self.subject(), draft))
    }

    fn reset(&mut self) {
        self.fields.iter_mut().for_each(Field::reset);
        self.taken.clear();
    }

    fn file(&self) -> &'static str {
        "assertion.md"
    }
}

/// The fields of a wording; those of a new one say nothing yet.
fn of_wording(wording: &Wording) -> Vec<Field> {
    let check = &wording.check;
    let command = check.command.as_ref().map_or("", Line::as_str);
    let choices = (check.via.word(), weight(wording.weight));
    let texts = [wording.title.as_str(), wording.statement.as_str(), check.how.as_str(), command];
    fields(texts, wording.evidence.as_str(), choices)
}

fn fields(
    [title, statement, how, command]: [&str; 4],
    evidence: &str,
    (via, heavy): (&str, &str),
) -> Vec<Field> {
    vec![
        Field::words("title", Height::One, title),
        Field::words("statement", Height::Many, statement),
        Field::choice("via", VIA, via),
        Field::words("check", Height::Many, how),
        Field::words("command", Height::One, command),
        Field::words("evidence", Height::One, evidence),
        Field::choice("weight", WEIGHTS, heavy),
    ]
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
