//! Evidence as it is looked at: pictures, failing lines, exchanges, recordings, and the one key that leads to them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flightdeck::domain::event::Actor;
use flightdeck::domain::evidence::{EvidenceDoc, EvidenceFacts, EvidenceKind, Settled};
use flightdeck::domain::id::{AttemptId, Commit, MilestoneId, Timestamp};
use flightdeck::domain::verdict::EvidenceRef;
use flightdeck::tui::app::App;
use flightdeck::tui::event_loop::Console;
use flightdeck::tui::picture::{Canvas, Graphics};
use flightdeck::tui::popup::RefreshRate;
use flightdeck::tui::recording::Recording;
use flightdeck::tui::sample::Moment::{self, Flying, MilestoneGate};
use flightdeck::tui::sample::sample;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::harness::{Asides, Still, blank, inputs, text_of};
use super::studio::keys::Script;

const WIDE: (u16, u16) = (120, 40);
const NARROW: (u16, u16) = (80, 24);

/// What a console shows after some keys.
struct Seen {
    frame: Buffer,
    text: String,
    copied: Vec<String>,
    pace: RefreshRate,
}

/// Looks at the sample, every piece of whose evidence is this one.
fn look(kind: EvidenceKind, content: &str, graphics: Graphics, size: (u16, u16), keys: &str) -> Seen {
    look_at(Flying, kind, content, graphics, size, keys)
}

fn look_at(
    moment: Moment,
    kind: EvidenceKind,
    content: &str,
    graphics: Graphics,
    size: (u16, u16),
    keys: &str,
) -> Seen {
    let mut recording = sample(moment);
    for doc in &mut recording.evidence {
        (doc.kind, doc.title, doc.content) = (kind, "what was seen".to_owned(), content.to_owned());
    }
    let now = recording.mission().updated;
    let mut app = blank(size, now);
    app.canvas = Canvas { graphics, ..Canvas::default() };
    run(app, recording, keys)
}

fn run(app: App, recording: Recording, keys: &str) -> Seen {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut terminal = Terminal::new(TestBackend::new(app.size.width, app.size.height)).unwrap();
        let host = Still { now: app.clock, editor: str::to_owned };
        let mut console = Console::new(app, Arc::new(recording), Arc::new(host));
        let mut told = Asides::default();
        let script = Script::of(inputs(keys), console.calls());
        console.run(&mut terminal, script, &mut told).await.unwrap();
        let frame = terminal.backend().buffer().clone();
        Seen { text: text_of(&frame), frame, copied: told.copied, pace: console.app().pace() }
    })
}

/// A page of so many pixels: a red field at the top, a blue one below.
fn png(width: u32, height: u32) -> String {
    let field = |_, y| if y < height / 3 { Rgb([190, 30, 30]) } else { Rgb([30, 30, 190]) };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, field));
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    STANDARD.encode(bytes.into_inner())
}

/// The cells that hold a sequence for the terminal.
fn sequences(frame: &Buffer) -> Vec<&str> {
    frame
        .content
        .iter()
        .map(ratatui::buffer::Cell::symbol)
        .filter(|symbol| symbol.contains('\u{1b}'))
        .collect()
}

fn placeholders(frame: &Buffer) -> usize {
    frame.content.iter().filter(|cell| cell.symbol().contains('\u{10eeee}')).count()
}

fn coloured(frame: &Buffer) -> usize {
    let is_red = |colour| colour == ratatui::style::Color::Rgb(190, 30, 30);
    frame.content.iter().filter(|cell| is_red(cell.fg) || is_red(cell.bg)).count()
}

#[test]
fn a_picture_is_seen_in_half_blocks_below_its_claim_or_alone_where_there_is_no_room_for_both() {
    for size in [WIDE, NARROW] {
        let seen = look(EvidenceKind::Screenshot, &png(160, 120), Graphics::Blocks, size, "3 enter");
        assert!(coloured(&seen.frame) > 20, "{}", seen.text);
        assert!(sequences(&seen.frame).is_empty());
        insta::assert_snapshot!(format!("picture-{}", size.0), seen.text);
    }
}

