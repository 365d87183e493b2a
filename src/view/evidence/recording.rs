//! A terminal over time: an asciicast, version 2 or 3, as far as one has looked at it.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::super::prelude::*;
use super::screen::{ScreenRun, lines_of};
use super::{LINES, Page, Reading, Shown, text};

/// The largest screen that is played; a larger one is cut.
const LARGEST: (u16, u16) = (200, 500);
/// Events that are played; what comes after them is left out, and said to be.
const MOST: usize = 200_000;
/// A longer silence than this, in milliseconds, is not waited through.
const SILENCE: u64 = 2_000;
/// What stands before a line of the screen, as wide as the time before what was typed.
const INDENT: &str = "         ";

#[derive(Deserialize)]
struct Header {
    version: u32,
    #[serde(default)]
    term: Option<Term>,
    #[serde(default, alias = "cols")]
    width: u16,
    #[serde(default, alias = "rows")]
    height: u16,
}

#[derive(Deserialize)]
struct Term {
    cols: u16,
    rows: u16,
}

/// Something that happened, so many milliseconds after the beginning.
struct Moment {
    at: u64,
    what: Happened,
}

enum Happened {
    Printed(String),
    /// What was typed, a mark that was set, how the program ended: nothing that the screen shows.
    Beside(String),
    Resized(u16, u16),
}

/// A recording and how far it has been played.
pub struct Playback {
    size: (u16, u16),
    moments: Vec<Moment>,
    left_out: usize,
    parser: vt100::Parser,
    /// How many moments the screen shows.
    next: usize,
    at: u64,
    /// The same of its last screen on which something stood: where it opens.
    opening: usize,
}

impl Playback {
    /// Reads a recording, played to the last screen on which something stood: programs clear theirs when they end.
    ///
    /// # Errors
    /// Why it is none, in a sentence.
    pub fn of(content: &str) -> Result<Self, String> {
        let mut lines = content.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
        let header = lines.next().ok_or("the recording is empty")?;
        let header: Header =
            serde_json::from_str(header).map_err(|error| format!("this is no asciicast: {error}"))?;
        if !(2..=3).contains(&header.version) {
            return Err(format!("an asciicast of version {} cannot be played here", header.version));
        }
        let size = header.term.map_or((header.height, header.width), |term| (term.rows, term.cols));
        let size = bounded(size);
        let mut at = 0;
        let mut moments = Vec::new();
        let mut left_out = 0;
        for line in lines {
            // A line that was cut by a crash ends the recording; it does not make it unreadable.
            let Ok((time, code, data)) = serde_json::from_str::<(f64, String, Value)>(line) else { break };
            let time = milliseconds(time);
            at = if header.version == 3 { at + time } else { time.max(at) };
            if moments.len() < MOST {
                moments.push(Moment { at, what: happened(&code, &data) });
            } else {
                left_out += 1;
            }
        }
        let parser = vt100::Parser::new(size.0, size.1, 0);
        let mut playback = Self { size, moments, left_out, parser, next: 0, at: 0, opening: 0 };
        playback.opening = playback.last_seen();
        playback.go_to(playback.opening);
        Ok(playback)
    }

    /// Plays to the end, and gives how many moments there are up to the last screen on which something stood; all of
    /// them where nothing is on any.
    fn last_seen(&mut self) -> usize {
        let count = self.moments.len();
        let mut seen = None;
        for next in 0..=count {
            self.go_to(next);
            if !self.is_blank() {
                seen = Some(next);
            }
        }
        seen.unwrap_or(count)
    }

    fn is_blank(&self) -> bool {
        let screen = self.parser.screen();
        let (rows, cols) = screen.size();
        let is_seen = |cell: &vt100::Cell| !cell.contents().trim().is_empty();
        !(0..rows).any(|row| (0..cols).any(|col| screen.cell(row, col).is_some_and(is_seen)))
    }

    /// Whether it stands where it was opened, before its very end.
    pub fn is_at_opening(&self) -> bool {
        self.next == self.opening && !self.is_over()
    }

