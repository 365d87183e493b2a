//! Scrolling a transcript of 100,000 items in its middle, pages fetched from the engine included.

use std::time::{Duration, Instant};

use crate::Result;
use crate::launch::long_mission;
use crate::resting::end_engine;
use crate::screen::Console;
use crate::usage::{figure, median, milliseconds, tree_mib};

/// Items of the transcript.
const ITEMS: u64 = 100_000;
/// Presses of each key.
const PRESSES: usize = 300;
/// How long a press may change nothing.
const STUCK: Duration = Duration::from_millis(20);

const HOME: &str = "\x1b[H";
const PAGE_UP: &str = "\x1b[5~";
const UP: &str = "\x1b[A";
/// What stands before the number of an item.
const ITEM: &str = "item ";

/// Goes to the middle, then up page by page and line by line.
pub fn scroll() -> Result<()> {
    let ground = long_mission(ITEMS)?;
    let console = Console::attach_to_running(&ground, "item 100000")?;
    console.types("2\r")?;
    console.looks_for(&["handoff"]);
    console.sees("handoff")?;
    std::thread::sleep(Duration::from_millis(300));
    let started = Instant::now();
    let to_the_middle = pressed(&console, HOME, |seen, _| seen < ITEMS / 2)?;
    figure("scroll_middle_s", started.elapsed().as_secs_f64());
    figure("scroll_page_in_ms", to_the_middle.median);
    let paged = pressed(&console, PAGE_UP, |_, presses| presses >= PRESSES)?;
    figure("scroll_page_ms", paged.median);
    figure("scroll_page_most_ms", paged.most);
    figure("scroll_page_cpu_ms", paged.cpu);
    let lines = pressed(&console, UP, |_, presses| presses >= PRESSES)?;
    figure("scroll_line_ms", lines.median);
    figure("scroll_line_cpu_ms", lines.cpu);
    figure("scroll_line_bytes", lines.bytes);
    figure("scroll_mib", tree_mib(console.pid())?);
    figure("scroll_peak_mib", console.usage()?.peak_mib);
    console.types("\x1b")?;
    std::thread::sleep(Duration::from_millis(300));
    console.leaves()?;
    end_engine(&ground)
}

/// What one press of a key took, in milliseconds and bytes.
struct Pressed {
    median: f64,
    most: f64,
    cpu: f64,
    bytes: f64,
}

/// Presses a key until it is enough, each time the screen has moved or has stood still for a while: at the top of what
/// is loaded it stands until the next page has come.
fn pressed(console: &Console, key: &str, enough: impl Fn(u64, usize) -> bool) -> Result<Pressed> {
    let (cpu, bytes) = (console.usage()?.cpu_ms, console.seen().bytes);
    let mut times = Vec::new();
    let mut presses = 0_u32;
    let mut stuck = 0;
    let mut top = console.seen().number_after(ITEM).ok_or("no item is seen")?;
    let mut before = console.text();
    while !enough(top, times.len()) {
        let typed = Instant::now();
        console.types(key)?;
        presses += 1;
        if console.waits(STUCK, |seen| seen.at_rest() && seen.text() != before) {
            times.push(milliseconds(typed.elapsed()));
            stuck = 0;
        } else {
            stuck += 1;
        }
        before = console.text();
        top = console.seen().number_after(ITEM).unwrap_or(top);
        if stuck > 10 {
            return Err(format!("{key:?} does not move:\n{}", console.text()).into());
        }
    }
    let presses = f64::from(presses);
    Ok(Pressed {
        cpu: (console.usage()?.cpu_ms - cpu) / presses,
        bytes: f64::from(u32::try_from(console.seen().bytes - bytes)?) / presses,
        most: times.iter().copied().fold(0.0, f64::max),
        median: median(times),
    })
}