#[test]
fn where_there_are_no_pictures_it_says_what_it_is_and_how_it_is_seen() {
    let seen = look(EvidenceKind::Screenshot, &png(160, 120), Graphics::None, WIDE, "3 enter");
    assert!(seen.text.contains("A picture of 160×120 pixels, 1 kilobyte."), "{}", seen.text);
    assert!(seen.text.contains("o opens it in another program; `flightdeck evidence ev_"), "{}", seen.text);
    let damaged = look(EvidenceKind::Screenshot, "bm8=", Graphics::Blocks, WIDE, "3 enter");
    assert!(damaged.text.contains("this is no picture that can be read"), "{}", damaged.text);
    let cut = &png(160, 120)[..80];
    let cut = look(EvidenceKind::Screenshot, cut, Graphics::Blocks, WIDE, "3 enter");
    assert!(cut.text.contains("this is no picture that can be read: "), "{}", cut.text);
    assert!(cut.text.contains("--out FILE"), "{}", cut.text);
}

#[test]
fn the_sequences_of_a_picture_reach_the_terminal_once_and_nobody_elses_do() {
    let picture = png(640, 240);
    for (graphics, begins) in [
        (Graphics::Kitty, "\u{1b}_Gq=2,i="),
        (Graphics::Iterm2, "\u{1b}]1337;File=inline=1"),
        (Graphics::Sixel, "\u{1b}P"),
    ] {
        let seen = look(EvidenceKind::Screenshot, &picture, graphics, WIDE, "3 enter");
        let sent = sequences(&seen.frame);
        assert!(sent.len() <= 1, "{graphics:?}");
        if graphics != Graphics::Kitty {
            assert!(sent[0].contains(begins), "{graphics:?}: {:?}", &sent[0][..60]);
        }
        // What stands over a picture covers it whole; when it goes, the picture is back.
        let covered = look(EvidenceKind::Screenshot, &picture, graphics, WIDE, "3 enter ?");
        assert_eq!(sequences(&covered.frame).len(), 0, "{graphics:?}");
        assert!(covered.text.contains("Help"), "{}", covered.text);
        let back = look(EvidenceKind::Screenshot, &picture, graphics, WIDE, "3 enter ? esc");
        // A kitty terminal keeps what it was sent; only its cells are written again. Below a picture that is sent whole
        // the cells keep what stood there before, which nobody sees.
        if graphics == Graphics::Kitty {
            assert_eq!(placeholders(&back.frame), placeholders(&seen.frame));
        } else {
            assert_eq!(sequences(&back.frame), sent, "{graphics:?}");
        }
    }
    let hostile = "{\"output\":\"\\u001b]1337;File=inline=1:AAAA\\u0007\\u001b_Ga=T;AAAA\\u001b\\\\\",\"exit\":{\"code\":1}}";
    for keys in ["3 enter", "3 enter r"] {
        let seen = look(EvidenceKind::Command, hostile, Graphics::Kitty, WIDE, keys);
        assert!(sequences(&seen.frame).is_empty(), "{}", seen.text);
    }
}

#[test]
fn a_tall_page_is_seen_whole_or_as_wide_as_the_screen_and_scrolled() {
    let page = png(400, 2_000);
    let rows = |keys: &str, graphics| {
        let seen = look(EvidenceKind::Screenshot, &page, graphics, WIDE, keys);
        coloured(&seen.frame)
    };
    let whole = rows("3 enter", Graphics::Blocks);
    let wide = rows("3 enter z", Graphics::Blocks);
    assert!(whole > 0 && wide > whole * 3, "{whole} {wide}");
    assert!(rows("3 enter z pagedown pagedown pagedown", Graphics::Blocks) == 0, "the red field is above");
    assert_eq!(rows("3 enter z z", Graphics::Blocks), whole);
    // A terminal that is sent its pictures whole gets the part that is seen.
    let scrolled = look(EvidenceKind::Screenshot, &page, Graphics::Sixel, WIDE, "3 enter z down down down");
    assert_eq!(sequences(&scrolled.frame).len(), 1, "{}", scrolled.text.len());
}

/// A command whose output is longer than a screen, with two failing tests far down.
fn failing() -> String {
    let mut lines: Vec<String> = (0..200).map(|n| format!("test fine_{n} ... ok")).collect();
    lines[120] = "test first_broken ... FAILED".to_owned();
    lines[170] = "test second_broken ... FAILED".to_owned();
    serde_json::json!({ "command": "cargo test", "directory": "/w", "exit": { "code": 101 }, "output": lines.join("\n"), "milliseconds": 2100 })
        .to_string()
}

