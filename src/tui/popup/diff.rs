//! What was changed: files at the left, the selected file's hunks at the right.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::frame::{around, list};
use super::{Popup, PopupResult};
use crate::domain::diff::{DiffDoc, DiffScope};
use crate::link::protocol::{Call, Reply};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::keymap::Context;
use crate::tui::layout::inside;
use crate::tui::list::{List, SelectionStep};
use crate::tui::source::SourceError;
use crate::tui::widget::code::{Styled, highlight};
use crate::tui::widget::painter::Highlight;
use crate::view::diff::{CodeLine, Mark, code_lines, file_row, hunk_places, totals};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::cut;

/// A diff, the file that is selected, and the first line of it that is seen.
#[derive(Debug)]
pub struct DiffScreen {
    scope: DiffScope,
    diff: Option<Result<DiffDoc, String>>,
    files: List,
    top: usize,
    /// The selected file's lines, and their colours in the theme they were made for.
    lines: Vec<CodeLine>,
    coloured: Vec<Styled>,
    theme: String,
}

impl DiffScreen {
    /// The diff of a scope.
    pub fn new(scope: DiffScope) -> Self {
        Self {
            scope,
            diff: None,
            files: List::default(),
            top: 0,
            lines: Vec::new(),
            coloured: Vec::new(),
            theme: String::new(),
        }
    }

    fn doc(&self) -> Option<&DiffDoc> {
        self.diff.as_ref()?.as_ref().ok()
    }

    fn select(&mut self, app: &App, file: usize) {
        let Some(len) = self.doc().map(|diff| diff.files.len()) else { return };
        let height = usize::from(parts(inside(self.area(app))).0.height);
        self.files.select(file, len, height);
        self.top = 0;
        let selected = self.doc().and_then(|diff| diff.files.get(self.files.selected)).cloned();
        let Some(file) = selected else { return };
        self.lines = code_lines(&file);
        self.theme.clone_from(&app.look.theme);
        self.coloured = highlight(&file.path, &self.theme, &app.look.styles, &self.lines);
    }

    fn next_hunk(&mut self, app: &App) {
        let next = hunk_places(&self.lines).into_iter().find(|place| *place > self.top);
        match next {
            Some(place) => self.top = place,
            None => self.select(app, self.files.selected + 1),
        }
    }

    fn previous_hunk(&mut self, app: &App) {
        let before = hunk_places(&self.lines).into_iter().rev().find(|place| *place < self.top);
        match (before, self.files.selected.checked_sub(1)) {
            (Some(place), _) => self.top = place,
            (None, Some(file)) => self.select(app, file),
            (None, None) => self.top = 0,
        }
    }

    fn scroll(&mut self, app: &App, step: SelectionStep) {
        let height = usize::from(parts(inside(self.area(app))).1.height);
        let mut list = List { selected: self.top, top: self.top };
        list.step(step, self.lines.len().saturating_sub(height) + 1, height.max(1));
        self.top = list.selected;
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

/// Files and code; where it is narrow, the files take a few lines above the code.
fn parts(inner: Rect) -> (Rect, Rect) {
    if inner.width >= 90 {
        let left = (inner.width / 3).min(44);
        let right = Rect { x: inner.x + left, width: inner.width - left, ..inner };
        (Rect { width: left.saturating_sub(2), ..inner }, right)
    } else {
        let upper = (inner.height / 4).max(1).min(inner.height);
        (Rect { height: upper, ..inner }, Rect { y: inner.y + upper, height: inner.height - upper, ..inner })
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
    fn context(&self) -> Context {
        Context::Diff
    }

    fn hints(&self, _app: &App) -> Vec<Action> {
        vec![Action::NextHunk, Action::NextFile, Action::Down, Action::Copy, Action::Back]
    }

    fn opened(&mut self, _app: &App) -> PopupResult {
        PopupResult::ask(Call::Diff { scope: self.scope.clone() })
    }

    fn act(&mut self, app: &App, action: Action) -> PopupResult {
        match action {
            Action::NextHunk => self.next_hunk(app),
            Action::PreviousHunk => self.previous_hunk(app),
            Action::NextFile | Action::NextPane | Action::Right => self.select(app, self.files.selected + 1),
            Action::PreviousFile | Action::PreviousPane | Action::Left => {
                self.select(app, self.files.selected.saturating_sub(1));
            }
            Action::Copy => return self.copy(),
            Action::Open => {}
            _ => match SelectionStep::of(action) {
                Some(step) => self.scroll(app, step),
                None => return PopupResult::pass(),
            },
        }
        PopupResult::stay()
    }

    fn answered(&mut self, app: &App, _call: &Call, result: &Result<Reply, SourceError>) -> PopupResult {
        self.diff = match result {
            Ok(Reply::Diff { diff }) => Some(Ok(diff.clone())),
            Ok(_) => None,
            Err(error) => Some(Err(error.to_string())),
        };
        self.select(app, 0);
        PopupResult::stay()
    }

    fn refreshed(&mut self, app: &App) -> PopupResult {
        if self.theme != app.look.theme && !self.lines.is_empty() {
            let top = self.top;
            self.select(app, self.files.selected);
            self.top = top;
        }
        PopupResult::stay()
    }

    fn draw(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        let mut title = Row::of(StyleRole::Strong, format!("Diff of {}", scope_name(&self.scope)));
        if let Some(diff) = self.doc() {
            title.right = totals(diff).left;
        }
        let inner = around(app, frame, area, &title);
        let (files, code) = parts(inner);
        match &self.diff {
            None => {
                app.painter().rows(
                    frame.buffer_mut(),
                    inner,
                    &[Row::of(StyleRole::Dim, "fetching the diff …")],
                );
            }
            Some(Err(sentence)) => {
                app.painter().rows(frame.buffer_mut(), inner, &[Row::of(StyleRole::Bad, sentence)]);
            }
            Some(Ok(diff)) if diff.files.is_empty() => {
                app.painter().rows(
                    frame.buffer_mut(),
                    inner,
                    &[Row::of(StyleRole::Dim, "Nothing was changed.")],
                );
            }
            Some(Ok(diff)) => {
                let rows: Vec<Row> = diff.files.iter().map(file_row).collect();
                list(app, frame, files, &self.files, &rows);
                self.draw_code(app, frame, code);
            }
        }
    }
}

impl DiffScreen {
    fn draw_code(&self, app: &App, frame: &mut Frame<'_>, area: Rect) {
        if self.lines.is_empty() {
            app.painter().rows(
                frame.buffer_mut(),
                area,
                &[Row::of(StyleRole::Dim, "This file has no text to show.")],
            );
        }
        for (at, (line, code)) in area.rows().zip(self.lines.iter().skip(self.top)).enumerate() {
            let (sign, style) = match code.mark {
                Mark::Added => ("+ ", StyleRole::Added),
                Mark::Removed => ("− ", StyleRole::Removed),
                Mark::Same => ("  ", StyleRole::Dim),
                Mark::Header => ("", StyleRole::Dim),
            };
            let lead = app.painter().text(frame.buffer_mut(), (line.x, line.y), line.width, style, sign);
            if code.mark == Mark::Header {
                app.painter().row(
                    frame.buffer_mut(),
                    line,
                    &Row::of(StyleRole::Dim, &code.code),
                    Highlight::No,
                );
                continue;
            }
            let mut x = line.x + lead;
            for (style, text) in self.coloured.get(self.top + at).into_iter().flatten() {
                let room = usize::from(line.right().saturating_sub(x));
                let (end, _) = frame.buffer_mut().set_stringn(x, line.y, cut(text, room), room, *style);
                x = end;
            }
        }
    }
}