    /// Its length in milliseconds.
    pub fn length(&self) -> u64 {
        self.moments.last().map_or(0, |last| last.at)
    }

    /// Whether it has been played to its end.
    pub fn is_over(&self) -> bool {
        self.next >= self.moments.len()
    }

    /// Shows the screen as it was at a time.
    pub fn seek(&mut self, at: u64) {
        let at = at.min(self.length());
        self.go_to(self.moments.partition_point(|moment| moment.at <= at));
        self.at = at;
    }

    /// Shows the screen after so many moments.
    fn go_to(&mut self, next: usize) {
        if next < self.next {
            self.parser = vt100::Parser::new(self.size.0, self.size.1, 0);
            self.next = 0;
        }
        for moment in self.moments.get(self.next..next).unwrap_or_default() {
            match &moment.what {
                Happened::Printed(data) => self.parser.process(data.as_bytes()),
                Happened::Resized(rows, cols) => resize(&mut self.parser, *rows, *cols),
                Happened::Beside(_) => {}
            }
        }
        self.at = next.checked_sub(1).and_then(|last| self.moments.get(last)).map_or(0, |last| last.at);
        self.next = next;
    }

    /// What one reads of it without playing it: what was typed and how it ended, each with its time and what it brought
    /// onto the screen, and the last screen on which something stood.
    pub fn told(mut self, width: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut before: Vec<String> = Vec::new();
        self.go_to(0);
        for next in 0..=self.moments.len() {
            let moment = self.moments.get(next);
            let said = moment.and_then(|moment| Some((moment.at, moment.said()?)));
            if said.is_none() && moment.is_some() {
                continue;
            }
            self.go_to(next);
            let now: Vec<String> = self.words().iter().map(Row::plain).collect();
            rows.extend(brought(&before, &now, width));
            before = now;
            if let Some((at, said)) = said {
                let lead = format!("{:>7}  ", span(at));
                rows.extend(hanging((StyleRole::Dim, &lead), StyleRole::Key, &said, width));
            }
            if rows.len() > LINES {
                rows.truncate(LINES);
                rows.push(Row::of(StyleRole::Warn, "… it goes on: the file has all of it"));
                break;
            }
        }
        self.go_to(self.opening);
        rows.extend(section(&format!("the last screen, at {}", span(self.at)), self.words()));
        rows.extend(self.rest());
        rows
    }

    /// Plays on for so many milliseconds. A long silence is left out.
    pub fn play(&mut self, passed: u64) {
        let next = self.moments.get(self.next).map_or(self.at, |next| next.at);
        let skipped = next.saturating_sub(self.at + passed).saturating_sub(SILENCE);
        self.seek(self.at.saturating_add(passed).saturating_add(skipped));
    }

    /// Goes to the next moment at which the screen changed, or the one before.
    pub fn step(&mut self, forward: bool) {
        let is_seen = |moment: &&Moment| !matches!(moment.what, Happened::Beside(_));
        let target = if forward {
            self.moments.iter().filter(is_seen).find(|moment| moment.at > self.at)
        } else {
            let mut before =
                self.moments.iter().rev().filter(is_seen).skip_while(|moment| moment.at > self.at);
            let shown = before.next().map_or(0, |moment| moment.at);
            before.find(|moment| moment.at < shown)
        };
        self.seek(target.map_or(if forward { self.length() } else { 0 }, |moment| moment.at));
    }

    /// Goes forward or back by so many milliseconds.
    pub fn jump(&mut self, by: i64) {
        self.seek(self.at.saturating_add_signed(by));
    }

    /// The screen as it was then, in words.
    fn words(&self) -> Vec<Row> {
        Shown::Screen(self.lines()).into_rows()
    }

    /// The screen as it was then.
    pub fn lines(&self) -> Vec<Vec<ScreenRun>> {
        lines_of(self.parser.screen())
    }