#[test]
fn the_first_failing_line_is_there_when_a_command_is_opened_and_the_others_a_key_away() {
    for size in [WIDE, NARROW] {
        let text = |keys: &str| look(EvidenceKind::Command, &failing(), Graphics::None, size, keys).text;
        assert!(text("3 enter").contains("▸ test first_broken ... FAILED"), "{}", text("3 enter"));
        let second = text("3 enter n n");
        assert!(second.contains("▸ test second_broken ... FAILED"), "{second}");
        assert!(!second.contains("first_broken"), "{second}");
        assert!(text("3 enter n n n").contains("first_broken"), "around the end");
        assert!(text("3 enter N").contains("second_broken"), "the last one first");
    }
    let fine = look(EvidenceKind::Command, "{\"exit\":{\"code\":0}}", Graphics::None, WIDE, "3 enter n");
    assert!(fine.text.contains("no line of this names a failure"), "{}", fine.text);
}

#[test]
fn headers_are_a_key_away_and_so_is_what_came() {
    let exchange = r#"{"method":"GET","url":"http://h/","request_headers":[["accept","*/*"]],"answer":{"url":"http://h/","status":500,"headers":[["x-trace","abc"]],"body":{"is":"text","text":"{\"a\":[1]}"},"milliseconds":3}}"#;
    let text = |keys: &str| look(EvidenceKind::Http, exchange, Graphics::None, WIDE, keys).text;
    assert!(text("3 enter").contains("▸ 1 header") && !text("3 enter").contains("x-trace"));
    assert!(text("3 enter f").contains("x-trace: abc"));
    assert!(text("3 enter").contains("\"a\": ["));
    assert!(text("3 enter r").contains("{\"a\":[1]}"));
}

const CAST: &str = "{\"version\":3,\"term\":{\"cols\":30,\"rows\":4}}\n[0.5,\"o\",\"name? \"]\n[1.0,\"i\",\"ada\\r\"]\n[0.1,\"o\",\"ada\\r\\nhello ada\"]\n";

#[test]
fn a_recording_stands_at_its_end_and_is_played_and_stepped() {
    let seen = |keys: &str| look(EvidenceKind::Recording, CAST, Graphics::None, WIDE, keys);
    let end = seen("3 enter");
    assert!(end.text.contains("hello ada") && end.text.contains("■ end 1.6s of 1.6s"), "{}", end.text);
    assert_eq!(end.pace, RefreshRate::Calm, "nothing moves, so nothing is woken for");
    let first = seen("3 enter left");
    assert!(first.text.contains("name?") && !first.text.contains("hello ada"), "{}", first.text);
    assert!(seen("3 enter home right right").text.contains("hello ada"));
    let playing = seen("3 enter space +");
    assert!(playing.text.contains("▶ ×2"), "{}", playing.text);
    assert_eq!(playing.pace, RefreshRate::Brisk);
    let paused = seen("3 enter space space");
    assert!(paused.text.contains("‖ paused"), "{}", paused.text);
    assert_eq!(paused.pace, RefreshRate::Calm);
    insta::assert_snapshot!("recording", end.text);
}

#[test]
fn from_wherever_an_assertion_is_listed_its_evidence_is_one_key_away() {
    let open = |moment, keys: &str| {
        let fine = r#"{"command":"x","exit":{"code":0},"output":"fine"}"#;
        look_at(moment, EvidenceKind::Command, fine, Graphics::None, WIDE, keys).text
    };
    for (moment, keys) in [
        (Flying, "3 v"),
        (Flying, "v"),
        (Flying, "1 home j v"),
        (Flying, "4 v"),
        (MilestoneGate, "g v"),
        (MilestoneGate, "g j v"),
        (MilestoneGate, "a v"),
        (Flying, "W v"),
    ] {
        let text = open(moment, keys);
        assert!(text.contains("▣ what was seen") && text.contains("─ Evidence ─"), "{keys:?}\n{text}");
    }
    let none = look_at(Moment::PlanGate, EvidenceKind::Command, "", Graphics::None, WIDE, "1 home v");
    assert!(none.text.contains("there is no evidence of this yet"), "{}", none.text);
}

