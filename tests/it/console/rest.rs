//! A console that nothing happens to is at rest: it draws nothing. One that is talked to by fifty loses no key.

use crossterm::event::{Event, MouseEvent, MouseEventKind};
use flightdeck::domain::id::AttemptId;
use flightdeck::link::protocol::{Call, Notice, OutputPiece, Reply};
use flightdeck::tui::recording::Recording;
use flightdeck::tui::sample::{Moment, sample};
use flightdeck::tui::source::{Source, SourceError, SourceEvent};
use pretty_assertions::assert_eq;
use tokio::sync::mpsc::{Receiver, channel};

use super::harness::{fly_on, frames_after, inputs};

const USUAL: (u16, u16) = (120, 40);

#[test]
fn what_changes_nothing_on_the_screen_draws_nothing() {
    let moved = MouseEvent {
        kind: MouseEventKind::Moved,
        column: 30,
        row: 9,
        modifiers: crossterm::event::KeyModifiers::NONE,
    };
    let idle = [Event::FocusLost, Event::FocusGained, Event::Mouse(moved), Event::Resize(USUAL.0, USUAL.1)];
    for moment in [Moment::PlanGate, Moment::Flying, Moment::MilestoneGate] {
        assert_eq!(frames_after(moment, USUAL, idle.to_vec()), 0, "{moment:?}");
    }
}

#[test]
fn what_changes_something_draws() {
    assert!(frames_after(Moment::PlanGate, USUAL, inputs("?")) > 0);
}

/// The sample mission, while fifty agents talk as fast as they are heard.
struct Crowd(Recording);

impl Source for Crowd {
    async fn call(&self, call: Call) -> Result<Reply, SourceError> {
        self.0.call(call).await
    }

    fn listen(&self) -> Receiver<SourceEvent> {
        let (told, heard) = channel(4_096);
        tokio::spawn(async move {
            for turn in 0_u32..50_000 {
                let attempt = AttemptId(1 + turn % 50);
                let piece = OutputPiece::Text { text: "word ".to_owned() };
                let notice = Box::new(Notice::Output { attempt, piece });
                if told.send(SourceEvent::Notice(notice)).await.is_err() {
                    return;
                }
            }
        });
        heard
    }
}

#[test]
fn fifty_agents_who_talk_at_once_cost_no_key() {
    let recording = sample(Moment::Flying);
    let now = recording.mission().updated;
    let typed = "every key that was pressed is here, in its order: 0123456789";
    let flown = fly_on(Crowd(recording), now, USUAL, inputs(&format!("B '{typed}'")));
    assert!(flown.frame.contains(typed), "{}", flown.frame);
}