    /// How far it is, as a line: time, a bar, what was typed or happened last.
    pub fn progress(&self, state: &str, width: usize) -> Row {
        let times = format!(" {} of {} ", span(self.at), span(self.length()));
        let room = width.saturating_sub(times.chars().count() + state.chars().count() + 2).min(40);
        let done = usize::try_from(self.at).unwrap_or(0) * room;
        let done = done.checked_div(usize::try_from(self.length()).unwrap_or(0)).unwrap_or(room).min(room);
        let row = Row::of(StyleRole::Accent, state)
            .then(StyleRole::Dim, times)
            .then(StyleRole::Accent, "━".repeat(done))
            .then(StyleRole::Faint, "─".repeat(room - done));
        let beside = self.moments.get(..self.next).and_then(|past| past.iter().rev().find_map(Moment::said));
        beside.map_or(row.clone(), |said| row.end(StyleRole::Dim, clip(&said, width / 4)))
    }

    /// What is said below a recording that is not played whole.
    pub fn rest(&self) -> Option<Row> {
        let words = || format!("{} more are not played: the file has them", plural(self.left_out, "moment"));
        (self.left_out > 0).then(|| Row::of(StyleRole::Warn, words()))
    }
}

impl Moment {
    fn said(&self) -> Option<String> {
        match &self.what {
            Happened::Beside(said) => Some(said.clone()),
            Happened::Printed(_) | Happened::Resized(..) => None,
        }
    }
}

impl fmt::Debug for Playback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Playback")
            .field("at", &self.at)
            .field("moments", &self.moments.len())
            .finish_non_exhaustive()
    }
}

/// What is read of a recording; what is none is shown as text.
pub(super) fn page(content: &str, width: usize) -> Page {
    match Playback::of(content) {
        Ok(playback) => playback.told(width).into(),
        Err(why) => {
            let why = paragraph(StyleRole::Bad, &why, width);
            why.into_iter().chain(text(content, Reading::default(), width)).collect::<Vec<_>>().into()
        }
    }
}

/// The lines that were not on the screen before.
fn brought(before: &[String], now: &[String], width: usize) -> Vec<Row> {
    let is_new = |line: &&String| !line.trim().is_empty() && !before.contains(line);
    let new = now.iter().filter(is_new);
    new.flat_map(|line| hanging((StyleRole::Dim, INDENT), StyleRole::Text, line, width)).collect()
}

/// A terminal that gets lower keeps the line of its cursor; the emulator would keep the first lines.
fn resize(parser: &mut vt100::Parser, rows: u16, cols: u16) {
    let lost = parser.screen().cursor_position().0.saturating_sub(rows.saturating_sub(1));
    if lost > 0 && !parser.screen().alternate_screen() {
        parser.process(format!("\x1b[{lost}S").as_bytes());
    }
    parser.screen_mut().set_size(rows, cols);
}

fn happened(code: &str, data: &Value) -> Happened {
    let text = data.as_str().map_or_else(|| data.to_string(), str::to_owned);
    match code {
        "o" => Happened::Printed(text),
        "i" => Happened::Beside(format!("typed {}", visible(&text))),
        "r" => {
            let size =
                text.split_once('x').and_then(|(cols, rows)| Some((rows.parse().ok()?, cols.parse().ok()?)));
            size.map_or(Happened::Beside(text), |size| {
                let (rows, cols) = bounded(size);
                Happened::Resized(rows, cols)
            })
        }
        "m" => Happened::Beside(visible(&text)),
        "x" => Happened::Beside(format!("ended with {}", visible(&text))),
        _ => Happened::Beside(format!("{} {}", visible(code), visible(&text))),
    }
}

fn bounded((rows, cols): (u16, u16)) -> (u16, u16) {
    (rows.clamp(1, LARGEST.0), cols.clamp(1, LARGEST.1))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates, which is meant")]
fn milliseconds(seconds: f64) -> u64 {
    (seconds * 1_000.0).round().min(1e12) as u64
}