#[test]
fn the_reference_is_copied_and_the_whole_text_on_the_other_key() {
    let seen = look(EvidenceKind::Command, &failing(), Graphics::None, WIDE, "3 enter y Y");
    assert!(seen.copied[0].starts_with("ev_"), "{:?}", seen.copied);
    assert_eq!(seen.copied[1], failing());
}

#[test]
fn a_recording_that_ends_blank_opens_at_its_last_screen_and_plays_from_the_beginning() {
    let cast = format!("{CAST}[1.0,\"o\",\"\\u001b[2J\"]\n[0.5,\"x\",\"0\"]\n");
    let seen = |keys: &str| look(EvidenceKind::Recording, &cast, Graphics::None, WIDE, keys).text;
    let opened = seen("3 enter");
    assert!(opened.contains("hello ada") && opened.contains("■ last screen 1.6s of 3.1s"), "{opened}");
    assert!(seen("3 enter space").contains("▶ ×1"), "{}", seen("3 enter space"));
    assert!(seen("3 enter space space").contains("‖ paused 0ms"), "{}", seen("3 enter space space"));
    let end = seen("3 enter end");
    assert!(!end.contains("hello ada") && end.contains("■ end"), "{end}");
}

/// Two rounds: it failed on one piece, and passed on another.
fn mended() -> Recording {
    use crate::support::mission::Flight;
    use crate::support::words;
    use flightdeck::domain::command::Command;
    use flightdeck::domain::verdict::Outcome;
    let judge = |flight: &mut Flight, outcome, reference: &str, observed: &str| {
        let tester = flight.start(flight.due()[0]);
        let evidence = vec![words::exchange(reference, tester)];
        let (assertion, observed) = (words::val("VAL-M1-001"), words::line(observed));
        flight.attempt(tester, Command::GiveVerdict { assertion, outcome, observed, evidence });
        flight.report_testing(tester);
    };
    let mut flight = Flight::new().planned(1, 1).built(1).gated().reviewed().scrutinized();
    judge(&mut flight, Outcome::Fail, "ev_000000000001", "the form was lost");
    flight.triage_all();
    let mut flight = flight.built(2).gated().reviewed().scrutinized();
    judge(&mut flight, Outcome::Pass, "ev_000000000002", "the form is kept");
    let doc = |reference: &str, content: &str| EvidenceDoc {
        reference: EvidenceRef(reference.to_owned()),
        kind: EvidenceKind::Unknown,
        title: "a look".to_owned(),
        content: content.to_owned(),
        facts: None,
        beside: None,
    };
    let evidence = vec![doc("ev_000000000001", "an empty form"), doc("ev_000000000002", "a full form")];
    Recording { events: flight.log.clone(), evidence, ..Recording::default() }
}

#[test]
fn each_piece_stands_in_the_block_of_the_verdict_that_rests_on_it() {
    for keys in ["3 enter", "g"] {
        let at = |more: &str| {
            let recording = mended();
            let now = recording.mission().updated;
            run(blank((160, 50), now), recording, &format!("{keys}{more}")).text
        };
        let order = |text: &str, words: [&str; 3]| {
            let places = words.map(|word| text.rfind(word).unwrap_or_else(|| panic!("{word}\n{text}")));
            assert!(places.is_sorted(), "{words:?}\n{text}");
        };
        order(&at(""), ["the form is kept", "a full form", "the form was lost"]);
        order(&at(" ]"), ["the form is kept", "the form was lost", "an empty form"]);
    }
}

#[test]
fn a_long_assertion_leaves_room_for_its_evidence_and_a_key_shows_all_of_it() {
    let text = |size, keys: &str| look(EvidenceKind::Http, "{}", Graphics::None, size, keys).text;
    let narrow = text(NARROW, "3 enter");
    assert!(narrow.contains("f shows all"), "{narrow}");
    let heading = narrow.lines().position(|line| line.contains("▣ what was seen")).unwrap();
    assert!(heading <= 13, "the evidence begins in the upper half\n{narrow}");
    let whole = text(NARROW, "3 enter f");
    assert!(!whole.contains("f shows all") && whole.contains("evidence  "), "{whole}");
    assert_eq!(text(NARROW, "3 enter f f"), narrow);
    assert!(!text((160, 60), "3 enter").contains("f shows all"), "where there is room nothing is folded");
    insta::assert_snapshot!("folded", narrow);
}

