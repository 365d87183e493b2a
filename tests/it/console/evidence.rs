//! Evidence as it is looked at: pictures, failing lines, exchanges, recordings, and the one key that leads to them.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flightdeck::domain::evidence::EvidenceKind;
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
    use flightdeck::domain::evidence::EvidenceDoc;
    use flightdeck::domain::verdict::{EvidenceRef, Outcome};
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
            let places = words.map(|word| text.find(word).unwrap_or_else(|| panic!("{word}\n{text}")));
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
