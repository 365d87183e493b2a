//! Prints frames for a person to look at: `LOOK='flying 120x40 tab tab' cargo nextest run look --no-capture`.

use flightdeck::tui::sample::Moment;

use super::harness::fly;

#[test]
fn look_at_a_frame() {
    let wanted = std::env::var("LOOK").unwrap_or_else(|_| "flying 120x40".to_owned());
    for view in wanted.split(';') {
        let mut words = view.trim().splitn(3, ' ');
        let moment = match words.next() {
            Some("plan") => Moment::PlanGate,
            Some("gate") => Moment::MilestoneGate,
            _ => Moment::Flying,
        };
        let (width, height) = words.next().and_then(|size| size.split_once('x')).unwrap_or(("120", "40"));
        let size = (width.parse().unwrap(), height.parse().unwrap());
        let flown = fly(moment, size, words.next().unwrap_or(""));
        assert_eq!(flown.frame.lines().count(), usize::from(size.1));
        println!("── {view}\n{}", flown.frame);
    }
}