/// Looks at the sample, every piece of whose evidence is this one, taken by a tester in a round.
fn taken(kind: EvidenceKind, content: &str, size: (u16, u16), keys: &str) -> Seen {
    let (mut recording, doc) = (sample(MilestoneGate), piece_of(kind, content));
    for known in &mut recording.evidence {
        *known = EvidenceDoc { reference: known.reference.clone(), ..doc.clone() };
    }
    looked(recording, size, keys)
}

fn looked(recording: Recording, size: (u16, u16), keys: &str) -> Seen {
    let mut app = blank(size, recording.mission().updated);
    app.canvas = Canvas { graphics: Graphics::Blocks, ..Canvas::default() };
    run(app, recording, keys)
}

fn piece_of(kind: EvidenceKind, content: &str) -> EvidenceDoc {
    let facts = EvidenceFacts {
        by: Actor::Attempt(AttemptId(18)),
        round: Some((MilestoneId(2), 3)),
        commit: Some(Commit("c0ffee1".to_owned())),
        at: Timestamp(0),
        app: None,
        stranger: None,
        settled: Settled::Still,
        look: 0,
    };
    EvidenceDoc {
        reference: EvidenceRef("ev_0".to_owned()),
        kind,
        title: "what was seen".to_owned(),
        content: content.to_owned(),
        facts: Some(facts),
        beside: None,
    }
}

/// A terminal's screen of many lines.
fn tall_screen() -> String {
    let lines: Vec<_> = (0..60).map(|n| serde_json::json!([{ "text": format!("line {n}") }])).collect();
    serde_json::json!({ "cells": lines }).to_string()
}

#[test]
fn a_piece_opens_below_its_claim_and_what_it_is_stays_in_sight_wherever_one_scrolls() {
    let cast = format!(
        "{{\"version\":3,\"term\":{{\"cols\":30,\"rows\":60}}}}\n[0.5,\"o\",\"{}\"]\n",
        "x\\r\\n".repeat(59)
    );
    let pieces = [
        (EvidenceKind::Screenshot, png(400, 2_000)),
        (EvidenceKind::Command, failing()),
        (EvidenceKind::Terminal, tall_screen()),
        (EvidenceKind::Recording, cast),
    ];
    for (kind, content) in &pieces {
        for (size, opens) in [(WIDE, "3 enter"), (NARROW, "3 enter"), (WIDE, "g")] {
            let opened = taken(*kind, content, size, opens).text;
            assert!(
                opened.contains("▣ what was seen") && opened.contains("VAL-"),
                "{kind:?} {size:?}\n{opened}"
            );
            let scrolls = if opens == "g" { " pagedown" } else { " j j j" };
            for times in [0, 2, 5, 9] {
                let keys = format!("{opens}{}", scrolls.repeat(times));
                let seen = taken(*kind, content, size, &keys).text;
                for word in ["#18", "M2 round 3", "c0ffee1"] {
                    assert!(seen.contains(word), "{word} of {kind:?} at {size:?} after {keys}\n{seen}");
                }
            }
        }
    }
}

#[test]
fn what_is_scrolled_past_leaves_one_line_and_hides_none() {
    let seen = taken(EvidenceKind::Terminal, &tall_screen(), NARROW, &format!("3 enter{}", " j".repeat(30)));
    let line = |text: &str| seen.text.lines().position(|line| line.contains(text));
    let heading =
        line("▣ terminal screen · #18 · M2 round 3 · c0ffee1").unwrap_or_else(|| panic!("{}", seen.text));
    let first = seen.text.lines().nth(heading + 1).unwrap();
    let number: usize =
        first.split("line ").nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
    assert!(line(&format!("line {} ", number + 1)).is_some_and(|at| at == heading + 2), "{}", seen.text);
}

/// A picture, and what its page read.
fn page_with_picture() -> Recording {
    let page = r#"{"title":"Guestbook","url":"http://h/","tree":["- heading \"Guestbook\"","- text \"José wrote this\""]}"#;
    beside(&piece_of(EvidenceKind::Screenshot, &png(1_280, 800)), piece_of(EvidenceKind::Page, page))
}

