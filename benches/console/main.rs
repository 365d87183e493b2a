//! What the README claims of the console, measured on the whole program in a terminal of 120 by 40 characters, with its
//! engine beside it. `cargo bench --bench console` prints the table.

#[path = "../common/completion.rs"]
mod completion;
#[path = "../common/ground.rs"]
mod ground;
mod idle;
mod launch;
#[path = "../common/long_log.rs"]
mod long_log;
mod picture;
#[path = "../common/report.rs"]
mod report;
mod resting;
#[path = "../common/scenarios.rs"]
mod scenarios;
mod screen;
mod scrolling;
mod speaker;
mod streaming;
mod table;
#[path = "../common/usage.rs"]
mod usage;

/// What goes wrong in a bench ends it.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match scenarios::this_scenario() {
        Some(name) => runtime.block_on(scenario(&name)),
        None => runtime.block_on(all()),
    }
}

/// Prints one figure a line: its name, a space, its number.
async fn scenario(name: &str) -> Result<()> {
    match name {
        "launch" => launch::launches(),
        "idle" => idle::rest(),
        "streaming" => streaming::on_an_empty_history().await,
        "streaming-long" => streaming::on_a_long_history().await,
        "scrolling" => scrolling::scroll(),
        "picture" => picture::look(),
        other => Err(format!("there is no scenario {other}").into()),
    }
}

/// All scenarios, or those that are named on the command line.
async fn all() -> Result<()> {
    let scenarios = [
        ("launch", 1),
        ("idle", 1),
        ("streaming", 3),
        ("streaming-long", 3),
        ("scrolling", 1),
        ("picture", 1),
    ];
    let named: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|wanted| wanted == name);
    let scenarios: Vec<_> = scenarios.into_iter().filter(|(name, _)| wanted(name)).collect();
    let mut figures = report::Figures::default();
    let ran = scenarios::run(&mut figures, &scenarios).await;
    figures.print(&table::ROWS);
    ran
}
