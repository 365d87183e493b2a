//! What the README claims of the engine, measured. `cargo bench --bench flight` prints the table.

mod chat;
#[path = "../common/completion.rs"]
mod completion;
#[path = "../common/ground.rs"]
mod ground;
mod instant;
#[path = "../common/long_log.rs"]
mod long_log;
mod opening;
mod process;
mod proof;
#[path = "../common/report.rs"]
mod report;
#[path = "../common/scenarios.rs"]
mod scenarios;
mod sessions;
mod starting;
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
        "turns" => sessions::turns().await,
        "printing" => sessions::printing().await,
        "process" => process::flight().await,
        "opening" => opening::openings().await,
        "proof" => proof::demo().await,
        "starting" => starting::programs().await,
        other => Err(format!("there is no scenario {other}").into()),
    }
}

async fn all() -> Result<()> {
    let mut figures = report::Figures::default();
    let scenarios =
        [("turns", 3), ("printing", 5), ("process", 3), ("opening", 1), ("proof", 3), ("starting", 3)];
    let ran = scenarios::run(&mut figures, &scenarios).await;
    figures.print(&table::ROWS);
    ran
}
