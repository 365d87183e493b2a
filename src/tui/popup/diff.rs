//! What was changed: files at the left, the selected file's hunks at the right.

use super::prelude::*;
use crate::domain::diff::{DiffDoc, DiffScope};
use crate::tui::widget::code::{Styled, highlight};
use crate::view::diff::{CodeLine, Mark, code_lines, file_row, hunk_places, totals};

/// A diff. The screen's list are its files, its top is a line of the selected one.
#[derive(Debug)]
pub struct DiffScreen {
    scope: DiffScope,
    diff: Option<Result<DiffDoc, String>>,
    /// The selected file's lines, and their colours in the theme they were made for.
    lines: Vec<CodeLine>,
    coloured: Vec<Styled>,
    theme: String,
}

impl DiffScreen {
    /// The diff of a scope.
    pub fn new(scope: DiffScope) -> Self {
        Self { scope, diff: None, lines: Vec::new(), coloured: Vec::new(), theme: String::new() }
    }

    fn doc(&self) -> Option<&DiffDoc> {
        self.diff.as_ref()?.as_ref().ok()
    }

    fn select(&mut self, app: &App, at: &mut Place, file: usize) {
        let height = usize::from(self.parts(app, inside(app.areas().body)).list.height);
        at.list.select(file, self.len(app), height);
        at.top = 0;
        self.show(app, at);
    }

    /// Works the lines of the selected file out, and their colours.
    fn show(&mut self, app: &App, at: &Place) {
        let selected = self.doc().and_then(|diff| diff.files.get(at.list.selected)).cloned();
        let Some(file) = selected else { return };
        self.lines = code_lines(&file);
        self.theme.clone_from(&app.look.theme);
        self.coloured = highlight(&file.path, &self.theme, &app.look.styles, &self.lines);
    }

    fn next_hunk(&mut self, app: &App, at: &mut Place) {
        match hunk_places(&self.lines).into_iter().find(|place| *place > at.top) {
            Some(place) => at.top = place,
            None => self.select(app, at, at.list.selected + 1),
        }
    }

    fn previous_hunk(&mut self, app: &App, at: &mut Place) {
        let before = hunk_places(&self.lines).into_iter().rev().find(|place| *place < at.top);
        match (before, at.list.selected.checked_sub(1)) {
            (Some(place), _) => at.top = place,
            (None, Some(file)) => self.select(app, at, file),
            (None, None) => at.top = 0,
        }
    }

    fn scroll(&self, app: &App, at: &mut Place, step: SelectionStep) {
        let height = usize::from(self.parts(app, inside(app.areas().body)).detail.height);
        at.top = List::scrolled(at.top, step, self.lines.len(), height);
    }

    fn copy(&self) -> PopupResult {
        let sign = |mark| match mark {
            Mark::Added => "+",
            Mark::Removed => "-",
            Mark::Same => " ",
            Mark::Header => "",
        };
        let text: Vec<String> =
            self.lines.iter().map(|line| format!("{}{}", sign(line.mark), line.code)).collect();
        if text.is_empty() { PopupResult::stay() } else { PopupResult::effect(Effect::Copy(text.join("\n"))) }
    }
}

fn scope_name(scope: &DiffScope) -> String {
    match scope {
        DiffScope::Mission => "the whole mission".to_owned(),
        DiffScope::Milestone(id) => id.to_string(),
        DiffScope::Feature(id) => id.to_string(),
        DiffScope::Attempt(id) => id.to_string(),
        DiffScope::Commits { from, to } => format!("{from}..{to}"),
    }
}

impl Popup for DiffScreen {
    fn info(&self, app: &App, _at: &Place) -> ScreenInfo {
        let title = Row::of(StyleRole::Strong, format!("Diff of {}", scope_name(&self.scope)));
        let right = self.doc().map_or_else(Vec::new, |diff| totals(diff).left);
        ScreenInfo::new(app, Context::Diff, Row { right, ..title }).hints([
            Action::NextHunk,
            Action::NextFile,
            Action::Down,
            Action::Copy,
            Action::Back,
        ])
    }

    fn len(&self, _app: &App) -> usize {
        self.doc().map_or(0, |diff| diff.files.len())
    }

