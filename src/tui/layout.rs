//! Where everything stands, computed from the size of the terminal and nothing else.

use ratatui::layout::{Rect, Size};

use super::focus::Pane;

/// How much room there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Four panes.
    Wide,
    /// One pane, the others as tabs, the header on two lines.
    Narrow,
    /// The status line and one pane.
    Tiny,
}

/// The areas of the main screen. Panes overlap by their borders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    pub shape: Shape,
    pub header: Rect,
    pub status: Rect,
    /// The line that says what waits for the person, while something does.
    pub call: Rect,
    pub tabs: Rect,
    /// The panes by number; one that is not shown has no area.
    pub panes: [Rect; 4],
    /// All panes together, and the place of full screens.
    pub body: Rect,
    pub footer: Rect,
}

impl Areas {
    /// The area of a pane.
    pub fn of(&self, pane: Pane) -> Rect {
        self.panes.get(pane.index()).copied().unwrap_or_default()
    }

    /// The pane at a place.
    pub fn pane_at(&self, column: u16, row: u16) -> Option<Pane> {
        Pane::ALL.into_iter().find(|pane| self.of(*pane).contains((column, row).into()))
    }
}

/// How a terminal of this size is used.
pub fn shape(size: Size) -> Shape {
    if size.width < 60 || size.height < 16 {
        Shape::Tiny
    } else if size.width < 100 {
        Shape::Narrow
    } else {
        Shape::Wide
    }
}

/// What the areas depend on beside the size.
#[derive(Debug, Clone, Copy, Default)]
pub struct LayoutInput {
    pub focus: Pane,
    /// Whether the pane with the keys is alone.
    pub zoomed: bool,
    /// Whether something waits for the person.
    pub call: bool,
    /// How many rows the plan and the contract have: the two share the left side by what they need.
    pub plan: usize,
    pub contract: usize,
}

/// Where everything stands.
pub fn areas(size: Size, wish: LayoutInput) -> Areas {
    let shape = shape(size);
    let (header, status, tabs, footer) = match shape {
        Shape::Wide => (1, 1, 0, 1),
        Shape::Narrow => (2, 1, 1, 1),
        Shape::Tiny => (0, 1, 0, u16::from(size.height > 8)),
    };
    let mut y = 0;
    let mut take = |height: u16| {
        let height = height.min(size.height.saturating_sub(y));
        let area = Rect::new(0, y, size.width, height);
        y += height;
        area
    };
    let called = u16::from(wish.call && shape != Shape::Tiny);
    let (header, status, call, tabs) = (take(header), take(status), take(called), take(tabs));
    let above = header.height + status.height + call.height + tabs.height;
    let body = take(size.height.saturating_sub(above + footer));
    let footer = take(footer);
    let panes = if shape == Shape::Wide && !wish.zoomed { four(body, wish) } else { alone(body, wish.focus) };
    Areas { shape, header, status, call, tabs, panes, body, footer }
}

fn alone(body: Rect, focus: Pane) -> [Rect; 4] {
    Pane::ALL.map(|pane| if pane == focus { body } else { Rect::ZERO })
}

/// Neighbours share a border, so that four panes cost three lines each way and not four.
fn four(body: Rect, wish: LayoutInput) -> [Rect; 4] {
    let left = (body.width * 2 / 5).clamp(44, 72);
    let right = body.width.saturating_sub(left) + 1;
    let x = body.x + left - 1;
    let [plan, contract] = split(body, body.x, left, plan_height(body.height, wish));
    let [worker, timeline] = split(body, x, right, body.height * 11 / 20);
    [plan, worker, contract, timeline]
}

fn split(body: Rect, x: u16, width: u16, upper: u16) -> [Rect; 2] {
    let y = body.y + upper.saturating_sub(1);
    let lower = body.height.saturating_sub(upper) + 1;
    [Rect::new(x, body.y, width, upper), Rect::new(x, y, width, lower)]
}

/// Half for each, and what one does not need goes to the other; a plan that is yet to come keeps its place.
fn plan_height(body: u16, wish: LayoutInput) -> u16 {
    let half = body * 11 / 20;
    let rows = |count: usize| u16::try_from(count + 2).unwrap_or(u16::MAX);
    if wish.plan == 0 {
        return half;
    }
    let spare = body.saturating_sub(rows(wish.contract));
    rows(wish.plan).clamp(half.min(6), half.max(spare))
}

/// The inside of a bordered area, with a cell of air left and right where there is room.
pub fn inside(area: Rect) -> Rect {
    let air = if area.width > 8 { 2 } else { 1 };
    Rect {
        x: area.x.saturating_add(air),
        y: area.y.saturating_add(1),
        width: area.width.saturating_sub(2 * air),
        height: area.height.saturating_sub(2),
    }
}

/// The area below its first lines.
pub fn below(area: Rect, lines: u16) -> Rect {
    let lines = lines.min(area.height);
    Rect { y: area.y + lines, height: area.height - lines, ..area }
}

/// A box in the middle of an area, no larger than it.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 3, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_leaves_the_screen_at_any_size() {
        for width in (0..130).chain([400]) {
            for height in (0..50).chain([120]) {
                let size = Size { width, height };
                let screen = Rect::new(0, 0, width, height);
                for (zoomed, call, plan) in [(false, false, 3), (true, true, 0), (false, true, 900)] {
                    let areas =
                        areas(size, LayoutInput { focus: Pane::Contract, zoomed, call, plan, contract: 9 });
                    for area in [areas.header, areas.status, areas.call, areas.tabs, areas.body, areas.footer]
                        .iter()
                        .chain(&areas.panes)
                    {
                        assert_eq!(
                            screen.union(*area).area(),
                            screen.area().max(area.area()),
                            "{size:?} {area:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn shapes_follow_the_design() {
        let at = |width, height| shape(Size { width, height });
        assert_eq!(
            [at(120, 40), at(80, 24), at(50, 15), at(99, 40), at(100, 16)],
            [Shape::Wide, Shape::Narrow, Shape::Tiny, Shape::Narrow, Shape::Wide]
        );
    }
}