fn beside(shown: &EvidenceDoc, other: EvidenceDoc) -> Recording {
    let mut recording = sample(MilestoneGate);
    let name = EvidenceRef("ev_beside".to_owned());
    for known in &mut recording.evidence {
        let reference = known.reference.clone();
        *known = EvidenceDoc { reference, beside: Some(name.clone()), ..shown.clone() };
    }
    recording.evidence.push(EvidenceDoc { reference: name, ..other });
    recording
}

#[test]
fn below_a_picture_stands_what_its_page_read_and_how_it_is_seen_better() {
    for size in [WIDE, NARROW] {
        let seen = looked(page_with_picture(), size, &format!("3 enter{}", " j".repeat(60))).text;
        assert!(seen.contains("José wrote this") && seen.contains("What the page read"), "{seen}");
    }
    let opened = looked(page_with_picture(), WIDE, "3 enter").text;
    assert!(opened.contains("José wrote this"), "both are seen at once\n{opened}");
    assert!(opened.contains("+ comes nearer") && opened.contains("o opens it outside"), "{opened}");
    let near = looked(page_with_picture(), WIDE, &format!("3 enter + + {}", "j ".repeat(60))).text;
    assert!(near.contains("half of its width: + comes nearer · - goes back · ← → go to its sides"), "{near}");
}

#[test]
fn a_picture_is_looked_at_nearer_and_to_its_sides() {
    // A red field in the left quarter of its width.
    let field = |x, _| if x < 320 { Rgb([190, 30, 30]) } else { Rgb([30, 30, 190]) };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let image = DynamicImage::ImageRgb8(RgbImage::from_fn(1_280, 800, field));
    image.write_to(&mut bytes, ImageFormat::Png).unwrap();
    let picture = STANDARD.encode(bytes.into_inner());
    let red = |keys: &str| coloured(&taken(EvidenceKind::Screenshot, &picture, WIDE, keys).frame);
    let whole = red("3 enter");
    assert!(whole > 0 && red("3 enter +") > whole);
    assert_eq!(red("3 enter + + +"), 0, "the middle quarter of its width");
    let side = red("3 enter + + + left left left left");
    assert!(side > red("3 enter +"), "nearer, at its left edge");
    assert_eq!(red("3 enter + + + - - - -"), whole);
    assert_eq!(red("3 enter + + z"), whole, "z leads back to all of it");
}

#[test]
fn from_an_assertion_to_its_recording_it_is_one_key() {
    let recorded =
        || beside(&piece_of(EvidenceKind::Terminal, &tall_screen()), piece_of(EvidenceKind::Recording, CAST));
    for keys in ["3 c", "c", "g c", "a c", "3 enter c", "3 enter space"] {
        let seen = looked(recorded(), WIDE, keys);
        assert!(seen.text.contains("▶ ×1") && seen.text.contains("beside 1 of"), "{keys}\n{}", seen.text);
        assert_eq!(seen.pace, RefreshRate::Brisk, "{keys}");
    }
    assert!(looked(recorded(), WIDE, "3 enter").text.contains("Space play its recording"));
    let back = looked(recorded(), WIDE, "3 c ]").text;
    assert!(back.contains("line 1 ") && !back.contains("beside"), "{back}");
    let none = taken(EvidenceKind::Http, "{}", WIDE, "3 c");
    assert!(none.text.contains("nothing was recorded for this"), "{}", none.text);
}

#[test]
fn after_a_resize_a_gate_shows_its_item_from_the_top() {
    let picture = png(1_280, 800);
    let mut recording = sample(MilestoneGate);
    for known in &mut recording.evidence {
        *known = EvidenceDoc {
            reference: known.reference.clone(),
            ..piece_of(EvidenceKind::Screenshot, &picture)
        };
    }
    let mut bench = super::bench::Bench::of(recording, WIDE);
    bench.app.canvas = Canvas { graphics: Graphics::Blocks, ..Canvas::default() };
    bench.press("g");
    for (there, keys) in
        [(NARROW, "j"), (NARROW, "j ]"), ((50, 15), "j"), (NARROW, "k pagedown"), ((100, 20), "j")]
    {
        bench.resize(there).press(keys).resize(WIDE);
        let frame = bench.frame();
        let rule = frame.lines().position(|line| line.contains("────────── │")).unwrap();
        let first = frame.lines().nth(rule + 1).unwrap();
        let right: String = first.chars().skip(52).collect();
        assert!(right.contains("revision") || right.contains("found  "), "{there:?} {keys}\n{frame}");
    }
}
