//! What all screens have in common: a border, a list and the selected row in full, and moving, clicking and typing in
//! them.

use crossterm::event::KeyEvent;
use ratatui::layout::{Position, Rect};

use super::{Place, Popup, PopupResult, ScreenInfo, StackAction, section, writing};
use crate::tui::action::Action;
use crate::tui::app::App;
use crate::tui::layout::{below, inside};
use crate::tui::list::{List, SelectionStep};
use crate::tui::widget::painter::{Highlight, Painter};
use crate::view::row::Row;
use crate::view::style_role::StyleRole;
use crate::view::text::width;

/// Where the parts of a screen stand; a part that it does not have takes no room.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parts {
    pub head: Rect,
    /// A quiet line between two parts.
    pub rule: Rect,
    pub list: Rect,
    pub detail: Rect,
}

impl Parts {
    /// A head of some rows and a blank line, and one part below it: the list, or what a screen without one says.
    pub fn under_head(inner: Rect, rows: usize) -> Self {
        let wanted = if rows == 0 { 0 } else { u16::try_from(rows + 1).unwrap_or(u16::MAX) };
        let head = Rect { height: wanted.min(inner.height.saturating_sub(1)), ..inner };
        let list = below(inner, head.height);
        Self { head, list, detail: list, ..Self::default() }
    }
}

/// Draws a screen's border, its list and its detail.
pub fn draw<P: Popup + ?Sized>(
    popup: &P,
    app: &App,
    at: &Place,
    painter: &mut Painter<'_>,
    info: &ScreenInfo,
) {
    let inner = painter.framed(info.area, &info.title);
    let parts = popup.parts(app, inner);
    painter.rows(parts.head, &popup.head(app));
    painter.rule(parts.rule, "");
    let len = popup.len(app);
    if len == 0 {
        painter.rows(parts.list, &[Row::of(StyleRole::Dim, info.empty)]);
    }
    painter.list(parts.list, at.list, Highlight::Selected, len, |seen| popup.rows(app, seen));
    let sections = popup.detail(app, at, usize::from(parts.detail.width));
    section::draw(painter, parts.detail, at.top, &sections);
    let hidden = |lines: usize, top: usize, area: Rect| {
        let seen = usize::from(area.height);
        if area.area() == 0 { 0 } else { lines.saturating_sub(top.min(lines.saturating_sub(seen)) + seen) }
    };
    let lines = section::height(&sections);
    let below = (hidden(len, at.list.top, parts.list), hidden(lines, at.top, parts.detail));
    if parts.list != parts.detail {
        mark(painter, info.area, parts.list, below.0);
    }
    mark(painter, info.area, parts.detail, below.1);
}

/// Says how much of a part is hidden below what is seen of it, on the line under it.
fn mark(painter: &mut Painter<'_>, screen: Rect, part: Rect, hidden: usize) {
    if hidden == 0 || part.area() == 0 {
        return;
    }
    let words = format!(" +{hidden} more ↓ ");
    let cells = u16::try_from(width(&words)).unwrap_or(0);
    let y = part.bottom().min(screen.bottom().saturating_sub(1));
    if cells + 2 <= part.width {
        painter.text((part.right() - cells - 1, y), cells, StyleRole::Dim, &words);
    }
}

/// Lets a screen do an action: its own, then those of a text, then moving.
pub fn act(popup: &mut dyn Popup, app: &App, at: &mut Place, action: Action) -> PopupResult {
    let result = popup.act(app, at, action);
    if !matches!(result.then, StackAction::Pass) {
        return result;
    }
    if let Some(mut done) = popup.writing().and_then(|text| writing::act(text, action)) {
        if matches!(action, Action::NewLine | Action::Discard) {
            done.requests.extend(popup.written(app, at).requests);
        }
        return done;
    }
    SelectionStep::of(action).map_or(result, |by| step(popup, app, at, by))
}

/// Moves the selection. Where there is no list, or the detail does not fit, pages of the detail are turned; a screen
/// whose hints say that pages are the detail's keeps its selection even where the detail fits.
fn step(popup: &mut dyn Popup, app: &App, at: &mut Place, by: SelectionStep) -> PopupResult {
    let info = popup.info(app, at);
    let parts = popup.parts(app, inside(info.area));
    let len = popup.len(app);
    let is_detail_paged = info.hints.iter().any(|(action, _)| *action == Action::PageDown);
    if len == 0 || matches!(by, SelectionStep::PageUp | SelectionStep::PageDown) {
        let lines = section::height(&popup.detail(app, at, usize::from(parts.detail.width)));
        let seen = usize::from(parts.detail.height);
        if len == 0 || is_detail_paged || (lines > seen && seen > 0) {
            at.top = List::scrolled(at.top, by, lines, seen);
            return PopupResult::stay();
        }
    }
    let before = at.list.selected;
    at.list.step(by, len, usize::from(parts.list.height));
    moved(popup, app, at, before)
}

fn moved(popup: &mut dyn Popup, app: &App, at: &mut Place, before: usize) -> PopupResult {
    if at.list.selected == before {
        return PopupResult::stay();
    }
    at.top = 0;
    popup.selected(app, at)
}

/// What the person gives a screen beside an action.
#[derive(Debug, Clone, Copy)]
pub enum UserInput<'a> {
    /// A key that is bound to nothing.
    Key(KeyEvent),
    Pasted(&'a str),
    /// What was saved in the editor.
    Edited(&'a str),
    Clicked(Position),
}

/// Gives a screen an input; what it has no use for itself goes into its text.
pub fn take(popup: &mut dyn Popup, app: &App, at: &mut Place, input: UserInput<'_>) -> PopupResult {
    let own = match input {
        UserInput::Key(key) => popup.typed(app, at, key),
        UserInput::Edited(text) => popup.edited(app, at, text),
        UserInput::Pasted(_) => None,
        UserInput::Clicked(place) => return clicked(popup, app, at, place),
    };
    if let Some(result) = own {
        return result;
    }
    let Some(text) = popup.writing() else { return PopupResult::stay() };
    match input {
        UserInput::Key(key) => text.key(key),
        UserInput::Pasted(pasted) => text.paste(pasted),
        UserInput::Edited(saved) => text.replace(saved),
        UserInput::Clicked(_) => {}
    }
    popup.written(app, at)
}

/// Selects the row that was clicked.
fn clicked(popup: &mut dyn Popup, app: &App, at: &mut Place, place: Position) -> PopupResult {
    let area = popup.parts(app, inside(popup.info(app, at).area)).list;
    let seen = at.list.window(popup.len(app), usize::from(area.height));
    let index = seen.start + usize::from(place.y.saturating_sub(area.y));
    if !area.contains(place) || !seen.contains(&index) {
        return PopupResult::stay();
    }
    let before = std::mem::replace(&mut at.list.selected, index);
    moved(popup, app, at, before)
}
