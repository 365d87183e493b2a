//! Several exchanges beside each other: what a race looks like.

use std::collections::{BTreeMap, BTreeSet};

use reqwest::Url;
use serde::Serialize;

use super::driver::Order;
use super::exchange::Exchange;
use crate::instrument::{Evidence, Facts, InstrumentError, Rendering, Seen, Settled};

/// Exchanges that were asked for together; one piece of evidence has them all, because each proves little without the
/// others.
#[derive(Debug, Clone, Serialize)]
struct Burst<'a> {
    /// Whether all were sent at the same moment.
    at_once: bool,
    exchanges: &'a [Exchange],
}

/// What a tester sees of several exchanges: a line for each, and each different answer once.
pub(super) fn seen(
    exchanges: &[Exchange],
    order: Order,
    rendering: Rendering,
) -> Result<Seen, InstrumentError> {
    if let [exchange] = exchanges {
        let seen = Seen::new(exchange.text(rendering), [exchange.evidence()?], facts(exchanges));
        return Ok(Seen { reached: reached(exchanges), ..seen });
    }
    let how = if order == Order::AtOnce { "at once" } else { "one after the other" };
    let mut answers: Vec<&Exchange> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut lines = Vec::new();
    for (number, exchange) in (1..).zip(exchanges) {
        let known = answers.iter().position(|other| is_same(other, exchange));
        let answer = known.unwrap_or_else(|| {
            answers.push(exchange);
            answers.len() - 1
        });
        *counts.entry(exchange.status()).or_default() += 1;
        let (sent, took) = (exchange.sent_after, exchange.answer.milliseconds);
        lines.push(format!(
            "{number}. {} {}: {}, answer {}; sent after {sent} ms, took {took} ms",
            exchange.method,
            exchange.url,
            exchange.status(),
            letter(answer)
        ));
    }
    let counts: Vec<String> = counts.iter().map(|(status, count)| format!("{count} × {status}")).collect();
    let summary = format!("{} requests {how}: {}", exchanges.len(), counts.join(", "));
    let mut text = format!("{summary}\n{}", lines.join("\n"));
    for (index, exchange) in answers.iter().enumerate() {
        text += &format!("\n\n## answer {}\n{}", letter(index), exchange.text(rendering));
    }
    let burst = Burst { at_once: order == Order::AtOnce, exchanges };
    let piece = Evidence::of("http", &burst, summary.clone(), summary)?;
    let nothing_came = exchanges.iter().all(|exchange| !exchange.answer.came());
    let evidence = Evidence { settled: if nothing_came { Settled::NotDone } else { piece.settled }, ..piece };
    Ok(Seen { reached: reached(exchanges), ..Seen::new(text, [evidence], facts(exchanges)) })
}

/// The ports that answered.
fn reached(exchanges: &[Exchange]) -> Vec<u16> {
    let came = exchanges.iter().filter(|exchange| exchange.answer.came());
    let ports = came.filter_map(|exchange| Url::parse(&exchange.answer.url).ok()?.port_or_known_default());
    ports.collect::<BTreeSet<u16>>().into_iter().collect()
}

/// Whether two answers say the same; times and dates are no part of that.
fn is_same(one: &Exchange, other: &Exchange) -> bool {
    let (a, b) = (&one.answer, &other.answer);
    (a.status, &a.body, &a.flaw) == (b.status, &b.body, &b.flaw)
}

fn facts(exchanges: &[Exchange]) -> Facts {
    let text: Vec<String> = exchanges
        .iter()
        .map(
            |exchange| {
                if exchange.answer.came() { exchange.answer.body.text() } else { "(no answer)".to_owned() }
            },
        )
        .collect();
    Facts {
        statuses: exchanges.iter().map(|exchange| exchange.answer.status).collect(),
        text: text.join("\n"),
        ..Facts::default()
    }
}

/// A, B, … Z, and then AA.
fn letter(index: usize) -> String {
    let letters = ('A'..='Z').cycle();
    let one: String = letters.skip(index % 26).take(1).collect();
    one.repeat(index / 26 + 1)
}