    fn rows(&self, _app: &App, seen: Range<usize>) -> Vec<Row> {
        self.doc().and_then(|diff| diff.files.get(seen)).into_iter().flatten().map(file_row).collect()
    }

    /// Files and code; where it is narrow, the files take a few lines above the code.
    fn parts(&self, app: &App, inner: Rect) -> Parts {
        if self.len(app) == 0 {
            return Parts { detail: inner, ..Parts::default() };
        }
        if inner.width >= 90 {
            let left = (inner.width / 3).min(44);
            let detail = Rect { x: inner.x + left, width: inner.width - left, ..inner };
            return Parts {
                list: Rect { width: left.saturating_sub(2), ..inner },
                detail,
                ..Parts::default()
            };
        }
        let upper = (inner.height / 4).max(1).min(inner.height);
        Parts { list: Rect { height: upper, ..inner }, detail: below(inner, upper), ..Parts::default() }
    }

    /// What stands in place of code.
    fn detail(&self, _app: &App, _at: &Place, _width: usize) -> Vec<Section> {
        let row = match &self.diff {
            None => Row::of(StyleRole::Dim, "fetching the diff …"),
            Some(Err(sentence)) => Row::of(StyleRole::Bad, sentence),
            Some(Ok(diff)) if diff.files.is_empty() => Row::of(StyleRole::Dim, "Nothing was changed."),
            Some(Ok(_)) if self.lines.is_empty() => Row::of(StyleRole::Dim, "This file has no text to show."),
            Some(Ok(_)) => return Vec::new(),
        };
        vec![vec![row].into()]
    }

    fn opened(&mut self, _app: &App, _at: &mut Place) -> PopupResult {
        PopupResult::ask(Call::Diff { scope: self.scope.clone() })
    }

    fn act(&mut self, app: &App, at: &mut Place, action: Action) -> PopupResult {
        match action {
            Action::NextHunk => self.next_hunk(app, at),
            Action::PreviousHunk => self.previous_hunk(app, at),
            Action::NextFile | Action::NextPane | Action::Right => {
                self.select(app, at, at.list.selected + 1);
            }
            Action::PreviousFile | Action::PreviousPane | Action::Left => {
                self.select(app, at, at.list.selected.saturating_sub(1));
            }
            Action::Copy => return self.copy(),
            Action::Open => {}
            _ => match SelectionStep::of(action) {
                Some(step) => self.scroll(app, at, step),
                None => return PopupResult::pass(),
            },
        }
        PopupResult::stay()
    }

    fn selected(&mut self, app: &App, at: &mut Place) -> PopupResult {
        self.show(app, at);
        PopupResult::stay()
    }

    fn answered(&mut self, app: &App, at: &mut Place, _call: &Call, result: &Answer) -> PopupResult {
        self.diff = match result {
            Ok(Reply::Diff { diff }) => Some(Ok(diff.clone())),
            Ok(_) => None,
            Err(error) => Some(Err(error.to_string())),
        };
        self.select(app, at, 0);
        PopupResult::stay()
    }

    fn refreshed(&mut self, app: &App, at: &mut Place) -> PopupResult {
        if self.theme != app.look.theme && !self.lines.is_empty() {
            self.show(app, at);
        }
        PopupResult::stay()
    }

    fn draw(&self, app: &App, at: &Place, painter: &mut Painter<'_>, info: &ScreenInfo) {
        super::base::draw(self, app, at, painter, info);
        let code = self.parts(app, inside(info.area)).detail;
        let lines = self.lines.iter().zip(&self.coloured).skip(at.top);
        for (line, (code, coloured)) in code.rows().zip(lines) {
            let (sign, style) = match code.mark {
                Mark::Added => ("+ ", StyleRole::Added),
                Mark::Removed => ("− ", StyleRole::Removed),
                Mark::Same => ("  ", StyleRole::Dim),
                Mark::Header => {
                    painter.row(line, &Row::of(StyleRole::Dim, &code.code));
                    continue;
                }
            };
            let lead = painter.text((line.x, line.y), line.width, style, sign);
            let rest = Rect { x: line.x + lead, width: line.width.saturating_sub(lead), ..line };
            painter.runs(rest, coloured);
        }
    }
}
